import CSodium
import Crypto
import Foundation

/// HPKE in base mode (RFC 9180) with X-Wing (ML-KEM-768 and X25519), HKDF-SHA-256 and ChaCha20-Poly1305, by
/// swift-crypto: what age calls `mlkem768x25519`.
public enum XWing {
    public static let seedBytes = 32
    public static let publicKeyBytes = 1216
    public static let encapsulatedKeyBytes = 1120

    private static var suite: HPKE.Ciphersuite {
        HPKE.Ciphersuite(kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
    }

    /// The public key (1,216 bytes) of a 32-byte seed.
    public static func publicKey(of seed: SecretBytes) -> [UInt8] {
        withPrivateKey(seed) { [UInt8]($0.publicKey.rawRepresentation) }
    }

    /// Seals `plaintext` to `publicKey`: the encapsulated key (1,120 bytes) and the ciphertext (16 bytes
    /// longer than the plaintext). Nil when the public key is malformed.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, to publicKey: [UInt8], info: [UInt8]
    ) -> (encapsulatedKey: [UInt8], ciphertext: [UInt8])? {
        guard publicKey.count == publicKeyBytes,
            let key = try? XWingMLKEM768X25519.PublicKey(rawRepresentation: publicKey),
            var sender = try? HPKE.Sender(recipientKey: key, ciphersuite: suite, info: Data(info)),
            let ciphertext = try? sender.seal(plaintext)
        else { return nil }
        return ([UInt8](sender.encapsulatedKey), [UInt8](ciphertext))
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
        guard encapsulatedKey.count == encapsulatedKeyBytes else { return nil }
        let recipient = withPrivateKey(seed) {
            try? HPKE.Recipient(
                privateKey: $0, ciphersuite: suite, info: Data(info), encapsulatedKey: Data(encapsulatedKey))
        }
        guard var recipient, var plaintext = try? recipient.open(Data(ciphertext)) else { return nil }
        defer { plaintext.withUnsafeMutableBytes { wipe($0) } }
        return WipedBytes(count: plaintext.count) { output in
            plaintext.withUnsafeBytes { output.copyMemory(from: $0) }
        }
    }

    private static func withPrivateKey<Result: ~Copyable>(
        _ seed: SecretBytes, _ body: (XWingMLKEM768X25519.PrivateKey) -> Result
    ) -> Result {
        precondition(seed.count == seedBytes, "an X-Wing seed has 32 bytes")
        return seed.withUnsafeBytes { bytes in
            guard let key = try? XWingMLKEM768X25519.PrivateKey(seedRepresentation: bytes, publicKey: nil)
            else {
                preconditionFailure("any 32 bytes are an X-Wing seed")
            }
            defer { wipeStorage(of: key) }
            return body(key)
        }
    }

    /// swift-crypto keeps the seed and what it expands to (7,840 bytes) inside one object and frees it
    /// unwiped. No one else has that object here, so its contents are overwritten after the last use; a test
    /// (T55) holds this against a new version.
    private static func wipeStorage(of key: XWingMLKEM768X25519.PrivateKey) {
        guard MemoryLayout<XWingMLKEM768X25519.PrivateKey>.size == MemoryLayout<UnsafeMutableRawPointer>.size
        else { return }
        withExtendedLifetime(key) {
            let object = unsafeBitCast(key, to: UnsafeMutableRawPointer.self)
            let header = 2 * MemoryLayout<UnsafeRawPointer>.size
            let expandedBytes = 512 * (3 + 3 + 9) + 5 * 32
            guard malloc_usable_size(object) >= header + expandedBytes else { return }
            wipe(UnsafeMutableRawBufferPointer(start: object + header, count: expandedBytes))
        }
    }
}
