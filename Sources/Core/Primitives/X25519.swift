import CSodium

/// X25519 (RFC 7748) by libsodium.
public enum X25519 {
    public static let keyBytes = 32

    /// The public key of a 32-byte secret scalar.
    public static func publicKey(of secret: SecretBytes) -> [UInt8] {
        _ = Sodium.ready
        precondition(secret.count == keyBytes, "an X25519 scalar has 32 bytes")
        return [UInt8](unsafeUninitializedCapacity: keyBytes) { buffer, count in
            secret.withUnsafeBytes {
                _ = crypto_scalarmult_curve25519_base(
                    buffer.baseAddress!, $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
            count = keyBytes
        }
    }

    /// The shared secret, or nil where it would be all zero (a low-order point, RFC 7748 section 6.1) or the
    /// point has not 32 bytes.
    public static func sharedSecret(_ secret: SecretBytes, with publicKey: [UInt8]) -> SecretBytes? {
        guard publicKey.count == keyBytes else { return nil }
        var failed = false
        let shared = SecretBytes(count: keyBytes) { result in
            secret.withUnsafeBytes {
                failed =
                    crypto_scalarmult_curve25519(
                        result.baseAddress!.assumingMemoryBound(to: UInt8.self),
                        $0.baseAddress!.assumingMemoryBound(to: UInt8.self), publicKey) != 0
            }
        }
        return failed ? nil : shared
    }

    /// The public key of a short-lived secret scalar (32 bytes).
    public static func publicKey(of secret: borrowing WipedBytes) -> [UInt8] {
        _ = Sodium.ready
        precondition(secret.count == keyBytes, "an X25519 scalar has 32 bytes")
        var publicKey = [UInt8](repeating: 0, count: keyBytes)
        secret.withUnsafeBytes {
            _ = crypto_scalarmult_curve25519_base(
                &publicKey, $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return publicKey
    }

    /// The shared secret of a scalar (32 bytes) that the caller keeps, for short use; nil where it would be
    /// all zero (a low-order point, RFC 7748 section 6.1) or the point has not 32 bytes.
    public static func sharedSecret(
        _ secret: UnsafeRawBufferPointer, with publicKey: [UInt8]
    ) -> WipedBytes? {
        precondition(secret.count == keyBytes, "an X25519 scalar has 32 bytes")
        guard publicKey.count == keyBytes else { return nil }
        var failed = false
        let shared = WipedBytes(count: keyBytes) { result in
            failed =
                crypto_scalarmult_curve25519(
                    result.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    secret.baseAddress!.assumingMemoryBound(to: UInt8.self), publicKey) != 0
        }
        if failed { return nil }
        return shared
    }
}
