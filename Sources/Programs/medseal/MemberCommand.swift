import API
import ArgumentParser
import Contract
import Files
import Foundation
import Homes
import Identity
import Members
import Offices
import Remote
import Sealing
import Terminal

/// `medseal member`
struct MemberCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member",
        abstract: "Enrol, list, renew, rotate and retire the members of an organisation.",
        subcommands: [
            MemberEnrol.self, MemberList.self, MemberRenew.self, MemberRotate.self, MemberRetire.self,
            MemberPublishCRL.self,
        ])
}

/// Which organisation's office it is, and what opens it.
struct OfficeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The network's folder.", valueName: "dir"))
    var network: String

    @Option(help: ArgumentHelp("The organisation.", valueName: "name"))
    var organisation: OrganisationName

    @OptionGroup var passphrase: OrganisationPassphraseOptions

    /// Runs `body` with the organisation's office.
    func office<Result>(_ body: (Office) async throws -> Result) async throws -> Result {
        try await Office.open(
            Folder(network), organisation: organisation,
            passphrase: try passphrase.read("Passphrase of \(organisation)"), body)
    }

    /// Runs `body` with the office, then publishes the next revocation list where the last one ends soon.
    func renewingOffice<Result>(_ body: (Office) async throws -> Result) async throws -> Result {
        try await office { office in
            let result = try await body(office)
            if let list = try await office.renewRevocationList() {
                Standard.error(
                    "medseal: published the next revocation list, good until \(Moment.text(list.ends, on: .error))"
                )
            }
            return result
        }
    }
}

/// Why a key is ended, as it is typed and as revocation lists say it.
enum EndReason: String, ExpressibleByArgument, CaseIterable {
    case keyCompromise = "key-compromise"
    case superseded
    case cessationOfOperation = "cessation-of-operation"

    static var allValueDescriptions: [String: String] {
        [
            "key-compromise": "others may have the key",
            "superseded": "other keys take its place",
            "cessation-of-operation": "the member has left",
        ]
    }

    var reason: RevocationList.Reason {
        switch self {
        case .keyCompromise: .keyCompromise
        case .superseded: .superseded
        case .cessationOfOperation: .cessationOfOperation
        }
    }
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

    @OptionGroup var office: OfficeOptions

    @Option(help: "What the member does there.")
    var role: TypedChoice<Role>

    @Option(
        help: ArgumentHelp("The member's name, as its certificate shows it to others.", valueName: "name"))
    var name: String

    @Option(help: ArgumentHelp("The home to make; it must not exist.", valueName: "dir"))
    var home: String

    @Option(help: ArgumentHelp("For how many days.", valueName: "days"))
    var days = Office.enrolmentDays

    @Option(
        help: ArgumentHelp("The kind of its age key.", valueName: "kind"))
    var keyKind = KeyKindOption.hybrid

    @Option(
        help: ArgumentHelp(
            "A key of the same member that this ends, where its home is lost.",
            valueName: "key"))
    var replaces: TypedKey?

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let organisation = office.organisation
        let (key, receipt) = try await office.renewingOffice { office in
            var replaced: PublicKey?
            if let replaces { replaced = try await office.connection.member(replaces) }
            return try await office.enrol(
                name: name, role: role.value, home: Folder(home),
                passphrase: try passphrase.readNew(
                    "New passphrase of the member", of: [home, name, organisation.description]), days: days,
                kind: keyKind.age, replacing: replaced)
        }
        let answer = Printed.ChangedMember(
            member: key, organisation: organisation, role: role.value.name, position: receipt.position,
            acknowledged: receipt.acknowledged)
        try output.print(answer) {
            print(
                "Enrolled \(SafeText.escaped(name)), \(role.value.name) of \(organisation), \(receipt.shown)")
            print("  key   \(key.short)")
            print("  home  \(home)")
        }
    }
}

struct MemberList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List members, active and ended, each verified against its enrolment on the ledger.",
        discussion: "Example: medseal member list --home ada --organisation insurer")

    @Option(help: ArgumentHelp("Only this organisation's.", valueName: "name"))
    var organisation: OrganisationName?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let rows = try await member.open { try await $0.members(of: organisation) }
        try output.print(rows) {
            let short = ShortIDs(rows.map(\.key))
            var table = Table("ORGANISATION", "ROLE", "NAME", "UNTIL", "STATUS", "KEY")
            for row in rows {
                table.add(
                    row.organisation.description, row.role, row.name ?? "-", Moment.text(row.expires),
                    row.status, short(row.key))
            }
            table.print()
        }
    }
}

extension Printed.ChangedMember {
    fileprivate init(_ home: MemberHome, _ receipt: Wire.Receipt) {
        self.init(
            member: home.key, organisation: home.organisation.name, role: home.role.name,
            position: receipt.position, acknowledged: receipt.acknowledged)
    }
}

