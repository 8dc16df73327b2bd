import Contract

/// What the names of a world stand for, what its statements are hashed and signed with, and the network that they
/// are for: the same tables and scripts are played by toys (`Cast.toy`) and with real keys.
struct Cast: Sendable {
    let genesis: Genesis
    let network: NetworkID
    let hash: @Sendable (_ bytes: [UInt8]) -> [UInt8]
    /// Thirty-two bytes for a name, by what they mean: a key may need others than a digest.
    private let bytes: @Sendable (_ name: String, _ meaning: Any.Type) -> [UInt8]
    private let signature: @Sendable (_ message: [UInt8], _ key: PublicKey) -> [UInt8]
    let isValid: @Sendable (SignatureClaim) -> Bool

    /// The genesis is the world's organisations with keys of their names; `network` gives its id.
    init(
        network: (Genesis) -> NetworkID,
        hash: @escaping @Sendable (_ bytes: [UInt8]) -> [UInt8],
        bytes: @escaping @Sendable (_ name: String, _ meaning: Any.Type) -> [UInt8],
        signature: @escaping @Sendable (_ message: [UInt8], _ key: PublicKey) -> [UInt8],
        isValid: @escaping @Sendable (SignatureClaim) -> Bool
    ) {
        func named<Meaning>(_ name: String) -> Bytes32<Meaning> { Bytes32(bytes(name, Meaning.self))! }
        genesis = Genesis(
            origin: OriginName("medseal/toy")!, ledgerKey: named("ledger"), created: 0,
            organisations: World.organisations.map { name, kind in
                Genesis.Organisation(
                    name: OrganisationName(name)!, kind: kind, root: named("root@\(name)"),
                    validator: named("validator@\(name)"), authorityHash: named("authority@\(name)"),
                    recordsRecipientHash: named("records@\(name)"), deskRecipientHash: named("desk@\(name)"))
            })
        self.network = network(genesis)
        (self.hash, self.bytes, self.signature, self.isValid) = (hash, bytes, signature, isValid)
    }

    /// What a name stands for: a key, a digest, a handle.
    func named<Meaning>(_ name: some StringProtocol) -> Bytes32<Meaning> {
        Bytes32(bytes(String(name), Meaning.self))!
    }

    func sign(_ message: [UInt8], by key: PublicKey) -> [UInt8] { signature(message, key) }

    /// A payload under the signature of `key` for `network`.
    func message(_ payload: [UInt8], by key: PublicKey, network: NetworkID) -> [UInt8] {
        let content = CoseSign1.signedContent(payload: payload, key: key, network: network)
        return CoseSign1(payload: payload, key: key, signature: sign(content, by: key)).encoded()
    }
}
