/// What statements of one kind say, and how it is written down (docs/format.md).
protocol StatementContent {
    /// Its fields from number 3 on, in rising order; nil where one is left out.
    var fields: [CBOR.Pair?] { get }
    init(_ fields: inout FieldReader) throws(CBOR.Malformed)
}

extension CBOR.Pair? {
    init(_ key: UInt64, _ value: CBOR?) { self = value.map { CBOR.Pair(key, $0) } }
}

/// A grant or a delegate whose envelope a re-sealing replaces.
public struct Rewrapped<Meaning>: Hashable, Sendable {
    public var of: Bytes32<Meaning>
    public var envelope: Digest

    public init(of: Bytes32<Meaning>, envelope: Digest) {
        self.of = of
        self.envelope = envelope
    }

    var item: CBOR { .array([.bytes32(of), .bytes32(envelope)]) }
}

/// Reads the fields of one statement in the order of their numbers; whatever is left over at the end is an
/// error.
struct FieldReader {
    private let pairs: [CBOR.Pair]
    private var position = 0

    init(_ item: CBOR) throws(CBOR.Malformed) {
        guard case .map(let pairs) = item else { throw CBOR.Malformed("the payload is not a map") }
        self.pairs = pairs
    }

    mutating func optional(_ key: UInt64) -> CBOR? {
        guard position < pairs.count, pairs[position].key == key else { return nil }
        defer { position += 1 }
        return pairs[position].value
    }

    mutating func required(_ key: UInt64) throws(CBOR.Malformed) -> CBOR {
        guard let item = optional(key) else { throw CBOR.Malformed("field \(key) is missing") }
        return item
    }

    mutating func unsigned(_ key: UInt64) throws(CBOR.Malformed) -> UInt64 {
        guard case .unsigned(let value) = try required(key) else { throw wrongType(key) }
        return value
    }

    mutating func optionalUnsigned(_ key: UInt64) throws(CBOR.Malformed) -> UInt64? {
        guard let item = optional(key) else { return nil }
        guard case .unsigned(let value) = item else { throw wrongType(key) }
        return value
    }

    mutating func bytes(_ key: UInt64) throws(CBOR.Malformed) -> [UInt8] {
        guard case .bytes(let bytes) = try required(key) else { throw wrongType(key) }
        return bytes
    }

    mutating func bytes32<Meaning>(_ key: UInt64) throws(CBOR.Malformed) -> Bytes32<Meaning> {
        guard let value = Bytes32<Meaning>(try bytes(key)) else { throw wrongType(key) }
        return value
    }

    mutating func optionalBytes32<Meaning>(_ key: UInt64) throws(CBOR.Malformed) -> Bytes32<Meaning>? {
        guard let item = optional(key) else { return nil }
        guard case .bytes(let bytes) = item, let value = Bytes32<Meaning>(bytes) else { throw wrongType(key) }
        return value
    }

    mutating func organisation(_ key: UInt64) throws(CBOR.Malformed) -> OrganisationName {
        try Self.organisation(try required(key), key)
    }

    mutating func optionalOrganisation(_ key: UInt64) throws(CBOR.Malformed) -> OrganisationName? {
        guard let item = optional(key) else { return nil }
        return try Self.organisation(item, key)
    }

    private static func organisation(_ item: CBOR, _ key: UInt64) throws(CBOR.Malformed) -> OrganisationName {
        guard case .text(let text) = item, let name = OrganisationName(text) else {
            throw CBOR.Malformed("field \(key) is not an organisation's name")
        }
        return name
    }

    mutating func choice<Choice: RawRepresentable<UInt64>>(_ key: UInt64) throws(CBOR.Malformed) -> Choice {
        guard let choice = Choice(rawValue: try unsigned(key)) else {
            throw CBOR.Malformed("field \(key) has an unknown value")
        }
        return choice
    }

    mutating func optionalBytes(_ key: UInt64) throws(CBOR.Malformed) -> [UInt8]? {
        guard let item = optional(key) else { return nil }
        guard case .bytes(let bytes) = item else { throw wrongType(key) }
        return bytes
    }

    mutating func optionalChoice<Choice: RawRepresentable<UInt64>>(_ key: UInt64) throws(CBOR.Malformed)
        -> Choice?
    {
        guard let item = optional(key) else { return nil }
        guard case .unsigned(let value) = item, let choice = Choice(rawValue: value) else {
            throw wrongType(key)
        }
        return choice
    }

