import CSodium

/// ChaCha20-Poly1305 (RFC 8439) by libsodium: 32-byte key, 12-byte nonce, 16-byte tag after the ciphertext.
public enum ChaCha20Poly1305 {
    public static let keyBytes = 32
    public static let nonceBytes = 12
    public static let tagBytes = 16

    /// Seals `plaintext` into `output`, which must hold `plaintext.count + 16` bytes and may start where
    /// `plaintext` does.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
        key: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer
    ) {
        precondition(key.count == keyBytes && nonce.count == nonceBytes, "wrong key or nonce length")
        precondition(output.count >= plaintext.count + tagBytes, "output too short")
        _ = crypto_aead_chacha20poly1305_ietf_encrypt(
            output.baseAddress!.assumingMemoryBound(to: UInt8.self), nil,
            plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(plaintext.count), nil, 0, nil,
            nonce.baseAddress!.assumingMemoryBound(to: UInt8.self),
            key.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }

    /// Opens `ciphertext` (tag included) into `output`, which must hold `ciphertext.count - 16` bytes. False
    /// when it is not authentic: then `output` holds nothing of the plaintext.
    public static func open(
        _ ciphertext: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
        key: UnsafeRawBufferPointer, nonce: UnsafeRawBufferPointer
    ) -> Bool {
        precondition(key.count == keyBytes && nonce.count == nonceBytes, "wrong key or nonce length")
        guard ciphertext.count >= tagBytes else { return false }
        precondition(output.count >= ciphertext.count - tagBytes, "output too short")
        return crypto_aead_chacha20poly1305_ietf_decrypt(
            output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, nil,
            ciphertext.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt64(ciphertext.count), nil, 0,
            nonce.baseAddress!.assumingMemoryBound(to: UInt8.self),
            key.baseAddress!.assumingMemoryBound(to: UInt8.self))
            == 0
    }

    /// Seals a short message; the result is 16 bytes longer.
    public static func seal(_ plaintext: [UInt8], key: SecretBytes, nonce: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        output.withUnsafeMutableBytes { output in
            plaintext.withUnsafeBytes { plaintext in
                key.withUnsafeBytes { key in
                    nonce.withUnsafeBytes { seal(plaintext, into: output, key: key, nonce: $0) }
                }
            }
        }
        return output
    }

    /// Opens a short message into secret memory; nil when it is not authentic.
    public static func open(_ ciphertext: [UInt8], key: SecretBytes, nonce: [UInt8]) -> SecretBytes? {
        guard ciphertext.count >= tagBytes else { return nil }
        var authentic = false
        let plaintext = SecretBytes(count: ciphertext.count - tagBytes) { output in
            ciphertext.withUnsafeBytes { ciphertext in
                key.withUnsafeBytes { key in
                    nonce.withUnsafeBytes { authentic = open(ciphertext, into: output, key: key, nonce: $0) }
                }
            }
        }
        return authentic ? plaintext : nil
    }
}
