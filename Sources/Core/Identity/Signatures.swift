public import Contract
public import Primitives

/// The one rule by which a signature of the contract is accepted (SECURITY.md, T5).
public enum Signatures {
    /// Whether the Ed25519 signature of `claim` holds and its key may speak at all: canonical, on the curve
    /// and in the prime-order group, so that no two implementations of RFC 8032 can disagree about it.
    public static func isValid(_ claim: SignatureClaim) -> Bool {
        AcceptableKeys.contains(claim.key)
            && Ed25519.isValid(signature: claim.signature, over: claim.message, by: claim.key.bytes)
    }
}

extension SignedStatement {
    /// The statement believed: nil when its signature, or that of the permit in it, does not hold.
    public func verified() -> VerifiedStatement? {
        verified(hash: SHA256.digest, isValid: Signatures.isValid)
    }

    /// The id that the ledger knows it by, whether or not its signatures hold.
    public var id: StatementID { StatementID(hashing: identity) }
}

extension Genesis {
    /// Throws when `bytes` are not the one encoding of a genesis that every one of its organisations has
    /// signed.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> Genesis {
        try decode(bytes, isValid: Signatures.isValid)
    }

    /// The network's id: SHA-256 of the genesis file.
    public static func networkID(of file: [UInt8]) -> NetworkID { NetworkID(hashing: file) }
}

extension Replay {
    /// A replay with SHA-256 and the one rule of acceptance.
    public init(genesis: Genesis, network: NetworkID) {
        self.init(
            genesis: genesis, network: network, hash: { SHA256.digest($0) },
            isValid: { Signatures.isValid($0) })
    }
}

extension Bytes32 where Meaning == DigestMeaning {
    /// SHA-256 of `bytes`.
    public init(hashing bytes: [UInt8]) { self.init(sha256: bytes) }
}

extension Bytes32 where Meaning == StatementMeaning {
    fileprivate init(hashing bytes: [UInt8]) { self.init(sha256: bytes) }
}

extension Bytes32 where Meaning == NetworkMeaning {
    fileprivate init(hashing bytes: [UInt8]) { self.init(sha256: bytes) }
}

extension Bytes32 {
    fileprivate init(sha256 bytes: [UInt8]) {
        guard let value = Self(SHA256.digest(bytes)) else { preconditionFailure("SHA-256 has 32 bytes") }
        self = value
    }
}

extension SigningKey {
    /// The public key as the contract names it.
    public var key: PublicKey {
        guard let key = PublicKey(publicKey) else { preconditionFailure("an Ed25519 key has 32 bytes") }
        return key
    }
}
