import ArgumentParser
import Contract
import Members
import Sealing
import Terminal

/// `medseal patient`
struct PatientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patient", abstract: "Patients in your hospital's sealed directory.",
        subcommands: [PatientListApplications.self, PatientAdmit.self, PatientReject.self])
}

struct PatientListApplications: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list-applications", abstract: "List the wallets that wait to be admitted.",
        discussion: "Example: medseal patient list-applications --home ada")

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let applicants = try await member.open { try await $0.applicants() }
        let rows = applicants.map {
            Printed.Application(shortCode: $0.shortCode, permits: $0.permits, inbox: $0.inbox)
        }
        try output.print(rows) {
            let short = ShortIDs(rows.map(\.inbox))
            var table = Table("SHORT CODE", "PERMITS", "INBOX")
            for row in rows { table.add(row.shortCode, String(row.permits), short(row.inbox)) }
            table.print()
        }
    }
}

struct PatientAdmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admit", abstract: "Enter a patient in the hospital's sealed directory.",
        discussion: """
            The patient shows the short code of its wallet; it must be the one that this command finds.

            Examples:
              medseal patient admit 7K2M-Q9XD-4TRA-0B6N --home ada
              medseal patient admit 7K2M-Q9XD-4TRA-0B6N --number-file - --name-file - --home ada
            """)

    @Argument(help: ArgumentHelp("The short code that the patient's wallet shows.", valueName: "short-code"))
    var shortCode: String

    @Option(
        help: ArgumentHelp(
            "The patient's number at this hospital; others on this machine can read it meanwhile.",
            valueName: "number"))
    var number: String?

    @Option(
        help: ArgumentHelp(
            "Read the number from the first line of this file, or of standard input (-). Without either it is asked for.",
            valueName: "file"))
    var numberFile: String?

    @Option(
        help: ArgumentHelp(
            "The patient's name, for the hospital's own staff; others on this machine can read it meanwhile.",
            valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Read the name from the first line of this file, or the next of standard input (-). Without either it is asked for.",
            valueName: "file"))
    var nameFile: String?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard number == nil || numberFile == nil, name == nil || nameFile == nil else {
            throw ValidationError("Give the number and the name once each.")
        }
    }

    func run() async throws {
        let number = try PersonalText.line(
            self.number, file: numberFile, "patient's number", option: "number")
        let name = try PersonalText.line(self.name, file: nameFile, "patient's name", option: "name")
        try await member.open { try await $0.admit(shortCode: shortCode, number: number, name: name) }
        try output.print(Printed.Admitted(patient: number)) {
            print("Admitted patient \(SafeText.escaped(number))")
        }
    }
}

struct PatientReject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject wallets that wait to be admitted.",
        discussion: """
            The wallets are told so, and may apply anew. Their letters and permits are removed.

            Example: medseal patient reject 7K2M-Q9XD-4TRA-0B6N --home ada
            """)

    @Argument(
        help: ArgumentHelp(
            "Short codes, as `medseal patient list-applications` shows them.", valueName: "short-code"))
    var shortCodes: [String] = []

    @Flag(help: "Also every application that the desk's key does not open.")
    var unreadable = false

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard unreadable || !shortCodes.isEmpty else {
            throw ValidationError("name the short codes to reject, or give --unreadable")
        }
    }

    func run() async throws {
        let count = try await member.open {
            try await $0.reject(shortCodes: shortCodes, unreadable: unreadable)
        }
        try output.print(Printed.RejectedApplications(applications: count)) {
            print("Rejected \(count) application\(count == 1 ? "" : "s")")
        }
    }
}
