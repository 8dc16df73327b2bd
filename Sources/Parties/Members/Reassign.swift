public import Contract
import Homes
import Remote
import Sealing
public import Workflow

extension Member {
    /// Gives a record to the new wallet of the patient of that number, by a permit of that wallet (gateway).
    /// A draft to which a member of a second organisation has to agree; it takes effect after a delay, unless
    /// the old wallet vetoes it.
    public func reassign(
        _ record: RecordHandle, patient number: String, with second: PublicKey,
        of secondOrganisation: OrganisationName
    ) async throws -> StatementDraft {
        let patient = try await patient(number)
        let permit = try await requirePermit(of: patient, for: record)
        let unlocked = try await unlock(.custody(record, .administration))
        let envelope = try await put(
            try Envelope.wrap(unlocked.fetched.wholeKeys(), record: record, for: patient), as: .ownerEnvelope,
            of: record)
        unlocked.finish()
        return draft(
            .reassign(
                Reassign(
                    organisation: organisation.name, record: record, permit: permit, ownerEnvelope: envelope,
                    secondOrganisation: secondOrganisation, second: second)))
    }
}
