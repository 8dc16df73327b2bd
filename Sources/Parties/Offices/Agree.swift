import Contract
public import Evidence
import Files
import Homes
import Identity
import Remote
public import Workflow

extension Office {
    /// Adds this organisation's agreement to a draft that another one has proposed. Throws `badInput` when the
    /// draft is of another network, or is this organisation's own to submit.
    public func agree(to draft: inout StatementDraft) throws(PartyError) {
        guard draft.network == network.id else { throw .badInput("the draft is for another network") }
        let root = try requireRoot()
        guard draft.signer != root.key else {
            throw .badInput("\(name) is the draft's signer: it submits it (medseal network submit)")
        }
        draft.agree(by: root)
        // Its validator shows that it has the key that the others are to believe.
        if case .admit(let it) = draft.statement.assertion, it.organisation.name == name {
            guard let validator = try keys.validator() else {
                throw .badInput(
                    "the key of the validator of \(name) is not in \(keys.folder.path): agree where it was made"
                )
            }
            draft.agree(by: validator)
        }
    }
}
