import CSodium

/// Ed25519 signatures (RFC 8032) by libsodium, the one rule of acceptance everywhere (SECURITY.md, T5).
public enum Ed25519 {
    public static let publicKeyBytes = 32
    public static let signatureBytes = 64
    public static let seedBytes = 32

    /// Whether `signature` (64 bytes) over `message` is valid under `publicKey` (32 bytes). Wrong lengths are
    /// invalid.
    public static func isValid(signature: [UInt8], over message: [UInt8], by publicKey: [UInt8]) -> Bool {
        _ = Sodium.ready
        guard signature.count == signatureBytes, publicKey.count == publicKeyBytes else { return false }
        return crypto_sign_ed25519_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
    }

    /// Whether `publicKey` is canonical, on the curve, in the prime-order group: what may be registered as a
    /// key.
    public static func isAcceptable(publicKey: [UInt8]) -> Bool {
        _ = Sodium.ready
        return publicKey.count == publicKeyBytes && crypto_core_ed25519_is_valid_point(publicKey) == 1
    }
}

/// An Ed25519 private key in guarded memory.
public struct SigningKey: Sendable {
    /// 32 bytes.
    public let publicKey: [UInt8]
    /// The seed (RFC 8032, 5.1.5): 32 bytes. Everything else follows from it.
    public let seed: SecretBytes
    private let expanded: SecretBytes

    /// The key of `seed`, which must be 32 bytes.
    public init(seed: SecretBytes) {
        precondition(seed.count == Ed25519.seedBytes, "an Ed25519 seed has 32 bytes")
        var publicKey = [UInt8](repeating: 0, count: Ed25519.publicKeyBytes)
        self.expanded = SecretBytes(count: 64) { secret in
            seed.withUnsafeBytes { seed in
                _ = crypto_sign_ed25519_seed_keypair(
                    &publicKey, secret.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    seed.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
        }
        self.publicKey = publicKey
        self.seed = seed
    }

    public static func generate() -> SigningKey { SigningKey(seed: .random(Ed25519.seedBytes)) }

    /// The signature of `message`: 64 bytes, deterministic.
    public func sign(_ message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Ed25519.signatureBytes) { buffer, count in
            expanded.withUnsafeBytes { secret in
                _ = crypto_sign_ed25519_detached(
                    buffer.baseAddress!, nil, message, UInt64(message.count),
                    secret.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
            count = Ed25519.signatureBytes
        }
    }
}
