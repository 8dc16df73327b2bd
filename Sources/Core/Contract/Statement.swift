/// A statement's payload: what it says, until when it may be ordered, a nonce that makes it unique, and who
/// agrees besides the signer.
public struct Statement: Hashable, Sendable {
    public static let nonceBytes = 16

    public var assertion: Assertion
    /// At this ledger time and later it is refused as stale.
    public var validUntil: LedgerTime
    public var nonce: [UInt8]
    /// In rising order of their keys.
    public var approvals: [Approval]

    public init(
        _ assertion: Assertion, validUntil: LedgerTime, nonce: [UInt8], approvals: [Approval] = []
    ) {
        precondition(nonce.count == Self.nonceBytes, "a nonce has 16 bytes")
        self.assertion = assertion
        self.validUntil = validUntil
        self.nonce = nonce
        self.approvals = approvals.sorted { $0.key < $1.key }
    }

    public func encoded() -> [UInt8] {
        CBOR.map(pairs + (approvals.isEmpty ? [] : [Approval.pair(approvals)])).encoded()
    }

    /// What those who agree sign: the payload without their approvals.
    public func approvedContent() -> [UInt8] { CBOR.map(pairs).encoded() }

    private var pairs: [CBOR.Pair] {
        [
            .init(0, .unsigned(assertion.kind.rawValue)), .init(1, .unsigned(validUntil)),
            .init(2, .bytes(nonce)),
        ] + assertion.fields.compactMap { $0 }
    }

    /// Throws when `bytes` are not the one encoding of a statement of a kind that this version knows.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> Statement {
        var fields = try FieldReader(try CBOR.decode(bytes))
        guard let kind = StatementKind(rawValue: try fields.unsigned(0)) else {
            throw CBOR.Malformed("an unknown kind of statement")
        }
        let validUntil = try fields.unsigned(1)
        let nonce = try fields.bytes(2)
        guard nonce.count == nonceBytes else { throw CBOR.Malformed("the nonce has not 16 bytes") }
        let assertion = try Assertion(kind, &fields)
        let approvals = kind.takesApprovals ? try Approval.read(&fields) : []
        try fields.finish()
        return Statement(assertion, validUntil: validUntil, nonce: nonce, approvals: approvals)
    }
}

/// Somebody besides the signer agrees to a statement: a signature over the statement's payload without its
/// approvals, bound to the network and to the signer.
///
/// It is the signature of a COSE_Sign1 message (RFC 9052) whose `external_aad` is the network's id and then
/// the signer's key, so that it is never a statement of its own.
public struct Approval: Hashable, Sendable {
    public let key: PublicKey
    /// 64 bytes.
    public let signature: [UInt8]

    static let field: UInt64 = 20
    static let countMax = Genesis.organisationsMax

    public init(key: PublicKey, signature: [UInt8]) {
        self.key = key
        self.signature = signature
    }

    /// What is signed to agree to `content` (`Statement.approvedContent`) when `signer` says it.
    public static func signedContent(
        _ content: [UInt8], by key: PublicKey, signer: PublicKey, network: NetworkID
    ) -> [UInt8] {
        CoseSign1.signedContent(payload: content, key: key, externalData: network.bytes + signer.bytes)
    }

    func claim(_ content: [UInt8], signer: PublicKey, network: NetworkID) -> SignatureClaim {
        SignatureClaim(
            key: key, message: Self.signedContent(content, by: key, signer: signer, network: network),
            signature: signature)
    }

    static func pair(_ approvals: [Approval]) -> CBOR.Pair {
        CBOR.Pair(field, .array(approvals.map { .array([.bytes32($0.key), .bytes($0.signature)]) }))
    }

    static func read(_ fields: inout FieldReader) throws(CBOR.Malformed) -> [Approval] {
        guard let item = fields.optional(field) else { return [] }
        guard case .array(let items) = item, (1...countMax).contains(items.count) else {
            throw CBOR.Malformed("field \(field) is not a list of approvals")
        }
        var approvals = [Approval]()
        for item in items {
            guard case .array(let parts) = item, parts.count == 2, let key: PublicKey = parts[0].bytes32(),
                case .bytes(let signature) = parts[1], signature.count == 64
            else { throw CBOR.Malformed("an approval is not a key and a signature") }
            if let last = approvals.last, !(last.key < key) {
                throw CBOR.Malformed("approvals are not in the order of their keys")
            }
            approvals.append(Approval(key: key, signature: signature))
        }
        return approvals
    }
}

