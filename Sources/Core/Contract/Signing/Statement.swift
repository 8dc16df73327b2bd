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
        var writer = written()
        if !approvals.isEmpty { writer.append(Approval.field, Approval.item(approvals)) }
        return CBOR.map(writer.pairs).encoded()
    }

    /// What those who agree sign: the payload without their approvals.
    public func approvedContent() -> [UInt8] { CBOR.map(written().pairs).encoded() }

    private func written() -> FieldWriter {
        var writer = FieldWriter()
        writer.append(0, .unsigned(assertion.kind.rawValue))
        writer.append(1, .unsigned(validUntil))
        writer.append(2, .bytes(nonce))
        assertion.open(&writer)
        return writer
    }

    /// Throws when `bytes` are not the one encoding of a statement of a kind that this version knows.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> Statement {
        var fields = try FieldReader(try CBOR.decode(bytes))
        guard let kind = StatementKind(rawValue: try fields.value(0)) else {
            throw CBOR.Malformed("an unknown kind of statement")
        }
        let validUntil: LedgerTime = try fields.value(1)
        guard case .bytes(let nonce) = try fields.item(2), nonce.count == nonceBytes else {
            throw CBOR.Malformed("the nonce has not 16 bytes")
        }
        let assertion = try Assertion(kind, &fields)
        let approvals = assertion.takesApprovals ? try Approval.read(&fields) : []
        try fields.finish()
        return Statement(assertion, validUntil: validUntil, nonce: nonce, approvals: approvals)
    }
}
