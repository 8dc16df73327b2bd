/// A value of the state. What the contract wrote it can read: anything else is a damaged state and stops the
/// process that would decide on it; the ledger checks every row before it hands it over.
public protocol StateValue {
    var items: [CBOR] { get }
    init(_ items: inout StateReader) throws(CBOR.Malformed)
}

extension StateValue {
    public func encoded() -> [UInt8] { CBOR.array(items).encoded() }

    /// Nil when `bytes` are not such a value.
    public init?(bytes: [UInt8]) {
        do throws(CBOR.Malformed) {
            var reader = try StateReader(try CBOR.decode(bytes))
            self = try reader.whole()
        } catch { return nil }
    }
}

extension StateKey {
    /// Whether `value` is one that the contract may have written under this key: for a ledger whose store
    /// does not check its rows itself.
    public func isValue(_ value: [UInt8]) -> Bool {
        switch bytes.first {
        case 0x01: OrganisationState(bytes: value) != nil
        case 0x02: MemberState(bytes: value) != nil
        case 0x03: PermitState(bytes: value) != nil
        case 0x04: RecordState(bytes: value) != nil
        case 0x05: ClockState(bytes: value) != nil
        case 0x06: CustodyState(bytes: value) != nil
        case 0x07: RequestState(bytes: value) != nil
        case 0x08: GrantState(bytes: value) != nil
        case 0x09: ReleaseState(bytes: value) != nil
        case 0x0a: StatementState(bytes: value) != nil
        case 0x0b: NetworkState(bytes: value) != nil
        case 0x0c: DelegationState(bytes: value) != nil
        case 0x0d: EmergencyState(bytes: value) != nil
        case 0x0e: NetworkKeyState(bytes: value) != nil
        default: false
        }
    }
}

/// Reads the items of a value of the state, in their order.
public struct StateReader {
    private let items: [CBOR]
    private var position = 0

    init(_ item: CBOR) throws(CBOR.Malformed) {
        guard case .array(let items) = item else { throw Self.malformed }
        self.items = items
    }

    private static let malformed = CBOR.Malformed("not a value of the state")

    /// A value that has all the items, and no more.
    mutating func whole<Value: StateValue>() throws(CBOR.Malformed) -> Value {
        let value = try Value(&self)
        guard position == items.count else { throw Self.malformed }
        return value
    }

    private mutating func next() throws(CBOR.Malformed) -> CBOR {
        guard position < items.count else { throw Self.malformed }
        defer { position += 1 }
        return items[position]
    }

    /// Nil where the item is null, otherwise what `read` makes of it.
    mutating func optional<Value>(
        _ read: (inout StateReader) throws(CBOR.Malformed) -> Value
    ) throws(CBOR.Malformed) -> Value? {
        guard position < items.count, items[position] == .null else { return try read(&self) }
        position += 1
        return nil
    }

    mutating func unsigned() throws(CBOR.Malformed) -> UInt64 {
        guard case .unsigned(let value) = try next() else { throw Self.malformed }
        return value
    }

    mutating func bool() throws(CBOR.Malformed) -> Bool {
        guard case .bool(let value) = try next() else { throw Self.malformed }
        return value
    }

    mutating func bytes32<Meaning>() throws(CBOR.Malformed) -> Bytes32<Meaning> {
        guard let value: Bytes32<Meaning> = try next().bytes32() else { throw Self.malformed }
        return value
    }

    mutating func name() throws(CBOR.Malformed) -> OrganisationName {
        guard let name = try next().name() else { throw Self.malformed }
        return name
    }

    mutating func choice<Choice: RawRepresentable<UInt64>>() throws(CBOR.Malformed) -> Choice {
        guard let choice = Choice(rawValue: try unsigned()) else { throw Self.malformed }
        return choice
    }

    mutating func choices<Choice: RawRepresentable<UInt64>>() throws(CBOR.Malformed) -> [Choice] {
        guard case .array(let list) = try next() else { throw Self.malformed }
        var choices = [Choice]()
        for item in list {
            guard case .unsigned(let number) = item, let choice = Choice(rawValue: number) else {
                throw Self.malformed
            }
            choices.append(choice)
        }
        return choices
    }

    mutating func list<Value: StateValue>() throws(CBOR.Malformed) -> [Value] {
        guard case .array(let list) = try next() else { throw Self.malformed }
        var values = [Value]()
        for item in list {
            var reader = try StateReader(item)
            values.append(try reader.whole())
        }
        return values
    }

    mutating func value<Value: StateValue>() throws(CBOR.Malformed) -> Value {
        var reader = try StateReader(try next())
        return try reader.whole()
    }
}

extension CBOR {
    func bytes32<Meaning>() -> Bytes32<Meaning>? {
        guard case .bytes(let bytes) = self else { return nil }
        return Bytes32(bytes)
    }

    func name() -> OrganisationName? {
        guard case .text(let bytes) = self else { return nil }
        return OrganisationName(bytes)
    }
}
