import API
import ArgumentParser
import Contract
import Foundation
import Homes
import Members
import Patients
import Remote
import Sealing
import Terminal
import Workflow

// What a patient orders about records of its own, besides answering requests.

/// `medseal grant`
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Let somebody read, receive or add to a record, unasked.",
        discussion: """
            `--kind append` is a standing consent: the hospital's member may add files as often as --releases says.

            Examples:
              medseal grant RECORD --to KEY --kind read --purpose treatment --days 14 --home wallet
              medseal grant RECORD --role clinician --organisation hospital2 --days 7 --home wallet
              medseal grant RECORD --to KEY --kind append --days 365 --releases 50 --home wallet
              medseal grant RECORD --to KEY --file scan.dcm --file report.pdf --home wallet
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(help: ArgumentHelp("The member's key.", valueName: "key"))
    var to: TypedKey?

    @Option(
        help: ArgumentHelp(
            "Instead of a member: all who have this role at --organisation.", valueName: "role")
    )
    var role: TypedChoice<Role>?

    @Option(help: ArgumentHelp("The hospital or laboratory of --role.", valueName: "name"))
    var organisation: OrganisationName?

    @Option(help: ArgumentHelp("What it may do.", valueName: "kind"))
    var kind = TypedChoice(GrantKind.read)

    @Option(
        name: .customLong("file"),
        help: ArgumentHelp(
            "Only this file, by its name in the record's list; may be given more than once.",
            valueName: "name"))
    var files: [String] = []

    @Flag(help: "And what is added to the record later.")
    var growing = false

    @Option(help: ArgumentHelp("What for.", valueName: "purpose"))
    var purpose = TypedChoice(Purpose.treatment)

    @Option(help: ArgumentHelp("For how many days.", valueName: "days"))
    var days = Patient.daysDefault

    @Option(help: ArgumentHelp("How often.", valueName: "number"))
    var releases = Patient.releasesDefault

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (to == nil) != (role == nil), (role == nil) == (organisation == nil) else {
            throw ValidationError("Say --to KEY, or --role ROLE --organisation NAME.")
        }
        guard files.isEmpty || !growing else {
            throw ValidationError("Say --file or --growing, not both: single files do not grow.")
        }
    }

    func run() async throws {
        let (grant, receipt) = try await patient.patient { patient in
            let record = try await patient.record(self.record)
            return try await patient.grant(
                record, to: try await grantee(of: record, patient), kind: kind.value,
                extent: files.isEmpty ? (growing ? .growing : .present) : .files(files),
                purpose: purpose.value, days: days, releases: releases)
        }
        let answer = Printed.Granted(
            grant: grant, position: receipt.position, acknowledged: receipt.acknowledged)
        try output.print(answer) { print("Granted \(grant.short), \(receipt.shown)") }
    }

    private func grantee(of record: RecordHandle, _ patient: Patient) async throws -> Patient.Grantee {
        if let to { return .member(try await patient.member(to, for: record)) }
        guard let role, let organisation else { throw ValidationError("Say --to KEY.") }
        return .role(role.value, organisation)
    }
}

/// `medseal remove`
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Have a record erased by everybody who keeps it.",
        discussion: """
            From now on nobody is served it, and no grant on it counts any more. Each hospital erases its copies and signs that \
            it has. What somebody has fetched before is beyond anybody's reach. This cannot be undone.

            Example: medseal remove RECORD --home wallet
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, receipt) = try await patient.patient { patient in
            let record = try await patient.ownRecord(try await patient.record(self.record))
            let content = await patient.contents(of: [record])[record.handle]
            let text = ApprovalText(removing: record, content: content, columns: Folding.columns(of: .error))
            if !output.json || !yes { text.show() }
            try confirm(text.question, yes: yes)
            return (record.handle, try await patient.remove(record.handle))
        }
        try output.print(receipt, "Ordered record \(record.short) to be erased")
    }
}

/// `medseal instruct`
struct InstructCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instruct",
        abstract: "Say beforehand whether a record may be opened in an emergency.",
        discussion: "Example: medseal instruct RECORD --emergencies refused --home wallet")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(help: ArgumentHelp("Whether two clinicians may open it without asking you.", valueName: "rule"))
    var emergencies: TypedChoice<EmergencyRule>

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, receipt) = try await patient.patient { patient in
            let record = try await patient.record(self.record)
            return (record, try await patient.instruct(record, emergencies: emergencies.value))
        }
        try output.print(receipt, "Emergencies are \(emergencies.value.name) for record \(record.short)")
    }
}

/// `medseal veto`
struct VetoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veto", abstract: "Stop a record from being given to another wallet.",
        discussion: """
            `medseal history` shows when a hospital and a second organisation are giving a record of yours to another wallet. \
            If you have not lost yours, veto it within three days.

            Example: medseal veto RECORD --home wallet
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, receipt) = try await patient.patient { patient in
            let record = try await patient.record(self.record)
            return (record, try await patient.veto(record))
        }
        try output.print(receipt, "Record \(record.short) stays with this wallet")
    }
}

/// `medseal fetch-own`
struct FetchOwnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch-own", abstract: "Fetch and open a record of your own.",
        discussion: "Example: medseal fetch-own RECORD -o scans --home wallet")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder or, for one file, the file to write.", valueName: "path"))
    var output: String

    @Flag(help: "Replace files that are there.")
    var force = false

    @OptionGroup var patient: PatientOptions
    @OptionGroup var form: OutputOptions

    func run() async throws {
        let places = try FolderSinks(output, replacing: force)
        let fetched = try await patient.patient { patient in
            try await patient.fetch(try await patient.record(record), into: places)
        }
        try form.print([Printed.FetchedRecord(fetched, in: places)])
    }
}

/// `medseal history`
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Who asked, who was refused, who opened what and when.",
        discussion: """
            Everything that the ledger says about your records and about the requests that were passed on to you, the \
            hospital's own staff included, each proven to be on the ledger.

            Example: medseal history --home wallet
            """)

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (events, grants) = try await patient.patient { try await $0.history() }
        let short = ShortIDs(events.compactMap(\.record) + grants.map(\.record))
        let shortGrant = ShortIDs(grants.map(\.grant))
        try output.print(Printed.History(events: events, grants: grants)) {
            if events.isEmpty { return print("Nothing has happened yet.") }
            for event in events {
                let what = event.record.map { "record \(short($0))" } ?? "a request"
                print("\(Moment.text(event.time))  \(what): \(event.text)")
            }
            guard !grants.isEmpty else { return }
            print("\nGrants")
            for use in grants {
                print(
                    "  \(shortGrant(use.grant))  \(use.grantee), record \(short(use.record)): "
                        + "\(use.stage), \(use.text)")
            }
            print("Revoking ends what comes after; nobody can be made to forget what was opened before.")
        }
    }
}
