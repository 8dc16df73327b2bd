import Primitives

/// The stanzas of key pairs: how each kind wraps a file key and unwraps it again (c2sp.org/age, "Native
/// recipient types").
enum RecipientStanza {
    private static let hybridInfo: [UInt8] = Array("age-encryption.org/mlkem768x25519".utf8)
    private static let x25519Info: [UInt8] = Array("age-encryption.org/v1/X25519".utf8)

    /// Wraps `key` for one recipient. Throws `AgeError.key` where the recipient is no usable public key.
    static func wrap(_ key: borrowing FileKey, for recipient: AgeRecipient) throws(AgeError)
        -> AgeHeader.Stanza
    {
        switch recipient.kind {
        case .hybrid:
            let sealed = key.withUnsafeBytes { XWing.seal($0, to: recipient.publicKey, info: hybridInfo) }
            guard let sealed else { throw .key("the recipient is no hybrid key") }
            return AgeHeader.Stanza(.hybrid, sealed.encapsulatedKey, body: sealed.ciphertext)
        case .x25519:
            let ephemeral = WipedBytes.random(X25519.keyBytes)
            let share = X25519.publicKey(of: ephemeral)
            let shared = ephemeral.withUnsafeBytes { X25519.sharedSecret($0, with: recipient.publicKey) }
            guard let shared else { throw .key("the recipient is a low-order point") }
            return AgeHeader.Stanza(
                .x25519, share, body: key.wrapped(under: wrapKey(shared, share: share, recipient: recipient)))
        }
    }

    /// The file key, or nil when this stanza is not for this identity (another type, another key).
    ///
    /// Throws `AgeError.header` when the stanza is of the identity's type and malformed.
    static func unwrap(_ stanza: AgeHeader.Stanza, with identity: AgeIdentity) throws(AgeError) -> FileKey? {
        guard stanza.isOf(identity.kind) else { return nil }
        let shareBytes = identity.kind == .hybrid ? XWing.encapsulatedKeyBytes : X25519.keyBytes
        guard stanza.arguments.count == 2, let share = Base64.decodeUnpadded(stanza.arguments[1]),
            share.count == shareBytes
        else { throw .header("a stanza of a known type has wrong arguments") }
        // Before anything is decrypted, against partitioning oracles.
        guard stanza.body.count == FileKey.wrappedBytes else {
            throw .header("a wrapped key has not 32 bytes")
        }
        switch identity.kind {
        case .hybrid:
            // X-Wing's classical half is its last 32 bytes. A low-order point there would leave the other
            // half alone.
            let probe = WipedBytes.random(X25519.keyBytes)
            let classical = Array(share.suffix(X25519.keyBytes))
            guard probe.withUnsafeBytes({ X25519.sharedSecret($0, with: classical) != nil }) else {
                throw .header("a share is a low-order point")
            }
            let key = XWing.openForShortUse(
                stanza.body, encapsulatedKey: share, seed: identity.seed, info: hybridInfo)
            guard let key else { return nil }
            return key.withUnsafeBytes { FileKey(copying: $0) }
        case .x25519:
            let shared = identity.seed.withUnsafeBytes { X25519.sharedSecret($0, with: share) }
            guard let shared else { throw .header("a share is a low-order point") }
            return FileKey.unwrapped(
                stanza.body, under: wrapKey(shared, share: share, recipient: identity.recipient))
        }
    }

    private static func wrapKey(
        _ shared: borrowing WipedBytes, share: [UInt8], recipient: AgeRecipient
    ) -> WipedBytes {
        shared.withUnsafeBytes {
            HKDFSHA256.derive($0, salt: share + recipient.publicKey, info: x25519Info, count: 32)
        }
    }
}

/// The stanza of a passphrase (c2sp.org/age, "The scrypt recipient type").
enum PassphraseStanza {
    static let type: [UInt8] = Array("scrypt".utf8)
    private static let saltLabel: [UInt8] = Array("age-encryption.org/v1/scrypt".utf8)
    private static let saltBytes = 16

    static func wrap(
        _ key: borrowing FileKey, passphrase: SecretBytes, workFactor: Int
    ) throws(AgeError) -> AgeHeader.Stanza {
        guard passphrase.count > 0 else { throw .key("the passphrase is empty") }
        guard (1...workFactorLimit).contains(workFactor) else {
            throw .key("the work factor is out of range")
        }
        let salt = Random.bytes(saltBytes)
        return AgeHeader.Stanza(
            [type, Base64.encodeUnpadded(salt), decimal(workFactor)],
            body: key.wrapped(under: try wrapKey(passphrase, salt: salt, workFactor: workFactor)))
    }

    /// The file key, or nil when this is no passphrase stanza or the passphrase is another.
    ///
    /// Throws `AgeError.header` when the stanza is malformed or its work factor is above `maximumWorkFactor`.
    static func unwrap(
        _ stanza: AgeHeader.Stanza, passphrase: SecretBytes, maximumWorkFactor: Int
    ) throws(AgeError) -> FileKey? {
        guard stanza.isPassphrase else { return nil }
        guard stanza.arguments.count == 3, let salt = Base64.decodeUnpadded(stanza.arguments[1]),
            salt.count == saltBytes,
            let workFactor = workFactor(stanza.arguments[2])
        else { throw .header("a passphrase stanza has wrong arguments") }
        guard stanza.body.count == FileKey.wrappedBytes else {
            throw .header("a wrapped key has not 32 bytes")
        }
        guard workFactor <= min(maximumWorkFactor, workFactorLimit) else {
            throw .header("the work factor is above the limit")
        }
        return FileKey.unwrapped(
            stanza.body, under: try wrapKey(passphrase, salt: salt, workFactor: workFactor))
    }

    /// 2^22 blocks of 1 KiB are 4 GiB of memory: no machine gets beyond this.
    static let workFactorLimit = 22

    /// The number in canonical decimal: `[1-9][0-9]*`, at most two digits.
    private static func workFactor(_ text: [UInt8]) -> Int? {
        guard (1...2).contains(text.count), text[0] != UInt8(ascii: "0"),
            text.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func decimal(_ number: Int) -> [UInt8] {
        number < 10 ? [0x30 + UInt8(number)] : [0x30 + UInt8(number / 10), 0x30 + UInt8(number % 10)]
    }

    private static func wrapKey(
        _ passphrase: SecretBytes, salt: [UInt8], workFactor: Int
    ) throws(AgeError) -> WipedBytes {
        guard
            let key = Scrypt.derive(
                passphrase: passphrase, salt: saltLabel + salt, logN: workFactor,
                count: ChaCha20Poly1305.keyBytes)
        else { throw .header("no memory for this work factor") }
        return key.withUnsafeBytes { WipedBytes(copying: $0) }
    }
}
