public import Contract
import Evidence
import Homes
import Identity
import Primitives
import Remote
public import Workflow

// What organisations decide together, each by its root: who joins, who is suspended, whose root is replaced (T39).
// One of them proposes a draft that names all who are to agree; it goes from hand to hand; its signer submits it.

extension Office {
    public enum Decision: Sendable {
        case admit(Application)
        case suspend(OrganisationName)
        case restore(OrganisationName)
        /// The root of the office's own organisation.
        case rotateRoot
    }

    /// A draft of a decision, said by `signer` (this organisation unless another is named) and agreed to by
    /// `others`. Throws `badInput` when those are not more than half of the organisations.
    ///
    /// For a rotation the new root is made, unless there is one that waits already, and agrees at once.
    public func propose(
        _ decision: Decision, with others: [OrganisationName], signer: OrganisationName? = nil
    ) async throws -> StatementDraft {
        let signer = signer ?? name
        let endorsers = Set(others + [signer]).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        let checkpoint = try await RememberedCheckpoint(folder: folder).advance(connection)
        let governance = try await connection.governance(under: checkpoint)
        let names = governance.organisations.map(\.name.description).joined(separator: ", ")
        for name in endorsers {
            guard let endorser = governance.organisation(name), !endorser.isSuspended else {
                throw PartyError.badInput("\(name) does not take part; the network has \(names)")
            }
        }
        guard endorsers.count >= governance.majority else {
            throw PartyError.badInput(
                "\(governance.majority) organisations must agree (--with); the network has \(names)")
        }
        guard let root = governance.organisation(signer)?.root else {
            throw PartyError.badInput("\(signer) does not take part")
        }
        let assertion: Assertion
        var newRoot: SigningKey?
        switch decision {
        case .admit(let application):
            assertion = .admit(Admit(organisation: try application.pinned, endorsers: endorsers))
        case .suspend(let name):
            assertion = .suspend(Suspend(organisation: name, endorsers: endorsers, standing: .suspended))
        case .restore(let name):
            assertion = .suspend(Suspend(organisation: name, endorsers: endorsers, standing: .restored))
        case .rotateRoot:
            let next = try keys.root.next()
            newRoot = next
            assertion = .rotateRoot(RotateRoot(organisation: name, root: next.key, endorsers: endorsers))
        }
        var draft = StatementDraft(assertion, signer: root, network: network.id, now: surroundings.now())
        if let newRoot { draft.agree(by: newRoot) }
        return draft
    }
}
