import Age
public import Contract
public import Evidence
public import Identity
import Manifests
import Primitives
import Sealing

/// An approval that is being given: what was signed and wrapped, kept until all of it is on the ledger, so that a
/// second try gives the same answer and not another one beside it.
public struct SignedApproval: Equatable, Sendable {
    /// What is ordered about one record: a grant, or its erasure.
    struct Order: Equatable, Sendable {
        var id: StatementID
        var statement: [UInt8]
        var record: RecordHandle
        /// Of a grant: what it points to.
        var envelope: [UInt8]?
        var manifest: [UInt8]?
        /// The record's owner key: where it was deposited, and which number.
        var owner: OrganisationName
        var index: UInt64
    }

    /// To the requester, whom it tells the grants.
    struct SealedLetter: Equatable, Sendable {
        var body: [UInt8]
        var addressee: PublicKey
    }

    public let request: StatementID
    public let custodian: OrganisationName
    public let validUntil: LedgerTime
    let orders: [Order]
    /// Nil where nothing is granted.
    let letter: SealedLetter?
    let answer: [UInt8]
    let answeringIndex: UInt64

    /// Wraps every envelope and signs every statement of `approval`, with nonces that `random` gives: nothing is left to
    /// choose afterwards.
    public init(
        _ approval: ProposedApproval, by wallet: Wallet, network: NetworkID, now: LedgerTime,
        random: (_ byteCount: Int) -> [UInt8]
    ) throws(PartyError) {
        let signing = Signing(
            wallet: wallet, network: network, validUntil: now.validUntil,
            answerNonce: random(Statement.nonceBytes))
        let request = approval.request
        var orders = [Order]()
        for item in approval.items {
            let nonce = random(Statement.nonceBytes)
            var grant = Grant(
                record: item.record, organisation: approval.grantee.organisation,
                grantee: approval.grantee.key, kind: approval.kind, purpose: approval.purpose,
                notBefore: approval.notBefore, notAfter: approval.notAfter, releases: approval.releases,
                // Named by several grants, the request would link their records.
                request: approval.items.count == 1 ? request.id : nil, coverage: approval.coverage)
            let envelope: [UInt8]
            var manifest: Manifest?
            if let part = item.part {
                manifest = Manifest(of: part.map { $0.description.ciphertext })
                guard let manifest else { throw .badInput("name one file at least, each once") }
                envelope = try PartialEnvelope.wrap(
                    part, record: item.record, nonce: nonce, notAfter: approval.notAfter,
                    for: approval.grantee)
                grant.root = manifest.root
            } else {
                envelope = try Envelope.wrap(
                    item.opened.parts.keys(granting: approval.kind, approval.coverage), record: item.record,
                    nonce: nonce, notAfter: approval.notAfter, for: approval.grantee)
            }
            let list = manifest?.encoded()
            grant.envelope = Digest(hashing: envelope)
            grant.manifest = list.map { Digest(hashing: $0) }
            var order = signing.order(.grant(grant), nonce: nonce, of: item.opened.record)
            (order.envelope, order.manifest) = (envelope, list)
            orders.append(order)
        }
        let granted = zip(approval.items, orders).map {
            AnswerLetter.Granted(record: $0.record, grant: $1.id)
        }
        let letter = try Letter.seal(
            AnswerLetter(request: request.id, grants: granted), to: approval.grantee.recipient)
        self.init(
            orders, SealedLetter(body: letter, addressee: approval.grantee.key), answering: request, signing)
    }

    /// Signs every statement of `removal`.
    public init(
        _ removal: ProposedRemoval, by wallet: Wallet, network: NetworkID, now: LedgerTime,
        random: (_ byteCount: Int) -> [UInt8]
    ) {
        let signing = Signing(
            wallet: wallet, network: network, validUntil: now.validUntil,
            answerNonce: random(Statement.nonceBytes))
        let orders = removal.records.map { record in
            signing.order(
                .remove(Remove(record: record.handle)), nonce: random(Statement.nonceBytes), of: record)
        }
        self.init(orders, nil, answering: removal.request, signing)
    }

