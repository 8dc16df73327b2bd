public import API
public import Evidence
public import Homes
import Identity
import Remote
public import Workflow

extension MemberKeys {
    /// Adds this member's agreement to what another one is about to say. Throws `badInput` when the draft is of
    /// another network.
    public func agree(to draft: inout StatementDraft) throws(PartyError) {
        guard draft.network == network.id else { throw .badInput("the draft is for another network") }
        draft.agree(by: signingKey)
    }
}

extension Member {
    /// Says what others have agreed to.
    public func submit(_ draft: StatementDraft) async throws -> Wire.Receipt {
        try await draft.submit(by: keys.signingKey, connection)
    }
}
