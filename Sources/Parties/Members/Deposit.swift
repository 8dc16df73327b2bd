public import API
public import Age
public import Contract
import Evidence
import Files
public import Homes
import Identity
import Remote
import Sealing
import Workflow

/// A record that was deposited.
public struct Deposited: Sendable {
    public let record: RecordHandle
    public let files: [Digest]
    /// The record was there before this call.
    public let wasThere: Bool
    /// Where the ledger has it; nil when it was there before.
    public let receipt: Wire.Receipt?
    /// The record that this one takes the place of, because the vault had lost some of it.
    public fileprivate(set) var lost: RecordHandle?

    fileprivate init(_ deposited: DepositSteps.Deposited, _ blobs: [SealedBlob]) {
        record = deposited.deposit.record
        files = blobs.filter { $0.blob.kind == .file }.map(\.digest)
        receipt = deposited.receipt.map { Wire.Receipt($0) }
        wasThere = receipt == nil
    }
}

/// What goes on in a deposit, and how far it is, in bytes.
public enum DepositProgress: Sendable {
    case sealing(done: Int, of: Int)
    /// The vault has so much of a file: it is sent from there on.
    case goingOn(at: Int, of: Int)
    case sending(done: Int, of: Int)
}

extension Member {
    /// Saves files as one record of the patient of that number: sealed here, put into the custodian's vault,
    /// recorded on the ledger. `again` makes a new record of files that were deposited before; so does a vault that has
    /// lost any of them.
    ///
    /// Whatever cuts it off, the same call again goes on where it was and leaves exactly one record. A file that changes
    /// meanwhile is sealed anew, under a key of its own. Throws
    /// `refused` unless the member works at the desk of a custodian, and when the contract refuses, for one when the
    /// patient has given no permit; then nothing was sealed and nothing sent to the vault.
    public func deposit(
        _ files: [SourceFile], patient number: String, kind: AgeKeyKind = .hybrid, again: Bool = false,
        progress: @escaping @Sendable (DepositProgress) -> Void = { _ in }
    ) async throws -> Deposited {
        let patient = try await patient(number)
        for _ in 1..<Self.triesMax {
            do {
                return try await deposit(files, of: patient, kind, again: again, progress)
            } catch is ChangedSourceError {}
        }
        do {
            return try await deposit(files, of: patient, kind, again: again, progress)
        } catch let error as ChangedSourceError {
            throw error.failure
        }
    }

    /// How often files are sealed that change while they are read.
    private static let triesMax = 3

    /// Throws `ChangedSourceError` once what was sealed of the file is gone; the record's handle is taken up again.
    private func deposit(
        _ files: [SourceFile], of patient: AdmittedPatient, _ kind: AgeKeyKind, again: Bool,
        _ progress: @escaping @Sendable (DepositProgress) -> Void
    ) async throws -> Deposited {
        var lost: RecordHandle?
        let journals = DepositJournals(home: keys.home.folder, key: keys.signingKey)
        let sources = OutlinedSources(files, of: keys.signingKey)
        let byteCounts = files.map(\.byteCount)
        if journals.mayHold(patient: patient.index, byteCounts: byteCounts) {
            let plaintexts = try files.map { try $0.digest() }
            let name = journals.name(patient: patient.index, byteCounts: byteCounts, plaintexts: plaintexts)
            if let journal = try DepositJournal(name) {
                guard let lock = try? FolderLock(name) else { throw Self.isBeingDeposited }
                defer { withExtendedLifetime(lock) {} }
                let isLost = journal.isDone && !again ? try await isLost(journal) : false
                if isLost { lost = journal.deposit.record }
                if isLost || journal.isDone && again {
                    journals.folder.remove(name.name)
                } else {
                    return try await resume(journal, sources, of: patient, journals, progress)
                }
            }
        }
        let reserved = try journals.reserve(for: patient.index, newHandle)
        let steps = try DepositSteps(
            try order(reserved.record, for: patient), kind: kind, of: network.known, now: surroundings.now())
        let draft = try journals.draft()
        var work = DepositWork(sources, folder: draft.folder) { deposit, blobs, plaintexts in
            let name = journals.name(patient: patient.index, byteCounts: byteCounts, plaintexts: plaintexts)
            // The same deposit may have begun elsewhere meanwhile.
            guard !name.exists else { throw Self.isBeingDeposited }
            reserved.end()
            return try DepositJournal(deposit, blobs, draft: draft, name: name)
        }
        var deposited = try await carryOut(
            steps, &work, progress, ifPermitIsRefused: reserved.end,
            ifSourceChanged: { try journals.takeUpAgain(reserved.record, for: patient.index) })
        deposited.lost = lost
        return deposited
    }

