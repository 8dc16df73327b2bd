import Age
public import Evidence
public import Files
public import Primitives

/// Another passphrase for all that one passphrase opens in a folder: a member's home, a wallet, an organisation's folder.
public struct PassphraseChange: Sendable {
    private static let privateKeys = [
        "signing.pem", "root.pem", "root.next.pem", "authority.key.pem", "validator.key.pem",
    ]
    private static let ageFiles = ["wallet.age", "keys.age", "desk.age", "records.age"]

    private let folder: Folder

    /// Throws `badInput` where nothing in the folder is sealed under a passphrase.
    public init(of folder: Folder) throws(PartyError) {
        try HomeChange(folder).settle()
        guard (Self.privateKeys + Self.ageFiles).contains(where: folder.has) else {
            throw .badInput(
                "\(folder.path) is no home and no organisation's folder: name one that `medseal` has made")
        }
        self.folder = folder
    }

    /// Seals every file anew. Killed anywhere, the old passphrase still opens all of them, or the new one does.
    ///
    /// Throws `refused` where the old passphrase does not open one of them; then nothing was changed.
    public func change(from old: SecretBytes, to new: SecretBytes) throws {
        try HomeChange(folder).replace { changed in
            for name in Self.privateKeys where folder.has(name) {
                let key = try SealedPrivateKey.opened(
                    try folder.read(name), passphrase: old, what: folder.file(name))
                try changed.write(SealedPrivateKey.seal(pkcs8: key, passphrase: new), as: name)
            }
            for name in Self.ageFiles where folder.has(name) {
                let content = try SecretBytes.opening(
                    try folder.read(name), passphrase: old, what: folder.file(name))
                try changed.write(try content.sealed(under: new), as: name)
            }
        }
    }
}
