import API
import ArgumentParser
import Contract
import Files
import Foundation
import Homes
import Members
import Patients
import Primitives
import Remote
import Sealing
import Terminal
import Workflow

/// Where a draft lies.
struct DraftFile {
    let folder: Folder
    let name: String

    init(_ path: String) {
        let file = Folder(path)
        folder = file.parent
        name = file.name
    }

    func read() throws -> StatementDraft { try StatementDraft(reading: folder, name) }
    func write(_ draft: StatementDraft) throws {
        try OutputPlace.requireReplaceable(folder.file(name))
        try draft.write(to: folder, name)
    }
}

extension StatementDraft {
    /// Shows on standard error all that is signed.
    func show() {
        let fields = StatementText.fields(of: statement)
        let width = fields.map(\.name.count).max() ?? 0
        for (name, value) in fields {
            Standard.error(name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + value)
        }
    }
}

/// Asks on the terminal; `yes` answers for who is not there.
func confirm(_ question: String, yes: Bool) throws {
    if yes { return }
    guard isatty(STDIN_FILENO) == 1 else {
        throw PartyError.badInput("No terminal to ask on: add --yes to go on without a question")
    }
    ProcessStreams.tell(part: "\(question) Type yes: ")
    guard readLine()?.trimmingCharacters(in: .whitespaces).lowercased() == "yes" else {
        throw PartyError.refused(
            "You did not type yes, so nothing was done. Give the command again when you have decided")
    }
}

/// `medseal agree`
struct AgreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agree", abstract: "Agree to what somebody else is about to say (member or patient).",
        discussion: """
            Some statements need more than one signature: an emergency a second clinician's, a reassignment a second \
            organisation's, appending and sealing anew the patient's. Their commands write a draft; this shows everything in \
            it, asks, and adds your signature to the file. Nothing is on the ledger before its author submits it.

            Example: medseal agree emergency.draft --home bob
            """)

    @Argument(help: ArgumentHelp("The draft's file.", valueName: "file"))
    var file: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var home: HomeOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let file = DraftFile(file)
        var draft = try file.read()
        draft.show()
        try confirm("Agree?", yes: yes)
        let folder = try home.folder
        if PatientHome.exists(in: folder) {
            let home = try PatientHome(folder)
            let patient = try passphrase.opening(folder, "Passphrase of the wallet") { try home.unlock($0) }
            try await patient.agree(to: &draft)
        } else {
            let home = try MemberHome(folder)
            let member = try passphrase.opening(folder, "Passphrase of \(folder.path)") {
                try home.unlock($0)
            }
            try member.agree(to: &draft)
        }
        try file.write(draft)
        let count = draft.statement.approvals.count
        try output.print(Printed.Agreed(approvals: count)) {
            print("Agreed; \(count) signature(s) in \(self.file)")
        }
    }
}

/// `medseal submit`
struct SubmitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Put a draft on the ledger once the others have agreed (member).",
        discussion: "Example: medseal submit emergency.draft --home ada")

    @Argument(help: ArgumentHelp("The draft's file.", valueName: "file"))
    var file: String

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let draft = try DraftFile(file).read()
        let receipt = try await member.open { try await $0.submit(draft) }
        try output.print(Printed.Statement(receipt)) {
            print("\(draft.statement.assertion.kind.name) \(receipt.statement.short), \(receipt.shown)")
        }
    }
}

extension Printed.Statement {
    init(_ receipt: Wire.Receipt) {
        self.init(
            statement: receipt.statement, position: receipt.position, acknowledged: receipt.acknowledged)
    }
}

extension OutputOptions {
    /// A sentence with how much it is worth, or the statement's id and place as JSON.
    func print(_ receipt: Wire.Receipt, _ sentence: String) throws {
        try print(Printed.Statement(receipt)) { Swift.print("\(sentence), \(receipt.shown)") }
    }
}
