package import Age
public import Contract
import Evidence
package import Files
import Primitives
package import Sealing
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

    /// Hands every file to its sink: ciphertext into the spool, its hash checked; opened into the sink, the
    /// plaintext's hash checked; then committed.
    ///
    /// `kept` gets what was served too, as it was served: `envelope.age`, `descriptor.age`, of what was added
    /// `key-2.age` and `descriptor-2.age` and so on, and each file's ciphertext under its hash. Throws `unverified` when anything does not hold; of that file nothing is committed.
    ///
    /// `only`: the files of these names; nil: all. Throws `badInput` where there is none of a name.
    package func deliver(
        into sinks: any FileSinks, only: [String]? = nil, keepingSealed kept: (any FileSinks)? = nil,
        spool: Spool, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> Fetched {
        let chosen = try descriptor.files(named: only)
        let names = chosen.map(\.name)
        let files = chosen.map(\.file)
        try sinks.prepare(names)
        try kept?.prepare(sealed.map(\.name) + files.map { "\($0.ciphertext).age" })
        if let kept { for blob in sealed { try kept.put(blob.bytes, as: blob.name) } }
        let draft = try spool.part()
        let total = files.reduce(0) { $0 + Int($1.byteCount) }
        var before = 0
        var delivered = [Fetched.File]()
        for (file, name) in zip(files, names) {
            try Task.checkCancellation()
            let done = before
            let path = draft.folder.file("\(file.ciphertext).age")
            defer { draft.folder.remove("\(file.ciphertext).age") }
            _ = try await ciphertext(file.ciphertext, to: path) {
                progress(min(done + $0 / 2, total), total)
            }
            if let kept { try kept.copy(path, as: "\(file.ciphertext).age") }
            let holdsProgram = try file.open(
                at: path, with: fetched.key(of: file), under: fetched.headers[file.ciphertext],
                into: try sinks.begin(name)
            ) {
                progress(min(done + Int(file.byteCount) / 2 + $0 / 2, total), total)
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

extension Descriptor.File {
    /// Opens its ciphertext, which lies at `path`, into `unfinished`, and commits that when all of it holds. Says
    /// whether a program hides in it.
    package func open(
        at path: String, with key: AgeIdentity, under granted: PartialEnvelope.File? = nil,
        into unfinished: any UnfinishedFile, progress: @escaping (Int) -> Void
    ) throws -> Bool {
        var sink = Plaintext(file: unfinished)
        let opened: OpenedFile
        do {
            var source = try FileSource(path: path)
            if let granted {
                var reheaded = try ReheadedSource(source, under: granted.header)
                guard try granted.belongs(to: reheaded.stored, openedWith: key) else {
                    throw PartyError.unverified("what was granted of a file is of another file")
                }
                opened = try Age.open(
                    from: &reheaded, to: &sink, with: .identity(key), hashing: .plaintext, progress: progress)
            } else {
                opened = try Age.open(
                    from: &source, to: &sink, with: .identity(key), hashing: .plaintext, progress: progress)
            }
        } catch let error as AgeError {
            throw PartyError.unverified("a file of the record does not open", cause: error)
        }
        guard opened.plaintextSHA256 == sha256.bytes, Int64(opened.byteCount) == byteCount else {
            throw PartyError.unverified("a file of the record is not what its descriptor says")
        }
        try unfinished.commit()
        return MediaType.isProgram(sink.head)
    }
}

/// Plaintext on its way into a file; keeps the beginning, which tells what kind of file it is.
private struct Plaintext: ByteSink {
    private static let headBytes = 512

    let file: any UnfinishedFile
    private(set) var head: [UInt8] = []

    init(file: any UnfinishedFile) { self.file = file }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        try Task.checkCancellation()
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

    /// Copies a file of the spool.
    fileprivate func copy(_ path: String, as name: String) throws {
        let file = try begin(name)
        var source = try FileSource(path: path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        while true {
            let count = try source.read(into: buffer)
            guard count > 0 else { break }
            try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        try file.commit()
    }
}
