public import API
public import Age
public import Contract
import Files
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
        let sources = try FileSealing.sources(paths)
        let patient = try await desk.patient(number)
        let byteCounts = sources.map(\.byteCount)
        if journals.mayHold(patient: patient.index, byteCounts: byteCounts) {
            let plaintexts = try sources.map { try Self.digest(of: $0.path) }
            let name = journals.name(patient: patient.index, byteCounts: byteCounts, plaintexts: plaintexts)
            if var journal = try DepositJournal(name) {
                guard let lock = try? FolderLock(name) else { throw Self.busy }
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
        _ sources: [FileSealing.Source], for patient: AdmittedPatient, kind: AgeKeyKind
    ) throws -> (DepositJournal, FolderLock) {
        let batch = try FileSealing.batchRoot(of: sources)
        let (draft, lock) = try journals.draft()
        do {
            let recordKey = AgeIdentity.generate(kind)
            guard let record = RecordHandle(Random.bytes(32)) else {
                preconditionFailure("a handle has 32 bytes")
            }
            let (files, blobs) = try FileSealing.seal(
                sources, to: recordKey.recipient, into: draft
            ) { progress(.sealing(done: $0, of: $1)) }
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
                files: blobs, batch: batch)
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

    private func finish(_ journal: inout DepositJournal, _ patient: AdmittedPatient) async throws -> Done {
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
            if permit != nil {
                try await connection.send(
                    contents.blobs, in: journal.folder, to: member.organisation.name
                ) { progress(.sending(done: $0, of: $1)) }
            }
            let deposit = Deposit(
                organisation: member.organisation.name, record: contents.record, permit: permit,
                recipientHash: contents.recipientHash, descriptor: contents.descriptor.digest,
                ownerEnvelope: contents.ownerEnvelope.digest,
                custodianEnvelope: contents.custodianEnvelope.digest,
                files: files, suite: contents.suite, batch: contents.batch)
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
