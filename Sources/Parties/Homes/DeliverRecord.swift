import Age
public import Contract
import Evidence
import Files
import Primitives
import Sealing
import Workflow

/// What was fetched of a record.
public struct Fetched: Sendable {
    /// A file that was handed to its sink, whole.
    public struct File: Sendable {
        /// Safe to write; no two of a record are the same.
        public let name: String
        public let byteCount: Int
        public let sha256: Digest
        public let mediaType: String
        /// A program hides in it: not to be run, not to be opened by double-click.
        public let holdsProgram: Bool
    }

    public let record: RecordHandle
    public let release: StatementID
    public let files: [File]
    /// How many additions came while the grant was under way: it has no key for them, another grant would.
    public let additionsLeftOut: Int
}

extension ReleasedRecord {
    /// Envelopes and descriptors as the vault gave them, and what they are called: `descriptor.age` of the first part, then
    /// `key-2.age` and `descriptor-2.age` of what was added, and so on.
    private var sealed: [(name: String, bytes: [UInt8])] {
        var named = [("envelope.age", fetched.envelope)]
        var part = 1
        for (blob, bytes) in fetched.opened?.sealed ?? [] {
            let name = blob.kind == .descriptor ? "descriptor" : "key"
            named.append((part == 1 ? "\(name).age" : "\(name)-\(part).age", bytes))
            if blob.kind == .descriptor { part += 1 }
        }
        return named
    }

    /// Hands every file to its sink: opened while its ciphertext comes, committed once the hashes of both hold. Nothing
    /// of it is on disk but in its sink.
    ///
    /// `kept` gets what was served too, as it was served: `envelope.age`, `descriptor.age`, of what was added
    /// `key-2.age` and `descriptor-2.age` and so on, and each file's ciphertext under its hash. Throws `unverified` when
    /// anything does not hold; of that file nothing is committed.
    ///
    /// `only`: the files of these names; nil: all. Throws `badInput` where there is none of a name.
    package func deliver(
        into sinks: any FileSinks, only: [String]? = nil, keepingSealed kept: (any FileSinks)? = nil,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> Fetched {
        let chosen = try descriptor.files(named: only)
        let names = chosen.map(\.name)
        let files = chosen.map(\.file)
        try sinks.prepare(names)
        try kept?.prepare(sealed.map(\.name) + files.map { "\($0.ciphertext).age" })
        if let kept { for blob in sealed { try kept.put(blob.bytes, as: blob.name) } }
        let total = files.reduce(0) { $0 + Int($1.byteCount) }
        var before = 0
        var delivered = [Fetched.File]()
        for (file, name) in zip(files, names) {
            let done = before
            let holdsProgram = try await reading(file.ciphertext) { [fetched] inflow in
                let stored = StoredCiphertext(inflow, copy: try kept?.begin("\(file.ciphertext).age"))
                return try file.open(
                    from: stored, with: fetched.key(of: file), under: fetched.headers[file.ciphertext],
                    into: try sinks.begin(name)
                ) {
                    progress(done + $0, total)
                }
            }
            delivered.append(
                Fetched.File(
                    name: name, byteCount: Int(file.byteCount), sha256: file.sha256,
                    mediaType: file.mediaType,
                    holdsProgram: holdsProgram))
            before += Int(file.byteCount)
        }
        finish()
        return Fetched(
            record: record, release: release, files: delivered,
            additionsLeftOut: fetched.opened?.leftOut ?? 0)
    }
}

/// A file's ciphertext as the vault stores it, hashed while it is read.
final class StoredCiphertext: ByteSource {
    private let inflow: Inflow
    /// Gets what is read.
    private let copy: (any UnfinishedFile)?
    private var hash: SHA256? = SHA256()
    private(set) var byteCount = 0

    init(_ inflow: Inflow, copy: (any UnfinishedFile)? = nil) {
        self.inflow = inflow
        self.copy = copy
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try inflow.take(into: buffer)
        byteCount += count
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        hash?.update(bytes)
        try copy?.write(bytes)
        return count
    }

    /// Reads what is left, and commits the copy. Throws `unverified` unless all of it has that SHA-256.
    func finish(_ digest: Digest) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while try read(into: buffer) > 0 {}
        guard hash.take()?.finish() == digest.bytes else { throw ReleasedRecord.altered(digest) }
        try copy?.commit()
    }
}

extension Descriptor.File {
    /// Opens its ciphertext into `unfinished`, and commits that when all of it holds. Says whether a program hides in it.
    func open(
        from stored: StoredCiphertext, with key: AgeIdentity,
        under granted: PartialEnvelope.File? = nil,
        into unfinished: any UnfinishedFile, progress: @escaping (Int) -> Void
    ) throws -> Bool {
        var sink = Plaintext(file: unfinished, byteCountMax: Int(byteCount))
        let opened: OpenedFile
        do {
            if let granted {
                var source = try ReheadedSource(stored, under: granted.header)
                guard try granted.belongs(to: source.stored, openedWith: key) else {
                    throw PartyError.unverified("what was granted of a file is of another file")
                }
                opened = try Age.open(
                    from: &source, to: &sink, with: .identity(key), hashing: .plaintext, progress: progress)
            } else {
                var source = stored
                opened = try Age.open(
                    from: &source, to: &sink, with: .identity(key), hashing: .plaintext, progress: progress)
            }
        } catch let error as AgeError {
            // Whose fault it is: the vault's, where the bytes are not what it was given.
            try stored.finish(ciphertext)
            throw PartyError.unverified("a file of the record does not open", cause: error)
        }
        try stored.finish(ciphertext)
        guard opened.plaintextSHA256 == sha256.bytes, Int64(opened.byteCount) == byteCount else {
            throw Self.otherThanDescribed
        }
        try unfinished.commit()
        return MediaType.isProgram(sink.head)
    }

    fileprivate static let otherThanDescribed = PartyError.unverified(
        "a file of the record is not what its descriptor says")
}

/// Plaintext on its way into a file; keeps the beginning, which tells what kind of file it is.
private struct Plaintext: ByteSink {
    private static let headBytes = 512

    let file: any UnfinishedFile
    private(set) var head: [UInt8] = []
    /// How much more may come.
    private var left: Int

    init(file: any UnfinishedFile, byteCountMax: Int) {
        self.file = file
        left = byteCountMax
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count <= left else { throw Descriptor.File.otherThanDescribed }
        left -= bytes.count
        if head.count < Self.headBytes { head += bytes.prefix(Self.headBytes - head.count) }
        try file.write(bytes)
    }
}

extension FileSinks {
    fileprivate func put(_ bytes: [UInt8], as name: String) throws {
        let file = try begin(name)
        try bytes.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }
}
