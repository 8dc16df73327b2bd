public import Contract
public import Evidence
public import Identity
import Primitives
import Sealing
import TransparencyLog

/// The calls that carry an approval out, one after the other: for each record the envelope and the grant, then the
/// letter to the requester, then the answer. Each is harmless to repeat, so that an approval that was cut off begins
/// again from the first.
public struct ApprovalSteps: Sendable {
    public enum Step: Sendable {
        case call(SignedCall)
        case done(Approved)
    }

    /// What an approval has put on the ledger.
    public struct Approved: Sendable {
        /// In the order of the approval's items.
        public let grants: [StatementID]
        /// What is true of every statement of it.
        public let acknowledged: Receipt.Acknowledged
    }

    private let calls: [SignedCall]
    private let grants: [StatementID]
    private let network: KnownNetwork
    private let keys: CheckpointKeys
    private var receipts: [Receipt] = []
    private var position = 0

    /// Throws `unverified` when a key in the genesis is none.
    public init(_ approval: SignedApproval, by wallet: Wallet, of network: KnownNetwork) throws(PartyError) {
        let custodian = approval.custodian
        let untilCosigned = !network.genesis.quorum.rules.isEmpty
        var calls = [SignedCall]()
        for grant in approval.grants {
            // Under the key that signs the grant: storing the envelope links it to nothing new.
            let owner = wallet.ownerKey(organisation: grant.owner, index: grant.index)
            calls.append(
                SignedCall(
                    call: .put(grant.envelope, as: .grantEnvelope, of: grant.record, at: custodian),
                    key: owner))
            calls.append(
                SignedCall(
                    call: .submit(grant.statement, keeper: nil, untilCosigned: untilCosigned), key: owner))
        }
        calls.append(
            SignedCall(
                call: .leave(
                    approval.letter, addressee: approval.addressee, request: approval.request, at: custodian),
                key: nil))
        calls.append(
            SignedCall(
                call: .submit(approval.answer, keeper: nil, untilCosigned: untilCosigned),
                key: wallet.ownerKey(organisation: custodian, index: approval.answeringIndex)))
        self.calls = calls
        grants = approval.grants.map { $0.id }
        self.network = network
        do throws(NoteError) {
            keys = try CheckpointKeys(network.genesis)
        } catch { throw .unverified("a key in the genesis is no key", cause: error) }
    }

    public var next: Step { position < calls.count ? .call(calls[position]) : .done(approved) }

    /// What was done so far.
    public var approved: Approved { Approved(grants: grants, acknowledged: receipts.acknowledged) }

    /// Takes the answer to the call that came next. Throws `rejected` with the contract's reason, `unverified` for a
    /// receipt that does not hold, and `unavailable` where the server is away.
    public mutating func take(_ answer: CallOutcome) throws(PartyError) {
        precondition(position < calls.count, "there was no call to answer")
        guard let body = try answer.optionalBody() else { throw .refused("the server has no place for this") }
        if case .submit(let statement, _, _) = calls[position].call {
            receipts.append(
                try Receipt(verifying: body, of: statement, network: network.id, keys: keys))
        }
        position += 1
    }
}
