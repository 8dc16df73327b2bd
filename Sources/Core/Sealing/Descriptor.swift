public import Age
public import Contract
public import Evidence
import Identity
public import Manifests
import Primitives

/// What a record holds, or what one statement brought to it, for those who may open it: sealed to the record's key, like
/// the files.
public struct Descriptor: Hashable, Sendable {
    public struct File: Hashable, Sendable {
        /// As the depositor named it. Show it through `SafeText`.
        public var name: String
        public var mediaType: String
        /// Of the plaintext.
        public var byteCount: Int64
        /// Of the plaintext.
        public var sha256: Digest
        /// The age file's SHA-256: its address.
        public var ciphertext: Digest
        /// What the scan's own header says, where it is one.
        public var dicom: DICOMAttributes?

        public init(
            name: String, mediaType: String, byteCount: Int64, sha256: Digest, ciphertext: Digest,
            dicom: DICOMAttributes?
        ) {
            self.name = name
            self.mediaType = mediaType
            self.byteCount = byteCount
            self.sha256 = sha256
            self.ciphertext = ciphertext
            self.dicom = dicom
        }
    }

    /// The patient's number at the depositing custodian.
    public var patient: String
    /// Unix seconds.
    public var depositedAt: LedgerTime
    public var files: [File]

    public init(patient: String, depositedAt: LedgerTime, files: [File]) {
        self.patient = patient
        self.depositedAt = depositedAt
        self.files = files
    }

    /// A descriptor is held in memory.
    public static let bytesMax = 16 << 20

    /// Throws `badInput` where it says more than a descriptor can.
    public func sealed(to recordRecipient: AgeRecipient) throws(PartyError) -> [UInt8] {
        let sealed = try SealedJSON.seal(json, to: recordRecipient)
        guard sealed.count <= Self.bytesMax else {
            throw .badInput("these are too many files for one deposit: deposit some, and append the others")
        }
        return sealed
    }

    /// The descriptor of a part of a record. Throws `unverified` unless the bytes are those that the ledger names, the
    /// record's key opens them, and they speak of exactly the files whose manifest and root the ledger names.
    public init(
        opening bytes: [UInt8], of part: RecordPart, with recordKey: AgeIdentity
    ) throws(PartyError) {
        guard Digest(hashing: bytes) == part.descriptor else {
            throw .unverified("the descriptor is not the one that the ledger names")
        }
        let json: JSONValue
        do throws(PartyError) {
            json = try SealedJSON.open(bytes, with: recordKey)
        } catch {
            throw .unverified("the descriptor does not open", cause: error)
        }
        do throws(JSONValue.Malformed) {
            try self.init(json)
        } catch {
            throw .unverified("the descriptor is malformed", cause: error)
        }
        guard let manifest, Digest(hashing: manifest.encoded()) == part.manifest, manifest.root == part.root
        else { throw .unverified("the descriptor speaks of other files than the ledger") }
    }

    /// What the descriptors of a record's parts say together. Traps on none.
    public init(of parts: [Descriptor]) {
        guard let first = parts.first else { preconditionFailure("a record has a descriptor") }
        self.init(
            patient: first.patient, depositedAt: first.depositedAt, files: parts.flatMap { $0.files })
    }

    /// The manifest of its files; nil where it has none, or one twice.
    public var manifest: Manifest? { Manifest(of: files.map { $0.ciphertext }) }

    /// A file name for each file that is safe to write and differs from the others', also where case does not
    /// count.
    public var safeFileNames: [String] {
        var taken = Set<[UInt8]>()
        // Where the next number for a name is looked for: many files may have one name.
        var numbers = [[UInt8]: Int]()
        return files.enumerated().map { index, file in
            let name = Array(SafeText.fileName(file.name, fallback: "file-\(index + 1)").utf8)
            var candidate = name
            var number = numbers[Self.lowercased(name)] ?? 2
            defer { numbers[Self.lowercased(name)] = number }
            while !taken.insert(Self.lowercased(candidate)).inserted {
                let dot = name.lastIndex(of: UInt8(ascii: ".")) ?? name.endIndex
                candidate = name[..<dot] + Array("-\(number)".utf8) + name[dot...]
                number += 1
            }
            return String(decoding: candidate, as: UTF8.self)
        }
    }

