package import Age
package import Evidence
import Identity
package import Primitives
import Remote

extension IdentityFile {
    /// The file sealed under a passphrase, as `age -p` writes it.
    package func sealed(under passphrase: SecretBytes) throws -> [UInt8] {
        try seal(serialized(), for: .passphrase(passphrase, workFactor: PassphraseWork.factor))
    }

    /// Opens a sealed identity file. Throws `PartyError`, which names `what` was to be opened.
    package init(opening sealed: [UInt8], passphrase: SecretBytes, what: String) throws(PartyError) {
        let plain = try SecretBytes.opening(sealed, passphrase: passphrase, what: what)
        do {
            var bytes = plain.withUnsafeBytes { Array($0) }
            defer { wipe(&bytes) }
            self = try IdentityFile(parsing: bytes)
        } catch {
            throw .unverified("\(what) is no identity file", cause: error)
        }
    }
}

extension SecretBytes {
    /// As an age file under a passphrase.
    package func sealed(under passphrase: SecretBytes) throws -> [UInt8] {
        var bytes = withUnsafeBytes { Array($0) }
        defer { wipe(&bytes) }
        return try seal(bytes, for: .passphrase(passphrase, workFactor: PassphraseWork.factor))
    }

    /// The plaintext of an age file under a passphrase, in any spelling. Throws `refused` for a wrong one.
    package static func opening(
        _ sealed: [UInt8], passphrase: SecretBytes, what: String
    ) throws(PartyError) -> SecretBytes {
        do {
            return try openSecret(sealed, with: .passphrases(passphrase.spellings))
        } catch AgeError.noMatch {
            throw .refused("the passphrase does not open \(what)")
        } catch {
            throw .unverified("\(what) is damaged", cause: error)
        }
    }
}

extension SigningKey {
    /// The Ed25519 key of a sealed PKCS#8 file. Throws `refused` for a wrong passphrase.
    package init(opening pem: [UInt8], passphrase: SecretBytes, what: String) throws(PartyError) {
        let pkcs8 = try SealedPrivateKey.opened(pem, passphrase: passphrase, what: what)
        guard let key = SigningKey(pkcs8: pkcs8) else { throw .unverified("\(what) is no Ed25519 key") }
        self = key
    }
}

extension SealedPrivateKey {
    package static func opened(
        _ pem: [UInt8], passphrase: SecretBytes, what: String
    ) throws(PartyError) -> SecretBytes {
        do {
            return try open(pem: pem, passphrase: passphrase)
        } catch {
            switch error {
            case .wrongPassphrase: throw .refused("the passphrase does not open \(what)")
            case .malformed: throw .unverified("\(what) is damaged")
            }
        }
    }
}