    /// Names in rising order.
    mutating func organisations(_ key: UInt64) throws(CBOR.Malformed) -> [OrganisationName] {
        guard case .array(let items) = try required(key),
            (1...Genesis.organisationsMax).contains(items.count)
        else { throw wrongType(key) }
        var names = [OrganisationName]()
        for item in items {
            let name = try Self.organisation(item, key)
            if let last = names.last, !last.bytes.lexicographicallyPrecedes(name.bytes) {
                throw CBOR.Malformed("field \(key) is not in rising order")
            }
            names.append(name)
        }
        return names
    }

    mutating func organisationDescription(
        _ key: UInt64
    ) throws(CBOR.Malformed) -> Genesis.Organisation {
        try Genesis.Organisation(try required(key))
    }

    /// The Merkle root of the entries of the one file that there is.
    mutating func optionalBatch(_ key: UInt64, files: [Digest]) throws(CBOR.Malformed) -> Digest? {
        let root: Digest? = try optionalBytes32(key)
        guard root == nil || files.count == 1 else { throw CBOR.Malformed("a batch is one file") }
        return root
    }

    /// In rising order of what they are of.
    mutating func rewrapped<Meaning>(_ key: UInt64) throws(CBOR.Malformed) -> [Rewrapped<Meaning>] {
        guard case .array(let items) = try required(key), items.count <= Limits.rewrappedMax else {
            throw wrongType(key)
        }
        var all = [Rewrapped<Meaning>]()
        for item in items {
            guard case .array(let parts) = item, parts.count == 2,
                let of: Bytes32<Meaning> = parts[0].bytes32(), let envelope: Digest = parts[1].bytes32()
            else { throw wrongType(key) }
            if let last = all.last, !(last.of < of) {
                throw CBOR.Malformed("field \(key) is not in rising order")
            }
            all.append(Rewrapped(of: of, envelope: envelope))
        }
        return all
    }

    mutating func digests(_ key: UInt64) throws(CBOR.Malformed) -> [Digest] {
        guard case .array(let items) = try required(key), (1...Limits.filesPerRecordMax).contains(items.count)
        else {
            throw wrongType(key)
        }
        var digests = [Digest]()
        for item in items {
            guard case .bytes(let bytes) = item, let digest = Digest(bytes) else { throw wrongType(key) }
            digests.append(digest)
        }
        guard Set(digests).count == digests.count else {
            throw CBOR.Malformed("field \(key) names one file twice")
        }
        return digests
    }

    func finish() throws(CBOR.Malformed) {
        guard position == pairs.count else {
            throw CBOR.Malformed("field \(pairs[position].key) is not known here")
        }
    }

    private func wrongType(_ key: UInt64) -> CBOR.Malformed {
        CBOR.Malformed("field \(key) has the wrong type or length")
    }
}

extension CBOR {
    static func bytes32<Meaning>(_ value: Bytes32<Meaning>) -> CBOR { .bytes(value.bytes) }
    static func name(_ value: OrganisationName) -> CBOR { .text(value.bytes) }
    static func digests(_ values: [Digest]) -> CBOR { .array(values.map { .bytes($0.bytes) }) }
}

/// The bounds that the rule book sets.
public enum Limits {
    /// A signed statement, in bytes: with what a log entry adds it fits an entry bundle (c2sp.org/tlog-tiles:
    /// 65,535 bytes).
    public static let statementBytesMax = 61_440
    public static let filesPerRecordMax = 1_536
    /// How far ahead a statement may say that it is valid: a day.
    public static let validitySecondsMax: UInt64 = 86_400
    /// How long a release may be used after it was recorded: a quarter of an hour.
    public static let releaseSeconds: UInt64 = 900
    /// The longest grant: ten years; to an insurer: a year.
    public static let grantSecondsMax: UInt64 = 3_660 * 86_400
    public static let insurerGrantSecondsMax: UInt64 = 366 * 86_400
    public static let releasesPerGrantMax: UInt64 = 10_000
    /// The longest enrolment of a member: ten years. The longest request: a year.
    public static let enrolmentSecondsMax: UInt64 = 3_660 * 86_400
    public static let requestSecondsMax: UInt64 = 366 * 86_400
    /// The longest delegation: until a newborn is of age.
    public static let delegationSecondsMax: UInt64 = 7_000 * 86_400
    /// The longest hold: thirty years, as some records must be kept.
    public static let holdSecondsMax: UInt64 = 10_980 * 86_400
    /// The longest emergency: a day; and within three days of it somebody must have looked into it.
    public static let emergencySecondsMax: UInt64 = 86_400
    public static let reviewSeconds: UInt64 = 259_200
    /// How long a reassignment waits for a veto: three days.
    public static let reassignmentSeconds: UInt64 = 259_200
    /// How many grants, and how many delegates, a re-sealing can give new envelopes.
    public static let rewrappedMax = 128
}
