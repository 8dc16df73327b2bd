import API
import Contract
import Remote
import Workflow

// What was deposited and is gone: the custodian's server says that it has it no more, and no order of the patient's is
// the reason.

extension Member {
    /// Whether the vault lacks anything of a deposit that the ledger has. It does not where the patient has removed the
    /// record, it was sealed anew, or this organisation has attested that it erased it.
    func isLost(_ journal: DepositJournal) async throws -> Bool {
        let record = journal.deposit.record
        guard let state: RecordState = try await connection.state(.record(record)), state.removed == nil,
            state.parts.first?.manifest == journal.deposit.manifest,
            let custody: CustodyState = try await connection.state(.custody(record, organisation.name)),
            custody.erased == nil
        else { return false }
        // Envelopes are replaced when the owner changes; files and what describes them are not.
        let lasting = journal.blobs.map(\.blob).filter { [.file, .manifest, .descriptor].contains($0.kind) }
        for start in stride(from: 0, to: lasting.count, by: 1_000) {
            let answer: Wire.BlobNames = try await connection.call(
                .post, Routes.Organisation(organisation.name).missing(in: record.hex),
                json: Wire.BlobNames(blobs: Array(lasting[start..<min(start + 1_000, lasting.count)])))
            if !answer.blobs.isEmpty { return true }
        }
        return false
    }
}
