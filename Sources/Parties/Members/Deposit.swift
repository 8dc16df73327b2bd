public import API
public import Age
public import Contract
import Evidence
import Files
public import Homes
import Identity
import Primitives
import Remote
import Sealing

/// A record that was deposited.
public struct Deposited: Sendable {
    public let record: RecordHandle
    public let files: [Digest]
    /// The record was there before this call.
    public let wasThere: Bool
    /// Where the ledger has it; nil when it was there before.
    public let receipt: Wire.Receipt?
}

/// What goes on in a deposit, and how far it is, in bytes.
public enum DepositProgress: Sendable {
    case sealing(done: Int, of: Int)
    case sending(done: Int, of: Int)
}

extension Member {
    /// Saves files as one record of the patient of that number: sealed here, put into the custodian's vault,
    /// recorded on the ledger. `again` makes a new record of files that were deposited before.
    ///
    /// Whatever cuts it off, the same call again goes on where it was and leaves exactly one record. Throws
    /// `refused` unless the member works at the desk of a custodian, and `Problem` when the contract refuses, for one
    /// when the patient has given no permit; then nothing was sent to the vault.
    public func deposit(
        _ files: [SourceFile], patient number: String, kind: AgeKeyKind = .hybrid, again: Bool = false,
        progress: @escaping @Sendable (DepositProgress) -> Void = { _ in }
    ) async throws -> Deposited {
        let patient = try await patient(number)
        let journals = DepositJournals(home: keys.home.folder, key: keys.signingKey)
        let byteCounts = files.map(\.byteCount)
        if journals.mayHold(patient: patient.index, byteCounts: byteCounts) {
            let plaintexts = try files.map { try $0.digest() }
            let name = journals.name(patient: patient.index, byteCounts: byteCounts, plaintexts: plaintexts)
            if var journal = try DepositJournal(name) {
                guard let lock = try? FolderLock(name) else { throw Self.isBeingDeposited }
                defer { withExtendedLifetime(lock) {} }
                if journal.contents.isDone, again {
                    journals.folder.remove(name.name)
                } else {
                    return try await finish(&journal, patient, progress)
                }
            }
        }
        let draft = try journals.draft()
        defer { withExtendedLifetime(draft) {} }
        var journal = try await seal(files, for: patient, kind: kind, in: draft, journals, progress)
        return try await finish(&journal, patient, progress)
    }

    private static let isBeingDeposited = ClientFailure.refused(
        "another process is depositing these files for this patient")

    /// Seals everything to a fresh record key, which is forgotten when this returns: only the envelopes keep
    /// it.
    private func seal(
        _ files: [SourceFile], for patient: AdmittedPatient, kind: AgeKeyKind, in draft: SpoolPart,
        _ journals: DepositJournals,
        _ progress: @escaping @Sendable (DepositProgress) -> Void
    ) async throws -> DepositJournal {
        let recordKey = AgeIdentity.generate(kind)
        let record = newHandle()
        let folder = draft.folder
        let sealed = try await SealedFiles(files, to: recordKey.recipient, into: folder) {
            progress(.sealing(done: $0, of: $1))
        }
        let descriptor = Descriptor(
            patient: patient.number, depositedAt: surroundings.now(), files: sealed.files)
        let contents = DepositJournal.Contents(
            record: record, recipientHash: recordKey.recipient.hash, suite: kind.suite,
            descriptor: try folder.keep(
                try descriptor.sealed(to: recordKey.recipient), as: "descriptor.age"),
            ownerEnvelope: try folder.keep(
                try Envelope.wrap(recordKey, record: record, for: patient), as: "owner.age"),
            custodianEnvelope: try folder.keep(
                try Envelope.wrap(recordKey, record: record, for: organisation), as: "custodian.age"),
            files: sealed.blobs, batch: sealed.batch)
        let name = journals.name(
            patient: patient.index, byteCounts: files.map(\.byteCount),
            plaintexts: sealed.files.map(\.sha256))
        // The same deposit may have begun elsewhere meanwhile.
        guard !name.exists else { throw Self.isBeingDeposited }
        return try DepositJournal(contents, draft: draft, name: name)
    }

    private func finish(
        _ journal: inout DepositJournal, _ patient: AdmittedPatient,
        _ progress: @escaping @Sendable (DepositProgress) -> Void
    ) async throws -> Deposited {
        let contents = journal.contents
        let files = contents.files.map(\.digest)
        if let state: RecordState = try await connection.state(.record(contents.record)) {
            guard state.files == files, state.recipientHash == contents.recipientHash else {
                throw ClientFailure.unverified("the ledger has another record under this handle")
            }
            if !contents.isDone { try journal.finish() }
            return Deposited(record: contents.record, files: files, wasThere: true, receipt: nil)
        }
        guard !contents.isDone else {
            throw ClientFailure.unverified("the ledger had record \(contents.record) and has it no more")
        }
        let permit = try await permit(of: patient, for: contents.record.bytes)
        do {
            if permit != nil {
                try await connection.send(contents.blobs, in: journal.folder, to: organisation.name) {
                    progress(.sending(done: $0, of: $1))
                }
            }
            let receipt = try await say(
                .deposit(
                    Deposit(
                        organisation: organisation.name, record: contents.record, permit: permit,
                        recipientHash: contents.recipientHash, descriptor: contents.descriptor.digest,
                        ownerEnvelope: contents.ownerEnvelope.digest,
                        custodianEnvelope: contents.custodianEnvelope.digest,
                        files: files, suite: contents.suite, batch: contents.batch)))
            try journal.finish()
            return Deposited(record: contents.record, files: files, wasThere: false, receipt: receipt)
        } catch let problem as Problem where problem.isRefusedPermit {
            // The permit goes with the handle: another try is another record. No ciphertext stays behind.
            journal.folder.parent.remove(journal.folder.name)
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