    /// Its files of these safe names, in its own order; all where `names` is nil. A `*` in a name, which no safe name has,
    /// stands for any bytes. Throws `badInput` where it has none of a name.
    public func files(named names: [String]?) throws(PartyError) -> [(name: String, file: File)] {
        let all = Array(zip(safeFileNames, files))
        guard let names else { return all.map { ($0.0, $0.1) } }
        let star = UInt8(ascii: "*")
        let typed = names.map { Array($0.utf8) }
        var wanted = Set(typed.filter { !$0.contains(star) })
        var patterns = typed.filter { $0.contains(star) }.map { (pattern: $0, isFound: false) }
        var found = [(name: String, file: File)]()
        for (name, file) in all {
            let bytes = Array(name.utf8)
            var isWanted = wanted.remove(bytes) != nil
            for index in patterns.indices where Self.matches(bytes, patterns[index].pattern) {
                patterns[index].isFound = true
                isWanted = true
            }
            if isWanted { found.append((name, file)) }
        }
        guard wanted.isEmpty, patterns.allSatisfy({ $0.isFound }) else {
            throw .badInput("the record has no file of such a name: see its list")
        }
        return found
    }

    /// Whether `name` has the parts of `pattern` between its stars, in their order, the first at its beginning and the last
    /// at its end.
    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        let parts = pattern.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        guard let first = parts.first, let last = parts.last, parts.count > 1,
            name.count >= first.count + last.count, name.starts(with: first),
            name.suffix(last.count).elementsEqual(last)
        else { return false }
        var rest = name[first.count..<(name.count - last.count)]
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            while !rest.isEmpty, !rest.starts(with: part) { rest = rest.dropFirst() }
            guard rest.starts(with: part) else { return false }
            rest = rest.dropFirst(part.count)
        }
        return true
    }

    /// Whether it describes what `old` does, sealed anew: the same files of the same patient in the same order, and no
    /// ciphertext of before.
    public func isResealing(of old: Descriptor) -> Bool {
        guard Array(patient.utf8) == Array(old.patient.utf8), depositedAt == old.depositedAt,
            files.count == old.files.count
        else { return false }
        let before = Set(old.files.map { $0.ciphertext })
        return zip(files, old.files).allSatisfy { new, old in
            var same = old
            same.ciphertext = new.ciphertext
            return same == new && !before.contains(new.ciphertext)
        }
    }

    private static func lowercased(_ ascii: [UInt8]) -> [UInt8] {
        ascii.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }
}

// MARK: JSON

extension Descriptor {
    var json: JSONValue {
        .object([
            ("patient", .text(patient)), ("depositedAt", .number(depositedAt)),
            ("files", .array(files.map { $0.json })),
        ])
    }

    init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        patient = try fields.text("patient")
        depositedAt = try fields.number("depositedAt")
        files = []
        for file in try fields.array("files") { files.append(try File(file)) }
        try fields.end()
    }
}

extension Descriptor.File {
    var json: JSONValue {
        .object([
            ("name", .text(name)), ("mediaType", .text(mediaType)), ("byteCount", .number(UInt64(byteCount))),
            ("sha256", .text(sha256.hex)), ("ciphertext", .text(ciphertext.hex)), ("dicom", dicom?.json),
        ])
    }

    init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        name = try fields.text("name")
        mediaType = try fields.text("mediaType")
        byteCount = try fields.size("byteCount")
        sha256 = try fields.bytes32("sha256")
        ciphertext = try fields.bytes32("ciphertext")
        if let value = fields.optional("dicom") { dicom = try DICOMAttributes(value) }
        try fields.end()
    }
}

extension DICOMAttributes {
    fileprivate var json: JSONValue {
        .object([
            ("modality", modality.map { .text($0) }), ("studyDate", studyDate.map { .text($0) }),
            ("bodyPart", bodyPart.map { .text($0) }),
        ])
    }

    fileprivate init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        modality = try fields.optionalText("modality")
        studyDate = try fields.optionalText("studyDate")
        bodyPart = try fields.optionalText("bodyPart")
        try fields.end()
    }
}
