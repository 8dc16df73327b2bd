import Crypto

/// HMAC-SHA-256 (RFC 2104).
public enum HMACSHA256 {
    /// The tag of `message`: 32 bytes.
    public static func tag(of message: [UInt8], key: SecretBytes) -> [UInt8] {
        key.withUnsafeBytes { key in
            tag(of: message, key: key)
        }
    }

    /// The tag of `message` under a key that the caller keeps: 32 bytes.
    public static func tag(of message: [UInt8], key: UnsafeRawBufferPointer) -> [UInt8] {
        Array(HMAC<Crypto.SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }
}

/// HKDF-SHA-256 (RFC 5869), by swift-crypto.
public enum HKDFSHA256 {
    /// `count` bytes (at most 8,160) from `secret`, into secret memory.
    public static func derive(_ secret: SecretBytes, salt: [UInt8], info: [UInt8], count: Int) -> SecretBytes
    {
        secret.withUnsafeBytes { secret in
            let key = HKDF<Crypto.SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: secret), salt: salt, info: info, outputByteCount: count)
            return key.withUnsafeBytes { derived in SecretBytes(count: count) { $0.copyMemory(from: derived) }
            }
        }
    }

    /// `count` bytes (at most 8,160) from a secret that the caller keeps, for short use.
    public static func derive(
        _ secret: UnsafeRawBufferPointer, salt: [UInt8], info: [UInt8], count: Int
    ) -> WipedBytes {
        let key = HKDF<Crypto.SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), salt: salt, info: info, outputByteCount: count)
        return WipedBytes(count: count) { output in
            key.withUnsafeBytes { output.copyMemory(from: $0) }
        }
    }
}
