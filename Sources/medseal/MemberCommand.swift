import API
import ArgumentParser
import Client
import Contract
import Foundation
import Remote

/// `medseal member`
struct MemberCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Enrol, list and retire the members of an organisation.",
        subcommands: [MemberEnrol.self, MemberList.self, MemberRetire.self])
}

struct MemberEnrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol", abstract: "Make a member: keys, certificate, enrolment on the ledger.",
        discussion: """
            The organisation's root key signs the enrolment: this runs where `medseal network init` made the network's folder. \
            Two passphrases are needed: the organisation's, and a new one for the member's home.

            Example: medseal member enrol --network net --organisation hospital1 --role clinician --name "Dr Ada Byron" \
            --home ada
            """)

    @Option(help: ArgumentHelp("The network's folder.", valueName: "dir"))
    var network: String

    @Option(help: ArgumentHelp("The organisation.", valueName: "name"))
    var organisation: OrganisationName

    @Option(help: "What the member does there.")
    var role: Role

    @Option(
        help: ArgumentHelp("The member's name, as its certificate shows it to others.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The home to make; it must not exist.", valueName: "dir"))
    var home: String

    @Option(help: ArgumentHelp("For how many days.", valueName: "days"))
    var days = OrganisationOffice.lifetimeDays

    @Option(
        help: ArgumentHelp("Its age key: hybrid (post-quantum) or x25519 (any age tool).", valueName: "kind"))
    var keyKind = KeyKindOption.hybrid

    @OptionGroup var organisationPassphrase: OrganisationPassphraseOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let folder = Folder(network)
        let theirs = try organisationPassphrase.read("Passphrase of \(organisation)")
        let office = try OrganisationOffice(folder, organisation: organisation, passphrase: theirs)
        let own = try passphrase.read("New passphrase of the member", isNew: true)
        let (key, receipt) = try await office.enrol(
            name: name, role: role, home: Folder(home), organisationPassphrase: theirs, passphrase: own,
            days: days, kind: keyKind.age)
        struct Answer: Encodable {
            var member: PublicKey
            var organisation: OrganisationName
            var role: String
            var position: UInt64
            var acknowledged: Wire.Acknowledged
        }
        let answer = Answer(
            member: key, organisation: organisation, role: role.name, position: receipt.position,
            acknowledged: receipt.acknowledged)
        try output.print(answer) {
            print("Enrolled \(SafeText.escaped(name)), \(role.name) of \(organisation), \(receipt.shown)")
            print("  key   \(key)")
            print("  home  \(home)")
        }
    }
}

struct MemberList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List members, each verified against its enrolment on the ledger.",
        discussion: "Example: medseal member list --home ada --organisation insurer")

    @Option(help: ArgumentHelp("Only this organisation's.", valueName: "name"))
    var organisation: OrganisationName?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let rows = try await member.connected { member, connection in
            try await member.list(organisation: organisation, connection)
        }
        try output.print(rows) {
            var table = Table("ORGANISATION", "ROLE", "NAME", "STATUS", "KEY")
            for row in rows {
                table.add(row.organisation, row.role ?? "-", row.name ?? "-", row.status, row.key.hex)
            }
            table.print()
        }
    }
}

struct MemberRetire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "End a member's key at once.",
        discussion: "Example: medseal member retire --network net --organisation hospital1 KEY")

    @Option(help: ArgumentHelp("The network's folder.", valueName: "dir"))
    var network: String

    @Option(help: ArgumentHelp("The organisation.", valueName: "name"))
    var organisation: OrganisationName

    @Argument(help: ArgumentHelp("The member's key, 64 hexadecimal digits.", valueName: "key"))
    var key: PublicKey

    @OptionGroup var passphrase: OrganisationPassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let office = try OrganisationOffice(
            Folder(network), organisation: organisation,
            passphrase: try passphrase.read("Passphrase of \(organisation)"))
        let receipt = try await office.retire(key)
        try output.print(["retired": key.hex, "acknowledged": receipt.acknowledged.rawValue]) {
            print("Retired \(key) \(receipt.shown)")
        }
    }
}
