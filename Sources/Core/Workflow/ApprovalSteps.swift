public import Contract
public import Evidence
public import Identity
import Primitives
import Sealing
import TransparencyLog

/// The calls that carry an approval out, one after the other: first what the contract would say to every statement of
/// it; then for each record the blobs and the order, then the letter to the requester, then the answer.
///
/// What would be refused is refused before anything is ordered. Each call is harmless to repeat, so that an approval
/// that was cut off begins again from the first.
public struct ApprovalSteps: Sendable {
    public enum Step: Sendable {
        case call(SignedCall)
        case done
    }

    /// One order of an approval, a grant or the erasure of a record, and what became of it.
    public struct Order: Sendable {
        public enum Outcome: Sendable {
            /// It is not on the ledger, as far as is known: its turn did not come.
            case notTried
            /// It is not on the ledger: the contract refuses it, or would.
            case refused(RejectionCode)
            /// The ledger has it.
            case inForce
        }

        public let record: RecordHandle
        public let id: StatementID
        public fileprivate(set) var outcome: Outcome
    }

    /// What became of each order, so far.
    public private(set) var orders: [Order]
    /// The ledger has the answer to the request: all of it is done.
    public private(set) var isAnswered = false
    /// What is true of every statement that was acknowledged; nil where none was.
    public var acknowledged: Receipt.Acknowledged? { receipts.isEmpty ? nil : receipts.acknowledged }

    /// What a call submits.
    private struct Submission {
        let statement: VerifiedStatement
        /// The order that it is; nil: the answer.
        let order: Int?
    }

    private let pages: [[StateKey]]
    private let calls: [(signed: SignedCall, submits: Submission?)]
    private let network: KnownNetwork
    private let keys: CheckpointKeys
    private let now: LedgerTime
    private var state: [StateKey: [UInt8]] = [:]
    private var receipts: [Receipt] = []
    private var position = 0

    /// Throws `unverified` when a key in the genesis is none, or the approval holds what is no statement.
    public init(
        _ approval: SignedApproval, by wallet: Wallet, of network: KnownNetwork, now: LedgerTime
    ) throws(PartyError) {
        let custodian = approval.custodian
        let untilCosigned = !network.genesis.quorum.rules.isEmpty
        var calls = [(signed: SignedCall, submits: Submission?)]()
        func submit(_ bytes: [UInt8], _ key: SigningKey, order: Int?) throws(PartyError) {
            guard let signed = try? SignedStatement(bytes, network: network.id),
                let statement = signed.verified()
            else { throw .unverified("what was kept of the approval makes no statement") }
            calls.append(
                (
                    SignedCall(call: .submit(bytes, keeper: nil, untilCosigned: untilCosigned), key: key),
                    Submission(statement: statement, order: order)
                ))
        }
        for (index, order) in approval.orders.enumerated() {
            // Under the key that signs the order: storing its blobs links it to nothing new.
            let owner = wallet.ownerKey(organisation: order.owner, index: order.index)
            let blobs: [(bytes: [UInt8]?, kind: BlobKind)] = [
                (order.manifest, .grantManifest), (order.envelope, .grantEnvelope),
            ]
            for blob in blobs {
                guard let bytes = blob.bytes else { continue }
                let call = Call.put(bytes, as: blob.kind, of: order.record, at: custodian)
                calls.append((SignedCall(call: call, key: owner), nil))
            }
            try submit(order.statement, owner, order: index)
        }
        if let letter = approval.letter {
            let call = Call.leave(
                letter.body, addressee: letter.addressee, request: approval.request, at: custodian)
            calls.append((SignedCall(call: call, key: nil), nil))
        }
        try submit(
            approval.answer,
            wallet.ownerKey(organisation: custodian, index: approval.answeringIndex), order: nil)
        pages = Self.pages(of: calls.compactMap { $0.submits?.statement })
        self.calls = pages.map { (SignedCall(call: .state($0), key: nil), nil) } + calls
        orders = approval.orders.map { Order(record: $0.record, id: $0.id, outcome: .notTried) }
        self.network = network
        self.now = now
        do throws(NoteError) {
            keys = try CheckpointKeys(network.genesis)
        } catch { throw .unverified("a key in the genesis is no key", cause: error) }
    }

    /// What the contract reads for `statements`, each key once, in pages of one call.
    private static func pages(of statements: [VerifiedStatement]) -> [[StateKey]] {
        var seen = Set<StateKey>()
        var keys = [StateKey]()
        for statement in statements {
            for key in statement.readKeys where seen.insert(key).inserted { keys.append(key) }
        }
        return stride(from: 0, to: keys.count, by: Call.stateKeysMax).map { start in
            Array(keys[start..<min(start + Call.stateKeysMax, keys.count)])
        }
    }

    public var next: Step { position < calls.count ? .call(calls[position].signed) : .done }

    /// Takes the answer to the call that came next. Throws `rejected` with the contract's reason, `unverified` for a
    /// receipt that does not hold, and `unavailable` where the server is away. `orders` say afterwards how far it came.
    public mutating func take(_ answer: CallOutcome) throws(PartyError) {
        precondition(position < calls.count, "there was no call to answer")
        let body: [UInt8]
        do throws(PartyError) {
            guard let answered = try answer.optionalBody() else {
                throw .refused("the server has no place for this")
            }
            body = answered
        } catch {
            if let code = error.rejection { note(code) }
            throw error
        }
        let (signed, submission) = calls[position]
        switch signed.call {
        case .state:
            for (key, value) in try StateKey.values(of: pages[position], in: body) { state[key] = value }
            if position + 1 == pages.count { try foresee() }
        case .submit(let bytes, _, _):
            receipts.append(
                try Receipt(verifying: body, of: bytes, network: network.id, keys: keys))
            if let order = submission?.order { orders[order].outcome = .inForce } else { isAnswered = true }
        default: break
        }
        position += 1
    }

    /// The contract's refusal of what was submitted.
    private mutating func note(_ code: RejectionCode) {
        if let order = calls[position].submits?.order { orders[order].outcome = .refused(code) }
    }

    /// Decides on every statement by the state that the server tells: what it hides, the ledger will still refuse. A
    /// statement that the ledger has already is one that an earlier try has ordered.
    private mutating func foresee() throws(PartyError) {
        var refusal: PartyError?
        for submission in calls.compactMap({ $0.submits }) {
            guard
                case .rejected(let code) = decide(
                    submission.statement, at: now, reads: Reads(of: submission.statement) { state[$0] })
            else { continue }
            switch (submission.order, code) {
            case (let order?, .replayed): orders[order].outcome = .inForce
            case (let order?, _): orders[order].outcome = .refused(code)
            case (nil, .replayed): isAnswered = true
            case (nil, _): refusal = .rejected(code)
            }
        }
        for order in orders {
            guard case .refused(let code) = order.outcome else { continue }
            throw .rejected(code, "record \(order.record)")
        }
        if let refusal { throw refusal }
    }
}
