import ArgumentParser
import Contract
import Files
import Foundation
import Homes
import Members
import Offices
import Remote
import Sealing
import Terminal
import Workflow

// What organisations decide together: a draft by one, agreed to by the others, submitted by its signer.

private let steps = """
    More than half of the organisations must agree. The draft is a file that goes from hand to hand: each of the others \
    runs `medseal network agree FILE`, then its signer `medseal network submit FILE`, within a day.
    """

/// Whose council it is, and what opens its root.
struct CouncilOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The network's folder, with the organisation's keys.", valueName: "dir"))
    var network: String

    @Option(help: ArgumentHelp("The organisation that acts.", valueName: "name"))
    var organisation: OrganisationName

    @OptionGroup var passphrase: OrganisationPassphraseOptions

    /// Runs `body` with the organisation's office.
    func office<Result>(_ body: (Office) async throws -> Result) async throws -> Result {
        try await Office.open(
            Folder(network), organisation: organisation,
            passphrase: try passphrase.read("Passphrase of \(organisation)"), body)
    }
}

/// A draft that is to be made.
struct DraftOptions: ParsableArguments {
    @Option(
        name: .customLong("with"),
        help: ArgumentHelp("An organisation that is to agree; may be given again.", valueName: "name"))
    var others: [OrganisationName] = []

    @Option(
        help: ArgumentHelp(
            "Who will submit it. Default: the organisation that makes the draft.", valueName: "name"))
    var signer: OrganisationName?

    @Option(name: .shortAndLong, help: ArgumentHelp("The draft's file.", valueName: "file"))
    var output: String

    /// Makes the draft and says which command comes next, for each who has to agree and for who submits; `joining` agrees too.
    func make(
        _ decision: Office.Decision, _ options: CouncilOptions, joining: OrganisationName? = nil
    ) async throws {
        let draft = try await options.office {
            try await $0.propose(decision, with: others, signer: signer)
        }
        let file = Folder(output)
        try draft.write(to: file.parent, file.name)
        show(draft)
        let waiting = Set(others + [options.organisation]).subtracting([signer ?? options.organisation])
        for name in waiting.map(\.description).sorted() + (joining.map { [$0.description] } ?? []) {
            print("next: medseal network agree \(output) --network \(options.network) --organisation \(name)")
        }
        print(
            "then: medseal network submit \(output) --network \(options.network) --organisation \(signer ?? options.organisation)"
        )
    }
}

private func show(_ draft: StatementDraft) {
    for field in StatementText.fields(of: draft.statement) {
        print("\(field.name.padding(toLength: 14, withPad: " ", startingAt: 0))  \(field.value)")
    }
}

struct NetworkApply: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Make an organisation that wants to join: its folder and keys.",
        discussion: """
            DIR is a network's folder, or one of your own with a copy of the network's `public`. The keys go into \
            DIR/organisations/NAME and stay there; application.json in it is what the others need.

            Example: medseal network apply net --organisation clinic:hospital
            """)

    @Argument(help: ArgumentHelp("The network's folder.", valueName: "dir"))
    var folder: String

    @Option(help: ArgumentHelp("The organisation's name and kind.", valueName: "name:kind"))
    var organisation: FoundingOrganisation

    @OptionGroup var passphrase: PassphraseOptions

    func run() throws {
        let (_, file) = try Application.make(
            organisation.name, organisation.kind, in: Folder(folder),
            passphrase: try passphrase.readNew(
                "New passphrase of \(organisation.name)", of: [organisation.name.description]))
        print("Application of \(organisation.name): \(file)")
    }
}

