import Contract
import Identity
import Primitives
import Synchronization

/// Ed25519 keys of names: the private key that goes by a name is the same everywhere.
enum NamedKeys {
    private static let made = Mutex((byName: [String: SigningKey](), byKey: [PublicKey: SigningKey]()))

    static func key(_ name: String) -> SigningKey {
        made.withLock { made in
            if let key = made.byName[name] { return key }
            let key = SigningKey(seed: SecretBytes(copying: SHA256.digest(Array(name.utf8))))
            made.byName[name] = key
            made.byKey[key.key] = key
            return key
        }
    }

    /// The private key of one that was asked for before.
    static func key(of publicKey: PublicKey) -> SigningKey { made.withLock { $0.byKey[publicKey] }! }
}
