import ArgumentParser
import Contract
import FabricNetwork
import Files
import Foundation
import Remote
import Terminal

/// `medseald fabric`
struct FabricCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fabric",
        abstract: "Have the ledger on a Hyperledger Fabric network of the same organisations.",
        subcommands: [FabricInit.self, FabricSplit.self, FabricImport.self, FabricFollow.self])
}

/// `medseald fabric init`
struct FabricInit: AsyncParsableCommand {
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

            Example: medseald fabric init net
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
        let organisations = founding.plan.organisations
        let answer = Printed.FabricFounded(
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

/// An organisation's server as it is typed: `name=url`.
struct OrganisationServer: ExpressibleByArgument {
    let name: OrganisationName
    let server: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let name = OrganisationName(parts[0]) else { return nil }
        self.name = name
        server = parts[1]
    }
}

/// `medseald fabric split`
struct FabricSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Make a folder for each organisation's own medseald: one process for each.",
        discussion: """
            DIR/NAME is what NAME's machine needs, and holds no private key of another organisation: its own folder with vault and \
            desk, its gateway's identity, a TLS certificate of its own authority, and a network.json with everybody's \
            servers. NET keeps everything and runs the Fabric network; no medseald runs in it any more.

            Example: medseald fabric split net homes
            medseald run homes/hospital1 --ledger fabric --profile homes/hospital1/fabric/hospital1/connection.json
            """)

    @Argument(help: ArgumentHelp("The network's folder, with a Fabric network in it.", valueName: "net"))
    var network: String

    @Argument(help: ArgumentHelp("The folder to make; it must not exist.", valueName: "dir"))
    var folder: String

    @Option(
        name: .customLong("server"),
        help: ArgumentHelp(
            """
            Where an organisation will serve. Default: on the host of the network's server, the first organisation on its port, \
            each next one on the next.
            """, valueName: "name=url"))
    var servers: [OrganisationServer] = []

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let splitting = try FabricSplitting(
            home: Folder(network), servers: Dictionary(servers.map { ($0.name, $0.server) }) { $1 })
        let folder = Folder(self.folder)
        try folder.requireNew()
        try splitting.split(into: folder, passphrase: try passphrase.read("Passphrase of the network"))
        let servers = splitting.servers.map { name, server in
            Printed.OrganisationServer(organisation: name, server: server.absoluteString)
        }.sorted { $0.organisation.description < $1.organisation.description }
        try output.print(Printed.FabricDivided(folder: folder.path, servers: servers)) {
            for each in servers {
                print("\(folder.file(each.organisation.description))  serves at \(each.server)")
            }
        }
    }
}