    /// Saves files without the patient's permit, openly marked so: nobody outside the custodian can be
    /// granted them until the patient adopts the record. `patient` is whatever the custodian knows the
    /// patient by.
    public func depositCustodial(
        _ files: [SourceFile], patient: String, reason: CustodialReason, kind: AgeKeyKind = .hybrid
    ) async throws -> (record: RecordHandle, receipt: Wire.Receipt) {
        let order = DepositSteps.Order(
            newHandle(), by: .custodial(reason, patient: patient), at: organisation,
            depositor: keys.signingKey)
        let steps = try DepositSteps(order, kind: kind, of: network.known, now: surroundings.now())
        let draft = try spool.part()
        defer { withExtendedLifetime(draft) {} }
        var work = DepositWork(
            OutlinedSources(files, of: keys.signingKey), folder: draft.folder
        ) { _, _, _ in nil }
        let deposited: Deposited
        do {
            deposited = try await carryOut(steps, &work)
        } catch let error as ChangedSourceError {
            throw error.failure
        }
        guard let receipt = deposited.receipt else {
            preconditionFailure("nothing was kept of an earlier try")
        }
        return (deposited.record, receipt)
    }

    private static let isBeingDeposited = PartyError.refused(
        "another process is depositing these files for this patient")

    private func order(
        _ record: RecordHandle, for patient: AdmittedPatient
    ) throws(PartyError) -> DepositSteps.Order {
        DepositSteps.Order(
            record, by: .permit(of: patient, desk: try deskKeys()), at: organisation,
            depositor: keys.signingKey)
    }

    private func resume(
        _ journal: DepositJournal, _ sources: OutlinedSources, of patient: AdmittedPatient,
        _ journals: DepositJournals,
        _ progress: @escaping @Sendable (DepositProgress) -> Void
    ) async throws -> Deposited {
        let steps = try DepositSteps(
            try order(journal.deposit.record, for: patient), resuming: journal.deposit,
            wasDone: journal.isDone, of: network.known, now: surroundings.now())
        var work = DepositWork(journal, sources)
        return try await carryOut(
            steps, &work, progress,
            ifSourceChanged: { try journals.takeUpAgain(journal.deposit.record, for: patient.index) })
    }

    /// Does what each step asks for.
    private func carryOut(
        _ steps: DepositSteps, _ work: inout DepositWork,
        _ progress: @escaping @Sendable (DepositProgress) -> Void = { _ in },
        ifPermitIsRefused forget: () -> Void = {}, ifSourceChanged takeUpAgain: () throws -> Void = {}
    ) async throws -> Deposited {
        var steps = steps
        do {
            while true {
                switch steps.next {
                case .call(let next): try steps.take(try await connection.answer(to: next.call, as: next.key))
                case .seal(let recipient):
                    let sealed = try await work.seal(to: recipient) { progress(.sealing(done: $0, of: $1)) }
                    try steps.take(sealed.files, batch: sealed.batch, at: surroundings.now())
                case .keep(let deposit, let blobs):
                    try work.keep(deposit, blobs)
                    steps.kept()
                case .upload(let deposit):
                    try await connection.send(
                        work.blobs, of: deposit.record, in: work.folder, sources: work.sources,
                        to: organisation.name, goingOn: { progress(.goingOn(at: $0, of: $1)) },
                        progress: { progress(.sending(done: $0, of: $1)) })
                    steps.uploaded { surroundings.statement($0) }
                case .done(let deposited):
                    try work.finish()
                    return Deposited(deposited, work.blobs)
                }
            }
        } catch {
            // No ciphertext stays behind that no permit will ever let be deposited.
            if steps.isPermitRefused {
                forget()
                work.forget()
            } else if error is ChangedSourceError {
                try takeUpAgain()
                work.forget()
            }
            throw error
        }
    }
}

/// The files of a deposit, and the folder with their ciphertext; with a journal, once there is one.
private struct DepositWork {
    typealias Journaling = (SealedDeposit, [SealedBlob], _ plaintexts: [Digest]) throws -> DepositJournal?

    let sources: OutlinedSources
    private let journaling: Journaling
    private var journal: DepositJournal?
    private var plaintexts: [Digest] = []
    private(set) var folder: Folder
    private(set) var blobs: [SealedBlob] = []

    /// Work that begins in `folder`. `journaling` gives the folder its lasting name, where it gets one.
    init(_ sources: OutlinedSources, folder: Folder, journaling: @escaping Journaling) {
        self.sources = sources
        self.folder = folder
        self.journaling = journaling
    }

    /// Work that goes on: everything is sealed.
    init(_ journal: DepositJournal, _ sources: OutlinedSources) {
        self.init(sources, folder: journal.folder) { _, _, _ in nil }
        self.journal = journal
        blobs = journal.blobs
    }

    mutating func seal(
        to recipient: AgeRecipient, progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws -> SealedFiles {
        let sealed = try await SealedFiles(sources, to: recipient, into: folder, progress: progress)
        blobs = sealed.blobs
        plaintexts = sealed.files.map(\.sha256)
        return sealed
    }

    mutating func keep(
        _ deposit: SealedDeposit, _ small: [(kind: BlobKind, bytes: [UInt8])]
    ) throws {
        for (kind, bytes) in small {
            blobs.append(try folder.keep(bytes, as: "\(kind.name).age", kind))
        }
        journal = try journaling(deposit, blobs, plaintexts)
        if let journal { folder = journal.folder }
    }

    mutating func finish() throws { try journal?.finish() }

    func forget() { if let journal { journal.folder.parent.remove(journal.folder.name) } }
}
