public import API
public import Age
public import Contract
import Foundation
import Identity
import Primitives
public import Remote

/// Saves files as one record of a patient's: sealed here, put into the custodian's vault, recorded on the
/// ledger.
///
/// Whatever cuts it off, the same call again goes on where it was and leaves exactly one record.
public struct Depositing: Sendable {
    /// What goes on, and how far it is, in bytes.
    public enum Progress: Sendable {
        case sealing(done: Int, of: Int)
        case sending(done: Int, of: Int)
    }

    public struct Done: Sendable {
        public let record: RecordHandle
        public let files: [Digest]
        /// The record was there before this call.
        public let wasThere: Bool
        /// Where the ledger has it; nil when it was there before.
        public let receipt: Wire.Receipt?
    }

    /// A file to be saved.
    private struct Source {
        let path: String
        let name: String
        let byteCount: Int
        let mediaType: String
        let dicom: DICOMAttributes?
    }

    static let uploadsAtOnce = 4
    static let smallBytesMax = 1 << 20

    private let member: Member
    private let connection: Connection
    private let desk: Desk
    private let journals: DepositJournals
    private let progress: @Sendable (Progress) -> Void

    /// Throws `refused` unless the member works at the desk of a custodian.
    public init(
        _ member: Member, _ connection: Connection,
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws(ClientFailure) {
        self.member = member
        self.connection = connection
        self.desk = try Desk(member, connection)
        self.journals = try DepositJournals(home: member.home.folder, key: member.signingKey)
        self.progress = progress
    }

    /// Deposits `paths` as one record for the patient of that number. `again` makes a new record of files
    /// that were deposited before.
    ///
    /// Throws `Problem` when the contract refuses, for one when the patient has given no permit; then nothing
    /// was sent to the vault.
    public func deposit(
        _ paths: [String], patient number: String, kind: AgeKeyKind = .hybrid, again: Bool = false
    ) async throws -> Done {
        let sources = try self.sources(paths)
        let patient = try await desk.patient(number)
        let byteCounts = sources.map(\.byteCount)
        if journals.mayHold(patient: patient.index, byteCounts: byteCounts) {
            let plaintexts = try sources.map { try Self.digest(of: $0.path) }
            let name = journals.name(patient: patient.index, byteCounts: byteCounts, plaintexts: plaintexts)
            if var journal = try DepositJournal(name) {
                guard let lock = FolderLock(name) else { throw Self.busy }
                defer { withExtendedLifetime(lock) {} }
                if journal.contents.isDone, again {
                    journals.folder.remove(name.name)
                } else {
                    return try await finish(&journal, patient)
                }
            }
        }
        let (journal, lock) = try seal(sources, for: patient, kind: kind)
        defer { withExtendedLifetime(lock) {} }
        var unfinished = journal
        return try await finish(&unfinished, patient)
    }

    private static let busy = ClientFailure.refused(
        "another process is depositing these files for this patient")

    // MARK: Sealing

    /// The files that `paths` name; a folder stands for all files in it, in the order of their names.
    private func sources(_ paths: [String]) throws -> [Source] {
        let files = try paths.flatMap { try Folder.isFolder($0) ? Folder($0).files() : [$0] }
        guard (1...Limits.filesPerRecordMax).contains(files.count) else {
            throw ClientFailure.badInput(
                "a record has 1 to \(Limits.filesPerRecordMax) files; these are \(files.count)")
        }
        return try files.map { path in
            guard let handle = FileHandle(forReadingAtPath: path) else {
                throw ClientFailure.badInput("cannot read the file \(path)")
            }
            defer { try? handle.close() }
            let head = [UInt8](try handle.read(upToCount: DICOMAttributes.prefixBytes) ?? Data())
            return Source(
                path: path, name: URL(fileURLWithPath: path).lastPathComponent,
                byteCount: Int(try handle.seekToEnd()), mediaType: MediaType.of(head),
                dicom: DICOMAttributes(head: head))
        }
    }

    private static func digest(of path: String) throws -> Digest {
        var source = try FileSource(path: path)
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer {
            wipe(buffer)
            buffer.deallocate()
        }
        while true {
            let count = try source.read(into: buffer)
            guard count > 0 else { break }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        guard let digest = Digest(hash.finish()) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }

    /// Seals everything to a fresh record key, which is forgotten when this returns: only the envelopes keep
    /// it.
    private func seal(
        _ sources: [Source], for patient: Desk.Patient, kind: AgeKeyKind
    ) throws -> (DepositJournal, FolderLock) {
        let (draft, lock) = try journals.draft()
        do {
            let recordKey = AgeIdentity.generate(kind)
            guard let record = RecordHandle(Random.bytes(32)) else {
                preconditionFailure("a handle has 32 bytes")
            }
            let total = sources.reduce(0) { $0 + $1.byteCount }
            var before = 0
            var files = [Descriptor.File]()
            var blobs = [DepositJournal.Blob]()
            let key = AgeSealing.recipients([recordKey.recipient])
            // Small files several at a time; a large one is by itself sealed on all cores.
            let numbers = sources.indices.filter { sources[$0].byteCount <= Self.smallBytesMax }
            let jobs = numbers.map { FileJob(from: sources[$0].path, to: draft.file("\($0).age")) }
            let small = Dictionary(
                uniqueKeysWithValues: zip(
                    numbers, sealFiles(jobs, for: key, hashing: [.ciphertext, .plaintext])))
            for (index, source) in sources.enumerated() {
                let name = "\(index).age"
                let done = before
                let sealed =
                    try small[index]?.get()
                    ?? sealFile(
                        at: source.path, to: draft.file(name), for: key, hashing: [.ciphertext, .plaintext],
                        progress: { progress(.sealing(done: done + $0, of: total)) })
                guard let ciphertext = Digest(sealed.sha256),
                    let plain = sealed.plaintextSHA256.flatMap({ Digest($0) })
                else { preconditionFailure("both digests were asked for") }
                guard sealed.plaintextByteCount == source.byteCount else {
                    throw ClientFailure.unreachable("\(source.path) changed while it was read")
                }
                before += source.byteCount
                blobs.append(.init(name: name, digest: ciphertext, byteCount: sealed.byteCount))
                files.append(
                    Descriptor.File(
                        name: source.name, mediaType: source.mediaType, byteCount: source.byteCount,
                        sha256: plain, ciphertext: ciphertext, dicom: source.dicom))
            }
            let descriptor = Descriptor(patient: patient.number, depositedAt: machineTime(), files: files)
            func keep(_ bytes: [UInt8], as name: String) throws -> DepositJournal.Blob {
                try draft.write(bytes, as: name)
                return .init(name: name, digest: Digest(hashing: bytes), byteCount: bytes.count)
            }
            let contents = DepositJournal.Contents(
                record: record, recipientHash: recordKey.recipient.hash, suite: kind.suite,
                descriptor: try keep(try descriptor.sealed(to: recordKey.recipient), as: "descriptor.age"),
                ownerEnvelope: try keep(
                    try Envelope.wrap(recordKey, record: record, for: patient), as: "owner.age"),
                custodianEnvelope: try keep(
                    try Envelope.wrap(recordKey, record: record, for: member.organisation),
                    as: "custodian.age"),
                files: blobs)
            let name = journals.name(
                patient: patient.index, byteCounts: sources.map(\.byteCount), plaintexts: files.map(\.sha256))
            // The same deposit may have begun elsewhere meanwhile.
            guard !name.exists else { throw Self.busy }
            return (try DepositJournal(contents, draft: draft, name: name), lock)
        } catch {
            journals.folder.remove(draft.name)
            throw error
        }
    }

    // MARK: Sending

    private func finish(_ journal: inout DepositJournal, _ patient: Desk.Patient) async throws -> Done {
        let contents = journal.contents
        let files = contents.files.map(\.digest)
        if let state: RecordState = try await connection.state(.record(contents.record)) {
            guard state.files == files, state.recipientHash == contents.recipientHash else {
                throw ClientFailure.unverified("the ledger has another record under this handle")
            }
            let wasDone = contents.isDone
            if !wasDone { try journal.finish() }
            return Done(record: contents.record, files: files, wasThere: true, receipt: nil)
        }
        guard !contents.isDone else {
            throw ClientFailure.unverified("the ledger had record \(contents.record) and has it no more")
        }
        let permit = try await desk.permit(of: patient, for: contents.record.bytes)
        do {
            if permit != nil { try await send(journal) }
            let deposit = Deposit(
                organisation: member.organisation.name, record: contents.record, permit: permit,
                recipientHash: contents.recipientHash, descriptor: contents.descriptor.digest,
                ownerEnvelope: contents.ownerEnvelope.digest,
                custodianEnvelope: contents.custodianEnvelope.digest,
                files: files, suite: contents.suite)
            let receipt = try await connection.submit(
                .make(.deposit(deposit), now: machineTime()), signedBy: member.signingKey)
            try journal.finish()
            return Done(record: contents.record, files: files, wasThere: false, receipt: receipt)
        } catch let problem as Problem where problem.isRefusedPermit {
            // The permit goes with the handle: another try is another record. No ciphertext stays behind.
            journals.folder.remove(journal.folder.name)
            throw problem
        }
    }

    /// Puts what the vault does not have into it, a few at a time.
    private func send(_ journal: DepositJournal) async throws {
        let routes = Routes.Organisation(member.organisation.name)
        let blobs = journal.contents.blobs
        var missing = Set<Digest>()
        for start in stride(from: 0, to: blobs.count, by: 1_000) {
            let page = blobs[start..<min(start + 1_000, blobs.count)].map(\.digest)
            let answer: Wire.Digests = try await connection.call(
                .post, routes.missing, json: Wire.Digests(digests: page))
            missing.formUnion(answer.digests)
        }
        let queue = blobs.filter { missing.contains($0.digest) }
        let total = queue.reduce(0) { $0 + $1.byteCount }
        let sent = SentBytes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, blob) in queue.enumerated() {
                if index >= Self.uploadsAtOnce { try await group.next() }
                group.addTask { [connection, progress] in
                    let content = Connection.Content.file(
                        path: journal.folder.file(blob.name), byteCount: blob.byteCount, digest: blob.digest)
                    _ = try await connection.call(.put, routes.blob(blob.digest.hex), content) { done in
                        progress(.sending(done: sent.report(done, of: blob.digest), of: total))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

extension Problem {
    /// Whether the contract refused for want of the patient's permission.
    fileprivate var isRefusedPermit: Bool {
        let codes: [RejectionCode] = [
            .permitMissing, .permitForOtherOrganisation, .permitExpired, .permitUsed,
        ]
        return type == .rejected && codes.contains { $0.rawValue == code }
    }
}

/// How many bytes of each blob were sent.
private final class SentBytes: Sendable {
    private let lock = NSLock()
    // Only touched while `lock` is held.
    private nonisolated(unsafe) var counts = [Digest: Int]()

    /// The sum over all blobs.
    func report(_ count: Int, of digest: Digest) -> Int {
        lock.withLock {
            counts[digest] = count
            return counts.values.reduce(0, +)
        }
    }
}
