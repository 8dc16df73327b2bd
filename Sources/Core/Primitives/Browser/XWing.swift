import CXWing

/// HPKE in base mode (RFC 9180) with X-Wing (ML-KEM-768 and X25519), HKDF-SHA-256 and ChaCha20-Poly1305: what
/// age calls `mlkem768x25519`. X-Wing is BoringSSL's, as in swift-crypto; HPKE's key schedule is here.
public enum XWing {
    public static let seedBytes = 32
    public static let publicKeyBytes = 1216
    public static let encapsulatedKeyBytes = 1120
    private static let sharedSecretBytes = 32

    /// The public key (1,216 bytes) of a 32-byte seed.
    public static func publicKey(of seed: SecretBytes) -> [UInt8] {
        precondition(seed.count == seedBytes, "an X-Wing seed has 32 bytes")
        var publicKey = [UInt8](repeating: 0, count: publicKeyBytes)
        seed.withUnsafeBytes {
            medseal_xwing_public_key(&publicKey, $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return publicKey
    }

    /// Seals `plaintext` to `publicKey`: the encapsulated key (1,120 bytes) and the ciphertext (16 bytes
    /// longer than the plaintext). Nil when the public key is malformed.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, to publicKey: [UInt8], info: [UInt8]
    ) -> (encapsulatedKey: [UInt8], ciphertext: [UInt8])? {
        guard publicKey.count == publicKeyBytes else { return nil }
        var encapsulated = [UInt8](repeating: 0, count: encapsulatedKeyBytes)
        var failed = false
        let shared = WipedBytes(count: sharedSecretBytes) {
            failed =
                medseal_xwing_encapsulate(
                    &encapsulated, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), publicKey) != 1
        }
        guard !failed else { return nil }
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count + ChaCha20Poly1305.tagBytes)
        Context(shared, info: info).withKeyAndNonce { key, nonce in
            ciphertext.withUnsafeMutableBytes {
                ChaCha20Poly1305.seal(plaintext, into: $0, key: key, nonce: nonce)
            }
        }
        return (encapsulated, ciphertext)
    }

    /// The same for a plaintext in guarded memory.
    public static func seal(
        _ plaintext: SecretBytes, to publicKey: [UInt8], info: [UInt8]
    ) -> (encapsulatedKey: [UInt8], ciphertext: [UInt8])? {
        plaintext.withUnsafeBytes { seal($0, to: publicKey, info: info) }
    }

    /// Opens what `seal` made; nil when the seed is not the recipient's or anything was altered.
    public static func open(
        _ ciphertext: [UInt8], encapsulatedKey: [UInt8], seed: SecretBytes, info: [UInt8]
    ) -> SecretBytes? {
        openForShortUse(ciphertext, encapsulatedKey: encapsulatedKey, seed: seed, info: info)?
            .withUnsafeBytes { SecretBytes(copying: $0) }
    }

    /// The same for a plaintext that is needed only for a moment.
    public static func openForShortUse(
        _ ciphertext: [UInt8], encapsulatedKey: [UInt8], seed: SecretBytes, info: [UInt8]
    ) -> WipedBytes? {
        precondition(seed.count == seedBytes, "an X-Wing seed has 32 bytes")
        guard encapsulatedKey.count == encapsulatedKeyBytes,
            ciphertext.count >= ChaCha20Poly1305.tagBytes
        else { return nil }
        var failed = false
        let shared = WipedBytes(count: sharedSecretBytes) { shared in
            seed.withUnsafeBytes {
                failed =
                    medseal_xwing_decapsulate(
                        shared.baseAddress!.assumingMemoryBound(to: UInt8.self), encapsulatedKey,
                        $0.baseAddress!.assumingMemoryBound(to: UInt8.self)) != 1
            }
        }
        guard !failed else { return nil }
        let context = Context(shared, info: info)
        var isAuthentic = false
        let plaintext = WipedBytes(count: ciphertext.count - ChaCha20Poly1305.tagBytes) { output in
            context.withKeyAndNonce { key, nonce in
                ciphertext.withUnsafeBytes {
                    isAuthentic = ChaCha20Poly1305.open($0, into: output, key: key, nonce: nonce)
                }
            }
        }
        if !isAuthentic { return nil }
        return plaintext
    }

    /// The key and the nonce of the first message (RFC 9180, section 5.1, mode_base).
    private struct Context: ~Copyable {
        private let key: WipedBytes
        private let nonce: WipedBytes

        init(_ shared: borrowing WipedBytes, info: [UInt8]) {
            let pskIDHash = Self.extract("psk_id_hash", [], salt: [])
            let infoHash = Self.extract("info_hash", info, salt: [])
            // The mode, and both hashes.
            var context: [UInt8] = [0]
            pskIDHash.withUnsafeBytes { context.append(contentsOf: $0) }
            infoHash.withUnsafeBytes { context.append(contentsOf: $0) }
            var salt = shared.withUnsafeBytes { Array($0) }
            defer { wipe(&salt) }
            let secret = Self.extract("secret", [], salt: salt)
            key = Self.expand(secret, "key", context, count: ChaCha20Poly1305.keyBytes)
            nonce = Self.expand(secret, "base_nonce", context, count: ChaCha20Poly1305.nonceBytes)
        }

        borrowing func withKeyAndNonce(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
            key.withUnsafeBytes { key in nonce.withUnsafeBytes { body(key, $0) } }
        }

        /// The KEM, the KDF and the AEAD by their numbers.
        private static let suite: [UInt8] = Array("HPKE".utf8) + [0x64, 0x7a, 0x00, 0x01, 0x00, 0x03]
        private static let version: [UInt8] = Array("HPKE-v1".utf8)

        private static func extract(_ label: StaticString, _ input: [UInt8], salt: [UInt8]) -> WipedBytes {
            let labelled = version + suite + bytes(of: label) + input
            return WipedBytes(count: SHA256.byteCount) { key in
                labelled.withUnsafeBytes { HKDFSHA256.extract($0, salt: salt, into: key) }
            }
        }

        private static func expand(
            _ secret: borrowing WipedBytes, _ label: StaticString, _ context: [UInt8], count: Int
        ) -> WipedBytes {
            let info = [0, UInt8(count)] + version + suite + bytes(of: label) + context
            return secret.withUnsafeBytes { HKDFSHA256.expand($0, info: info, count: count) }
        }

        private static func bytes(of label: StaticString) -> [UInt8] { label.withUTF8Buffer { Array($0) } }
    }
}
