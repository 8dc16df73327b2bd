public import Contract

/// A network as its members and patients know it: the genesis, and the organisations that it or an admission
/// pins.
public struct KnownNetwork: Sendable {
    public let genesis: Genesis
    public let id: NetworkID
    public let organisations: [NetworkOrganisation]

    public init(genesis: Genesis, id: NetworkID, organisations: [NetworkOrganisation]) {
        self.genesis = genesis
        self.id = id
        self.organisations = organisations
    }

    /// The organisations that keep records.
    public var custodians: [NetworkOrganisation] { organisations.filter { $0.kind.isCustodian } }
}