    private init(
        _ orders: [Order], _ letter: SealedLetter?, answering request: RoutedRequest, _ signing: Signing
    ) {
        let verdict = Answer(
            request: request.id, verdict: .approved, letter: letter.map { Digest(hashing: $0.body) })
        answer = Statement(
            .answer(verdict), validUntil: signing.validUntil, nonce: signing.answerNonce
        )
        .signed(
            by: signing.wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex),
            network: signing.network)
        self.request = request.id
        custodian = request.custodian
        validUntil = signing.validUntil
        self.orders = orders
        self.letter = letter
        answeringIndex = request.answeringIndex
    }

    /// By whom and when the statements are signed.
    private struct Signing {
        let wallet: Wallet
        let network: NetworkID
        let validUntil: LedgerTime
        let answerNonce: [UInt8]

        func order(_ assertion: Assertion, nonce: [UInt8], of record: OwnRecord) -> Order {
            let (id, bytes) = Statement(assertion, validUntil: validUntil, nonce: nonce)
                .identified(
                    by: wallet.ownerKey(organisation: record.depositedAt, index: record.index),
                    network: network)
            return Order(
                id: id, statement: bytes, record: record.handle, owner: record.depositedAt,
                index: record.index)
        }
    }

    /// Whether there is time enough to go on with it.
    public func isFresh(at now: LedgerTime) -> Bool { now + 60 < validUntil }
}

// MARK: At rest

extension SignedApproval {
    /// Sealed to the wallet that gives it.
    public func sealed(to wallet: Wallet) throws(PartyError) -> [UInt8] {
        try SealedJSON.seal(json, to: wallet.ownIdentity.recipient)
    }

    /// Throws `unverified` unless it is the wallet's, of `request`.
    public init(opening sealed: [UInt8], of request: StatementID, by wallet: Wallet) throws(PartyError) {
        let json: JSONValue
        do throws(PartyError) {
            json = try SealedJSON.open(sealed, with: wallet.ownIdentity)
        } catch {
            throw .unverified("what was kept of the approval is not this wallet's", cause: error)
        }
        do throws(JSONValue.Malformed) {
            try self.init(json, of: request)
        } catch {
            throw .unverified("what was kept of the approval is not this wallet's", cause: error)
        }
    }

    private var json: JSONValue {
        let orders = self.orders.map { order in
            JSONValue.object([
                ("id", .text(order.id.hex)), ("statement", .base64(order.statement)),
                ("record", .text(order.record.hex)), ("envelope", order.envelope.map { .base64($0) }),
                ("manifest", order.manifest.map { .base64($0) }),
                ("owner", .text(order.owner.bytes)), ("index", .number(order.index)),
            ])
        }
        return .object([
            ("custodian", .text(custodian.bytes)), ("validUntil", .number(validUntil)),
            ("orders", .array(orders)), ("letter", letter.map { .base64($0.body) }),
            ("addressee", letter.map { .text($0.addressee.hex) }),
            ("answer", .base64(answer)), ("answeringIndex", .number(answeringIndex)),
        ])
    }

    private init(_ json: JSONValue, of request: StatementID) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        self.request = request
        custodian = try fields.organisation("custodian")
        validUntil = try fields.number("validUntil")
        var orders = [Order]()
        for value in try fields.array("orders") {
            var order = try JSONFields(value)
            orders.append(
                Order(
                    id: try order.bytes32("id"), statement: try order.base64("statement"),
                    record: try order.bytes32("record"),
                    envelope: order.has("envelope") ? try order.base64("envelope") : nil,
                    manifest: order.has("manifest") ? try order.base64("manifest") : nil,
                    owner: try order.organisation("owner"), index: try order.number("index")))
            try order.end()
        }
        self.orders = orders
        letter =
            fields.has("letter")
            ? SealedLetter(body: try fields.base64("letter"), addressee: try fields.bytes32("addressee"))
            : nil
        answer = try fields.base64("answer")
        answeringIndex = try fields.number("answeringIndex")
        try fields.end()
    }
}
