public import API
public import Contract
import Homes
import Remote
import Sealing
import Workflow

extension Member {
    /// Gives a custodial record its owner, the patient of that number, by one of the patient's permits
    /// (gateway).
    public func adopt(_ record: RecordHandle, patient number: String) async throws -> Wire.Receipt {
        let patient = try await patient(number)
        let permit = try await requirePermit(of: patient, for: record)
        let unlocked = try await unlock(.custody(record, .administration))
        let envelope = try await put(
            try Envelope.wrap(unlocked.fetched.wholeKeys(), record: record, for: patient), as: .ownerEnvelope,
            of: record)
        unlocked.finish()
        return try await say(
            .adopt(
                Adopt(
                    organisation: organisation.name, record: record, permit: permit, ownerEnvelope: envelope))
        )
    }
}
