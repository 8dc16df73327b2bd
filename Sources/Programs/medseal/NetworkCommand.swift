import ArgumentParser
import Contract
import Files
import Foundation
import Offices
import Remote
import Sealing
import Terminal

/// `medseal network`
struct NetworkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network",
        abstract: "Found a network of organisations; decide together who joins, and by which root.",
        subcommands: [
            NetworkInit.self, NetworkApply.self, NetworkAdmit.self, NetworkSuspend.self, NetworkRestore.self,
            NetworkRotateRoot.self, NetworkAgree.self, NetworkSubmit.self, NetworkUpdate.self,
        ])
}

/// An organisation as it is typed: `name:kind`.
struct FoundingOrganisation: ExpressibleByArgument {
    let name: OrganisationName
    let kind: OrganisationKind

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let name = OrganisationName(parts[0]),
            let kind = OrganisationKind(name: parts[1])
        else { return nil }
        self.name = name
        self.kind = kind
    }
}

/// A rule of the quorum as it is typed: `count`, or `count:kind,kind`.
struct QuorumRule: ExpressibleByArgument {
    let rule: Quorum.Rule

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let count = UInt64(parts[0]) else { return nil }
        var kinds = OrganisationKind.allCases
        if parts.count == 2 {
            let named = parts[1].split(separator: ",", omittingEmptySubsequences: false)
            kinds = named.compactMap { OrganisationKind(name: String($0)) }
            guard kinds.count == named.count else { return nil }
        }
        guard let rule = Quorum.Rule(count: count, kinds: kinds) else { return nil }
        self.rule = rule
    }
}

struct NetworkInit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a network's folder: genesis, organisations, server.",
        discussion: """
            Each organisation gets a root key, a certificate authority, age keys, a validator's key and a vault. Every private \
            key is sealed under the passphrase. DIR/public is what members and patients need.

            With --quorum nobody believes a checkpoint before the validators of so many organisations have cosigned it \
            (medseald validate). Without it the ledger's own signature is enough.

            Example: medseal network init net --organisation hospital1:hospital --organisation insurer:insurer
            """)

    @Argument(help: ArgumentHelp("The folder to make; it must not exist.", valueName: "dir"))
    var folder: String

    @Option(
        name: .customLong("organisation"),
        help: ArgumentHelp(
            "An organisation: a name of a-z, 0-9 and -, and its kind (hospital, insurer, laboratory, auditor, authority).",
            valueName: "name:kind"))
    var organisations: [FoundingOrganisation]

    @Option(
        name: .customLong("quorum"),
        help: ArgumentHelp(
            """
            How many organisations' validators must have cosigned before a checkpoint is believed, of these kinds or of any; \
            may be given more than once, and all must be met.
            """, valueName: "count[:kind,...]"))
    var quorum: [QuorumRule] = []

    @Option(
        help: """
            The name or IPv4 address under which other machines reach medseald, which serves on it. Default: this machine only.
            """)
    var host: String?

    @Option(
        help: ArgumentHelp(
            "Round the ledger's times down to whole multiples of so many seconds, so that it does not tell who came when.",
            valueName: "seconds"))
    var timeStep: UInt64 = NetworkFounding.usualTimeStep

    @Option(help: "The port on which medseald will serve.")
    var port: UInt16 = 8443

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let founding = try NetworkFounding(
            organisations: organisations.map { ($0.name, $0.kind) }, host: host, port: port,
            quorum: Quorum(quorum.map(\.rule)), timeStep: timeStep)
        let folder = Folder(self.folder)
        try folder.requireNew()
        try await founding.found(
            in: folder,
            passphrase: try passphrase.readNew(
                "New passphrase of the network", of: [folder.name] + organisations.map(\.name.description)))
        let network = try Network(folder)
        let answer = Printed.FoundNetwork(
            network: network.id.hex, origin: network.genesis.origin.description,
            server: network.server.absoluteString,
            organisations: network.organisations.map(\.name))
        try output.print(answer) {
            let names = answer.organisations.map(\.description).joined(separator: ", ")
            print("Network \(answer.origin) with \(names)")
            print("  id      \(answer.network)")
            print("  server  \(answer.server)  (start it: medseald run \(folder.path))")
            print("  public  \(folder.file("public"))  (what members and patients need)")
        }
    }
}
