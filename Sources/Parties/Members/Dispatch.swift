public import API
public import Contract
import Evidence
import Homes
import Remote

extension Member {
    /// Signs what was sent under a transfer: the sender's half of the receipt.
    public func dispatch(_ release: StatementID) async throws -> Wire.Receipt {
        guard let state: ReleaseState = try await connection.state(.release(release)),
            let grant = state.grant,
            let record: RecordState = try await connection.state(.record(state.record))
        else { throw PartyError.rejected(.releaseMissing) }
        return try await say(
            .dispatch(
                Dispatch(
                    organisation: organisation.name, record: state.record, grant: grant, release: release,
                    contents: record.contents)))
    }
}
