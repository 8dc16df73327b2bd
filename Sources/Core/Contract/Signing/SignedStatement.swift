/// A statement as it came: decoded, not yet believed.
public struct SignedStatement: Hashable, Sendable {
    public let statement: Statement
    /// Whose key is said to have signed it.
    public let caller: PublicKey
    /// The permit inside, where there is one.
    public let permit: Permit?
    /// The message as it was received.
    public let bytes: [UInt8]
    /// The signatures that must hold, the caller's first.
    public let claims: [SignatureClaim]
    /// What the statement's id is the SHA-256 of: what the caller signed, but for the approvals. They are
    /// signatures too: said again with other approvals it is the same statement, so that one who agreed once
    /// agreed to one statement.
    public let identity: [UInt8]

    /// Throws when `bytes` are not the one encoding of a statement (and of the permit in it).
    public init(_ bytes: [UInt8], network: NetworkID) throws(CBOR.Malformed) {
        guard bytes.count <= Limits.statementBytesMax else {
            throw CBOR.Malformed("longer than a statement may be")
        }
        let message = try CoseSign1.decode(bytes)
        self.statement = try Statement.decode(message.payload)
        self.caller = message.key
        self.bytes = bytes
        var claims = [message.claim(network: network)]
        if let carried = statement.assertion.permit {
            let (permit, inner) = try Permit.decode(carried)
            self.permit = permit
            claims.append(inner.claim(network: network))
        } else {
            self.permit = nil
        }
        if statement.approvals.isEmpty {
            self.identity = claims[0].message
        } else {
            let content = statement.approvedContent()
            self.identity = CoseSign1.signedContent(payload: content, key: message.key, network: network)
            claims += statement.approvals.map { $0.claim(content, signer: message.key, network: network) }
        }
        self.claims = claims
    }

    /// The statement believed: `hash` is SHA-256, `isValid` Ed25519 verification. Nil when a signature does
    /// not hold.
    public func verified(
        hash: ([UInt8]) -> [UInt8], isValid: (SignatureClaim) -> Bool
    ) -> VerifiedStatement? {
        guard claims.allSatisfy(isValid), let id = StatementID(hash(identity)) else { return nil }
        return VerifiedStatement(id: id, statement: statement, caller: caller, permit: permit, bytes: bytes)
    }
}

/// A statement whose signatures were checked: what the contract decides on.
public struct VerifiedStatement: Hashable, Sendable {
    /// SHA-256 of the signed content, without any signature (`SignedStatement.identity`).
    public let id: StatementID
    public let statement: Statement
    public let caller: PublicKey
    public let permit: Permit?
    public let bytes: [UInt8]

    public var assertion: Assertion { statement.assertion }

    /// Whether this key has agreed to it.
    public func isApproved(by key: PublicKey) -> Bool { statement.approvals.contains { $0.key == key } }
}