struct MemberRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew", abstract: "Give a member another role or a later end; its keys stay.",
        discussion: """
            The enrolment is replaced on the ledger, the home gets a new certificate and the keys that the role needs, and the \
            old certificate goes onto the organisation's revocation list. Cut off in the middle, the same command goes on.

            Example: medseal member renew --network net --organisation hospital1 --home ada --role gateway
            """)

    @OptionGroup var office: OfficeOptions

    @Option(help: ArgumentHelp("The member's home.", valueName: "dir"))
    var home: String

    @Option(help: "What the member does there from now on. Default: what it does.")
    var role: TypedChoice<Role>?

    @Option(help: ArgumentHelp("For how many days from now.", valueName: "days"))
    var days = Office.enrolmentDays

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (home, receipt, end) = try await office.renewingOffice { office in
            let (home, receipt) = try await office.changeMember(
                Folder(self.home), .renewal(role?.value),
                passphrase: try passphrase.read("Passphrase of the member"),
                days: days)
            return (home, receipt, try office.revocationListEnd())
        }
        try output.print(Printed.ChangedMember(home, receipt)) {
            print(
                "Renewed \(SafeText.escaped(home.name)), \(home.role.name) of \(home.organisation.name), \(receipt.shown)"
            )
            if let end {
                print(
                    "  The old certificate is on the revocation list, which is good until \(Moment.text(end))."
                )
                print(
                    "  Publish the next before (medseal member publish-crl), or the members of \(home.organisation.name) are not believed any more."
                )
            }
        }
    }
}

struct MemberRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Give a member new keys; the old ones end with the same statement.",
        discussion: """
            The home gets a new signing key and a new age identity under the same passphrase. The old signing key is deleted; the \
            old identity stays in keys.age, marked `former`, and opens what was kept of old envelopes. What was granted to the old \
            key must be asked for again. Cut off in the middle, the same command goes on.

            Example: medseal member rotate --network net --organisation hospital1 --home ada --reason key-compromise
            """)

    @OptionGroup var office: OfficeOptions

    @Option(help: ArgumentHelp("The member's home.", valueName: "dir"))
    var home: String

    @Option(help: "Why, as the revocation list says it.")
    var reason = EndReason.superseded

    @Option(help: ArgumentHelp("For how many days from now.", valueName: "days"))
    var days = Office.enrolmentDays

    @Option(
        help: ArgumentHelp("The kind of its age key.", valueName: "kind"))
    var keyKind = KeyKindOption.hybrid

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (home, receipt) = try await office.renewingOffice {
            try await $0.changeMember(
                Folder(self.home), .rotation(keyKind.age, reason.reason),
                passphrase: try passphrase.read("Passphrase of the member"), days: days)
        }
        try output.print(Printed.ChangedMember(home, receipt)) {
            print(
                "New keys for \(SafeText.escaped(home.name)), \(home.role.name) of \(home.organisation.name), \(receipt.shown)"
            )
            print("  key   \(home.key.short)")
        }
    }
}

struct MemberRetire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "End a member's key at once, and list its certificate as revoked.",
        discussion: "Example: medseal member retire --network net --organisation hospital1 KEY")

    @OptionGroup var office: OfficeOptions

    @Argument(help: ArgumentHelp("The member's key.", valueName: "key"))
    var key: TypedKey

    @Option(help: "Why, as the revocation list says it.")
    var reason = EndReason.cessationOfOperation

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (key, receipt) = try await office.renewingOffice { office in
            let key = try await office.connection.member(self.key)
            return (key, try await office.retire(key, reason: reason.reason))
        }
        try output.print(
            Printed.Retired(member: key, acknowledged: receipt?.acknowledged ?? .durable)
        ) {
            print("Retired \(key.short) \(receipt?.shown ?? "before; the revocation list says it too")")
        }
    }
}

struct MemberPublishCRL: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish-crl", abstract: "Publish the organisation's certificate revocation list anew.",
        discussion: """
            The list is made from the ledger: every certificate whose enrolment was replaced or retired. An organisation that has \
            published one must publish the next before it ends, or its members are not believed any more. The list is at the \
            server, and in the organisation's folder as crl.pem.

            Example: medseal member publish-crl --network net --organisation hospital1
                     openssl crl -in net/organisations/hospital1/crl.pem -noout -text
            """)

    @OptionGroup var office: OfficeOptions

    @Option(help: ArgumentHelp("For how many days it is good, 1 to 366.", valueName: "days"))
    var days = Office.listDays

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let list = try await office.office { try await $0.publishRevocationList(days: days) }
        let answer = Printed.RevocationListPublished(
            organisation: list.organisation, number: list.number, certificates: list.entries.count,
            until: UInt64(list.nextUpdate.timeIntervalSince1970))
        try output.print(answer) {
            print(
                "Revocation list \(list.number) of \(list.organisation), \(list.entries.count) certificates, good until \(Moment.text(answer.until))"
            )
        }
    }
}