/// What a statement says.
public enum Assertion: Hashable, Sendable {
    case admit(Admit)
    case suspend(Suspend)
    case rotateRoot(RotateRoot)
    case enrol(Enrol)
    case retire(Retire)
    case deposit(Deposit)
    case append(Append)
    case reseal(Reseal)
    case dispatch(Dispatch)
    case acknowledge(Acknowledge)
    case adopt(Adopt)
    case remove(Remove)
    case attestErasure(AttestErasure)
    case hold(Hold)
    case request(Request)
    case route(Route)
    case answer(Answer)
    case grant(Grant)
    case revoke(Revoke)
    case delegate(Delegate)
    case undelegate(Undelegate)
    case instruct(Instruct)
    case reassign(Reassign)
    case veto(Veto)
    case release(Release)
    case emergency(Emergency)
    case review(Review)

    public var kind: StatementKind {
        switch self {
        case .admit: .admit
        case .suspend: .suspend
        case .rotateRoot: .rotateRoot
        case .enrol: .enrol
        case .retire: .retire
        case .deposit: .deposit
        case .append: .append
        case .reseal: .reseal
        case .dispatch: .dispatch
        case .acknowledge: .acknowledge
        case .adopt: .adopt
        case .remove: .remove
        case .attestErasure: .attestErasure
        case .hold: .hold
        case .request: .request
        case .route: .route
        case .answer: .answer
        case .grant: .grant
        case .revoke: .revoke
        case .delegate: .delegate
        case .undelegate: .undelegate
        case .instruct: .instruct
        case .reassign: .reassign
        case .veto: .veto
        case .release: .release
        case .emergency: .emergency
        case .review: .review
        }
    }

    /// Its fields from number 3 on (`StatementContent`).
    var fields: [CBOR.Pair?] {
        switch self {
        case .admit(let it): it.fields
        case .suspend(let it): it.fields
        case .rotateRoot(let it): it.fields
        case .enrol(let it): it.fields
        case .retire(let it): it.fields
        case .deposit(let it): it.fields
        case .append(let it): it.fields
        case .reseal(let it): it.fields
        case .dispatch(let it): it.fields
        case .acknowledge(let it): it.fields
        case .adopt(let it): it.fields
        case .remove(let it): it.fields
        case .attestErasure(let it): it.fields
        case .hold(let it): it.fields
        case .request(let it): it.fields
        case .route(let it): it.fields
        case .answer(let it): it.fields
        case .grant(let it): it.fields
        case .revoke(let it): it.fields
        case .delegate(let it): it.fields
        case .undelegate(let it): it.fields
        case .instruct(let it): it.fields
        case .reassign(let it): it.fields
        case .veto(let it): it.fields
        case .release(let it): it.fields
        case .emergency(let it): it.fields
        case .review(let it): it.fields
        }
    }

    init(_ kind: StatementKind, _ fields: inout FieldReader) throws(CBOR.Malformed) {
        switch kind {
        case .admit: self = .admit(try Admit(&fields))
        case .suspend: self = .suspend(try Suspend(&fields))
        case .rotateRoot: self = .rotateRoot(try RotateRoot(&fields))
        case .enrol: self = .enrol(try Enrol(&fields))
        case .retire: self = .retire(try Retire(&fields))
        case .deposit: self = .deposit(try Deposit(&fields))
        case .append: self = .append(try Append(&fields))
        case .reseal: self = .reseal(try Reseal(&fields))
        case .dispatch: self = .dispatch(try Dispatch(&fields))
        case .acknowledge: self = .acknowledge(try Acknowledge(&fields))
        case .adopt: self = .adopt(try Adopt(&fields))
        case .remove: self = .remove(try Remove(&fields))
        case .attestErasure: self = .attestErasure(try AttestErasure(&fields))
        case .hold: self = .hold(try Hold(&fields))
        case .request: self = .request(try Request(&fields))
        case .route: self = .route(try Route(&fields))
        case .answer: self = .answer(try Answer(&fields))
        case .grant: self = .grant(try Grant(&fields))
        case .revoke: self = .revoke(try Revoke(&fields))
        case .delegate: self = .delegate(try Delegate(&fields))
        case .undelegate: self = .undelegate(try Undelegate(&fields))
        case .instruct: self = .instruct(try Instruct(&fields))
        case .reassign: self = .reassign(try Reassign(&fields))
        case .veto: self = .veto(try Veto(&fields))
        case .release: self = .release(try Release(&fields))
        case .emergency: self = .emergency(try Emergency(&fields))
        case .review: self = .review(try Review(&fields))
        case .genesis, .permit:
            throw CBOR.Malformed("kind \(kind.rawValue) is not a statement of its own")
        }
    }
}
