public import Contract
public import NetworkFolder

/// Which program of which organisation runs where: what all the files of a Fabric network are made from.
public struct FabricPlan: Sendable {
    public struct Organisation: Sendable, Hashable {
        public let name: OrganisationName
        public let kind: OrganisationKind
        /// Whether it runs an orderer beside its peer.
        public let hasOrderer: Bool
        /// The first of its ports.
        let portBase: UInt16

        /// Fabric's name for the organisation.
        public var mspID: String { name.description }

        var ordererPort: UInt16 { portBase }
        var peerPort: UInt16 { portBase + 1 }
        /// Where a peer would wait for chaincode that it starts itself: it starts none, and must listen.
        var peerChaincodePort: UInt16 { portBase + 2 }
        var peerOperationsPort: UInt16 { portBase + 3 }
        var chaincodePort: UInt16 { portBase + 4 }
        var ordererAdminPort: UInt16 { portBase + 5 }
        var ordererOperationsPort: UInt16 { portBase + 6 }
    }

    public static let channel = "medseal"
    public static let chaincode = "medseal"
    /// Fabric's own first port.
    public static let usualBasePort: UInt16 = 7050
    /// Everything listens here: who wants to be reached from elsewhere puts another address into the files.
    static let host = "127.0.0.1"
    static let portsEach: UInt16 = 10
    /// Folders of `fabric/` that belong to no organisation.
    static let foldersTaken = ["builder", "run"]

    public let organisations: [Organisation]
    /// Who must have executed a statement before it counts.
    public let endorsement: EndorsementPolicy

    var orderers: [Organisation] { organisations.filter(\.hasOrderer) }

    /// The first `ordererCount` organisations run an orderer; the ports are the `portsEach` from `basePort` on for
    /// the first organisation, the next for the second.
    ///
    /// Throws `badInput` for organisations of one kind only, of a name that is taken, too few of them for so many
    /// orderers, and for ports that there are not.
    public init(
        organisations: [(name: OrganisationName, kind: OrganisationKind)], ordererCount: Int = 1,
        basePort: UInt16 = usualBasePort
    ) throws(PartyError) {
        endorsement = try EndorsementPolicy(organisations)
        guard (1...organisations.count).contains(ordererCount) else {
            throw .badInput(
                "a network of \(organisations.count) organisations has 1 to \(organisations.count) orderers")
        }
        guard basePort > 0, Int(basePort) + organisations.count * Int(Self.portsEach) <= 65_536 else {
            throw .badInput(
                "\(organisations.count) organisations need \(Self.portsEach) ports each, up to 65535")
        }
        if let taken = organisations.first(where: { Self.foldersTaken.contains($0.name.description) }) {
            throw .badInput("no organisation on Fabric can be called \(taken.name): a folder has that name")
        }
        self.organisations = organisations.enumerated().map { index, organisation in
            Organisation(
                name: organisation.name, kind: organisation.kind, hasOrderer: index < ordererCount,
                portBase: basePort + UInt16(index) * Self.portsEach)
        }
    }

    static func address(_ port: UInt16) -> String { "\(host):\(port)" }

    /// What `tools/fabric` runs, a line for each program: its name, its organisation, the address that it serves
    /// on, and where an orderer is administered.
    var programs: String {
        var lines = [String]()
        for each in orderers {
            lines.append(
                "orderer-\(each.name) \(each.name) \(Self.address(each.ordererPort)) \(Self.address(each.ordererAdminPort))"
            )
        }
        for each in organisations {
            lines.append("peer-\(each.name) \(each.name) \(Self.address(each.peerPort))")
            lines.append("chaincode-\(each.name) \(each.name) \(Self.address(each.chaincodePort))")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
