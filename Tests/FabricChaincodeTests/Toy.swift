import Contract
import Identity
import Primitives
import Synchronization

/// What the contract's own tests sign and hash with (Script/ are their files), here for real: names stand for
/// Ed25519 keys, and the network is the one of a signed genesis file.
enum Toy {
    static let genesisFile = signed(World.genesis)

    /// The file of a genesis of the world's organisations.
    static func signed(_ genesis: Genesis) -> [UInt8] {
        genesis.signed(by: genesis.organisations.map { key("root@\($0.name)") })
    }

    static func hash(_ bytes: [UInt8]) -> [UInt8] { SHA256.digest(bytes) }

    private static let keys = Mutex((byName: [String: SigningKey](), byKey: [PublicKey: SigningKey]()))

    /// The private key that goes by this name.
    static func key(_ name: String) -> SigningKey {
        keys.withLock { keys in
            if let key = keys.byName[name] { return key }
            let key = SigningKey(seed: SecretBytes(copying: hash(Array(name.utf8))))
            keys.byName[name] = key
            keys.byKey[key.key] = key
            return key
        }
    }

    private static let given = Mutex([String: Digest]())

    /// Has `name` stand for something that is there, an organisation's authority say; before it stands for anything
    /// else.
    static func name(_ digest: Digest, _ name: String) { given.withLock { $0[name] = digest } }

    static func sign(_ message: [UInt8], by key: PublicKey) -> [UInt8] {
        keys.withLock { $0.byKey[key] }!.sign(message)
    }

    static func isValid(_ claim: SignatureClaim) -> Bool { Signatures.isValid(claim) }

    /// Thirty-two bytes that stand for a name: a key, a digest, a handle.
    static func named<Meaning>(_ name: some StringProtocol) -> Bytes32<Meaning> {
        if Meaning.self == KeyMeaning.self { return Bytes32(key(String(name)).publicKey)! }
        if Meaning.self == NetworkMeaning.self, name == "network" { return Bytes32(hash(genesisFile))! }
        if Meaning.self == DigestMeaning.self, let digest = given.withLock({ $0[String(name)] }) {
            return Bytes32(digest.bytes)!
        }
        return Bytes32(hash(Array(name.utf8)))!
    }

    /// A payload under the signature of `key` for `network`.
    static func message(_ payload: [UInt8], by key: PublicKey, network: NetworkID) -> [UInt8] {
        let content = CoseSign1.signedContent(payload: payload, key: key, network: network)
        return CoseSign1(payload: payload, key: key, signature: sign(content, by: key)).encoded()
    }
}
