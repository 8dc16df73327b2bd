public import Contract
public import Primitives

extension Statement {
    /// A statement with a random nonce that may be ordered until `now` and `validSeconds` (an hour, at most a
    /// day).
    public static func make(_ assertion: Assertion, now: LedgerTime, validSeconds: UInt64 = 3600) -> Statement
    {
        Statement(assertion, validUntil: now + validSeconds, nonce: Random.bytes(nonceBytes))
    }

    /// The statement signed by `key` for `network`: a COSE_Sign1 message (RFC 9052, section 4.2), as bytes.
    public func signed(by key: SigningKey, network: NetworkID) -> [UInt8] {
        CoseSign1.signed(payload: encoded(), by: key, network: network)
    }

    /// The statement with the agreement of `key`, for when `signer` says it.
    public func agreed(by key: SigningKey, signer: PublicKey, network: NetworkID) -> Statement {
        let content = Approval.signedContent(approvedContent(), by: key.key, signer: signer, network: network)
        return Statement(
            assertion, validUntil: validUntil, nonce: nonce,
            approvals: approvals + [Approval(key: key.key, signature: key.sign(content))])
    }

    /// Signed by `key`, with the id that the ledger will know it by: SHA-256 of the signed content.
    public func identified(by key: SigningKey, network: NetworkID) -> (id: StatementID, bytes: [UInt8]) {
        let bytes = signed(by: key, network: network)
        guard let statement = try? SignedStatement(bytes, network: network) else {
            preconditionFailure("a statement that was just signed")
        }
        return (statement.id, bytes)
    }
}

extension Permit {
    /// A permit for `organisation` to use the one-time `key` once, until `notAfter`, signed by that key:
    /// COSE_Sign1 bytes.
    public static func signed(
        key: SigningKey, organisation: OrganisationName, notAfter: LedgerTime, network: NetworkID
    ) -> [UInt8] {
        let permit = Permit(key: key.key, organisation: organisation, notAfter: notAfter)
        return CoseSign1.signed(payload: permit.payload(), by: key, network: network)
    }
}

extension Genesis {
    /// The genesis file, signed by the organisations' root keys, which stand in the order of `organisations`:
    /// a COSE_Sign message (RFC 9052, section 4.1), as bytes.
    public func signed(by roots: [SigningKey]) -> [UInt8] {
        precondition(
            roots.map { $0.key } == organisations.map { $0.root },
            "the root keys are those of the organisations, in order")
        let payload = payload()
        return encoded(signatures: roots.map { $0.sign(Self.signedContent(payload: payload, root: $0.key)) })
    }
}

extension CoseSign1 {
    fileprivate static func signed(payload: [UInt8], by key: SigningKey, network: NetworkID) -> [UInt8] {
        let signature = key.sign(signedContent(payload: payload, key: key.key, network: network))
        return CoseSign1(payload: payload, key: key.key, signature: signature).encoded()
    }
}
