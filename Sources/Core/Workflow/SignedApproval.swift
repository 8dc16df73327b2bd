import Age
public import Contract
public import Evidence
public import Identity
import Primitives
import Sealing

/// An approval that is being given: what was signed and wrapped, kept until all of it is on the ledger, so that a
/// second try gives the same answer and not another one beside it.
public struct SignedApproval: Equatable, Sendable {
    struct SignedGrant: Equatable, Sendable {
        var id: StatementID
        var statement: [UInt8]
        var record: RecordHandle
        var envelope: [UInt8]
        /// The record's owner key: where it was deposited, and which number.
        var owner: OrganisationName
        var index: UInt64
    }

    public let request: StatementID
    public let custodian: OrganisationName
    public let validUntil: LedgerTime
    let grants: [SignedGrant]
    let letter: [UInt8]
    let addressee: PublicKey
    let answer: [UInt8]
    let answeringIndex: UInt64

    /// Wraps every envelope and signs every statement of `approval`, with nonces that `random` gives: nothing is left to
    /// choose afterwards.
    public init(
        _ approval: ProposedApproval, by wallet: Wallet, network: NetworkID, now: LedgerTime,
        random: (_ byteCount: Int) -> [UInt8]
    ) throws(PartyError) {
        let validUntil = now.validUntil
        let request = approval.request
        var grants = [SignedGrant]()
        for item in approval.items {
            let nonce = random(Statement.nonceBytes)
            let envelope = try Envelope.wrap(
                item.opened.parts.keys(granting: approval.kind, approval.coverage), record: item.record,
                nonce: nonce, notAfter: approval.notAfter,
                for: approval.grantee)
            let grant = Grant(
                record: item.record, organisation: approval.grantee.organisation,
                grantee: approval.grantee.key, kind: approval.kind, purpose: approval.purpose,
                notBefore: approval.notBefore, notAfter: approval.notAfter, releases: approval.releases,
                envelope: Digest(hashing: envelope),
                // Named by several grants, the request would link their records.
                request: approval.items.count == 1 ? request.id : nil, coverage: approval.coverage)
            let owner = item.opened.record
            let (id, bytes) = Statement(.grant(grant), validUntil: validUntil, nonce: nonce)
                .identified(
                    by: wallet.ownerKey(organisation: owner.depositedAt, index: owner.index), network: network
                )
            grants.append(
                SignedGrant(
                    id: id, statement: bytes, record: item.record, envelope: envelope,
                    owner: owner.depositedAt, index: owner.index))
        }
        let granted = zip(approval.items, grants).map {
            AnswerLetter.Granted(record: $0.record, grant: $1.id)
        }
        letter = try Letter.seal(
            AnswerLetter(request: request.id, grants: granted), to: approval.grantee.recipient)
        let verdict = Answer(
            request: request.id, verdict: .approved, letter: Digest(hashing: letter))
        answer = Statement(
            .answer(verdict), validUntil: validUntil, nonce: random(Statement.nonceBytes)
        )
        .signed(
            by: wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex),
            network: network)
        self.request = request.id
        custodian = request.custodian
        self.validUntil = validUntil
        self.grants = grants
        addressee = approval.grantee.key
        answeringIndex = request.answeringIndex
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
        let grants = self.grants.map { grant in
            JSONValue.object([
                ("id", .text(grant.id.hex)), ("statement", .base64(grant.statement)),
                ("record", .text(grant.record.hex)), ("envelope", .base64(grant.envelope)),
                ("owner", .text(grant.owner.bytes)), ("index", .number(grant.index)),
            ])
        }
        return .object([
            ("custodian", .text(custodian.bytes)), ("validUntil", .number(validUntil)),
            ("grants", .array(grants)), ("letter", .base64(letter)), ("addressee", .text(addressee.hex)),
            ("answer", .base64(answer)), ("answeringIndex", .number(answeringIndex)),
        ])
    }

    private init(_ json: JSONValue, of request: StatementID) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        self.request = request
        custodian = try fields.organisation("custodian")
        validUntil = try fields.number("validUntil")
        var grants = [SignedGrant]()
        for value in try fields.array("grants") {
            var grant = try JSONFields(value)
            grants.append(
                SignedGrant(
                    id: try grant.bytes32("id"), statement: try grant.base64("statement"),
                    record: try grant.bytes32("record"), envelope: try grant.base64("envelope"),
                    owner: try grant.organisation("owner"), index: try grant.number("index")))
            try grant.end()
        }
        self.grants = grants
        letter = try fields.base64("letter")
        addressee = try fields.bytes32("addressee")
        answer = try fields.base64("answer")
        answeringIndex = try fields.number("answeringIndex")
        try fields.end()
    }
}
