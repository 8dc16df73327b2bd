import ArgumentParser
import FabricNetwork
import Remote

/// `medseal fabric`
struct FabricCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fabric",
        abstract: "Have the ledger on a Hyperledger Fabric network of the same organisations.",
        subcommands: [FabricNetworkCommand.self, FabricImport.self, FabricEvents.self])
}

/// `medseal fabric network`
struct FabricNetworkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "The files of the Fabric network.",
        subcommands: [FabricNetworkInit.self])
}

struct FabricNetworkInit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make DIR/fabric: all that a Fabric network of these organisations needs.",
        discussion: """
            Each organisation of the network gets a membership (MSP) under its own certificate authority, a peer, an \
            administrator, a gateway's identity and the keys of its chaincode's server; the first also an orderer. A \
            statement counts when peers of two organisations of different kinds have executed it.

            The gateways' keys are sealed under the network's passphrase. Fabric's own programs open no sealed key: \
            theirs are guarded by their files' modes alone.

            Everything listens on 127.0.0.1. tools/fabric up DIR runs it.

            Example: medseal fabric network init net
            """)

    @Argument(help: ArgumentHelp("The folder that medseal network init made.", valueName: "dir"))
    var folder: String

    @Option(
        help: ArgumentHelp("How many organisations run an orderer, from the first on.", valueName: "count"))
    var orderers: Int = 1

    @Option(help: ArgumentHelp("The first of the ports: ten for each organisation.", valueName: "port"))
    var basePort: UInt16 = FabricPlan.usualBasePort

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let founding = try FabricFounding(
            home: Folder(folder), ordererCount: orderers, basePort: basePort)
        try founding.found(passphrase: try passphrase.read("Passphrase of the network"))
        struct Answer: Encodable {
            var folder: String
            var organisations: [String]
            var orderers: [String]
            var endorsement: String
            var package: String
        }
        let organisations = founding.plan.organisations
        let answer = Answer(
            folder: founding.folder.path, organisations: organisations.map(\.mspID),
            orderers: organisations.filter(\.hasOrderer).map(\.mspID),
            endorsement: "\(founding.plan.endorsement)", package: ChaincodePackage.id)
        try output.print(answer) {
            print("Fabric network of \(answer.organisations.joined(separator: ", ")) in \(answer.folder)")
            print("  orderers     \(answer.orderers.joined(separator: ", "))")
            print("  endorsement  \(answer.endorsement)")
            print("  package      \(answer.package)")
            print("  start it     tools/fabric up \(folder)")
        }
    }
}