struct NetworkAdmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admit", abstract: "Draft the admission of an organisation that has applied.",
        discussion: """
            \(steps) The applicant agrees too. Afterwards `medseal network update` takes it into a folder, and `medseald run` \
            serves it once its folder lies in the network's and the server is started again.

            Example: medseal network admit application.json --network net --organisation hospital1 --with insurer -o draft.json
            """)

    @Argument(help: ArgumentHelp("The applicant's application.json.", valueName: "file"))
    var application: String

    @OptionGroup var council: CouncilOptions
    @OptionGroup var draft: DraftOptions

    func run() async throws {
        let application = try reading(application) { try Application(reading: $0) }
        try await draft.make(.admit(application), council, joining: application.name)
    }
}

struct NetworkSuspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Draft the suspension of an organisation: it and its members may do nothing.",
        discussion: """
            \(steps)

            Example: medseal network suspend clinic --network net --organisation hospital1 --with insurer -o draft.json
            """)

    @Argument(help: ArgumentHelp("The organisation to suspend.", valueName: "name"))
    var name: OrganisationName

    @OptionGroup var council: CouncilOptions
    @OptionGroup var draft: DraftOptions

    func run() async throws { try await draft.make(.suspend(name), council) }
}

struct NetworkRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Draft the end of an organisation's suspension.",
        discussion: """
            \(steps)

            Example: medseal network restore clinic --network net --organisation hospital1 --with insurer -o draft.json
            """)

    @Argument(help: ArgumentHelp("The organisation that was suspended.", valueName: "name"))
    var name: OrganisationName

    @OptionGroup var council: CouncilOptions
    @OptionGroup var draft: DraftOptions

    func run() async throws { try await draft.make(.restore(name), council) }
}

struct NetworkRotateRoot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-root", abstract: "Draft a new root key for the organisation that acts.",
        discussion: """
            \(steps) The new root is made here and agrees at once; it waits in root.next.pem, sealed, and takes the place of \
            root.pem when the ledger has accepted it. Cut off anywhere, the folder has the root that the ledger knows. What the \
            old root enrolled stays enrolled.

            Example: medseal network rotate-root --network net --organisation hospital1 --with insurer -o draft.json
            """)

    @OptionGroup var council: CouncilOptions
    @OptionGroup var draft: DraftOptions

    func run() async throws { try await draft.make(.rotateRoot, council) }
}

struct NetworkAgree: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agree", abstract: "Agree to another organisation's draft; shows what is agreed to.",
        discussion: "Example: medseal network agree draft.json --network net --organisation insurer")

    @Argument(help: ArgumentHelp("The draft.", valueName: "file"))
    var file: String

    @OptionGroup var council: CouncilOptions

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
        let folder = Folder(file)
        var draft = try StatementDraft(reading: folder.parent, folder.name)
        show(draft)
        try confirm("Agree as \(council.organisation)?", yes: yes)
        draft = try await council.office { [draft] office in
            var draft = draft
            try office.agree(to: &draft)
            return draft
        }
        try draft.write(to: folder.parent, folder.name)
        print("Agreed as \(council.organisation)")
    }
}

struct NetworkSubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Submit a draft that all have agreed to, as its signer.",
        discussion: "Example: medseal network submit draft.json --network net --organisation hospital1")

    @Argument(help: ArgumentHelp("The draft.", valueName: "file"))
    var file: String

    @OptionGroup var council: CouncilOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let folder = Folder(file)
        let draft = try StatementDraft(reading: folder.parent, folder.name)
        let receipt = try await council.office { try await $0.submit(draft) }
        try output.print(receipt, "Decided")
    }
}

struct NetworkUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Take organisations that were admitted since into the network's folder, or a member's.",
        discussion: """
            Each comes with the proof of its admission. Without --network it is the copy in the member's home.

            Example: medseal network update --home ada --network net
            """)

    @Option(help: ArgumentHelp("The network's folder.", valueName: "dir"))
    var network: String?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let added = try await member.open { try await $0.updateNetwork(network.map { Folder($0) }) }
        try output.print(Printed.UpdatedNetwork(organisations: added)) {
            print(added.isEmpty ? "Nothing new" : "New: \(added.map(\.description).joined(separator: ", "))")
        }
    }
}
