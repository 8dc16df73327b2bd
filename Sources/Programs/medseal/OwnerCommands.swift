import ArgumentParser
import Contract
import Foundation
import Homes
import Members
import Patients
import Remote
import Sealing
import Terminal

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
    var record: RecordHandle

    @Option(help: ArgumentHelp("The member's key.", valueName: "key"))
    var to: PublicKey?

    @Option(
        help: ArgumentHelp("Instead of a member: whoever has this role at --organisation.", valueName: "role")
    )
    var role: Role?

    @Option(help: ArgumentHelp("The hospital or laboratory of --role.", valueName: "name"))
    var organisation: OrganisationName?

    @Option(help: ArgumentHelp("What it may do.", valueName: "kind"))
    var kind = GrantKind.read

    @Option(
        name: .customLong("file"),
        help: ArgumentHelp(
            "Only this file, by its name in the record's list; may be given more than once.",
            valueName: "name"))
    var files: [String] = []

    @Flag(help: "And what is added to the record later.")
    var growing = false

    @Option(help: ArgumentHelp("What for.", valueName: "purpose"))
    var purpose = Purpose.treatment

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
        let named = to.map { Patient.Grantee.member($0) }
        let roles = organisation.flatMap { name in role.map { Patient.Grantee.role($0, name) } }
        guard let grantee = named ?? roles else { throw ValidationError("Say --to KEY.") }
        let (grant, receipt) = try await patient.patient {
            try await $0.grant(
                record, to: grantee, kind: kind,
                extent: files.isEmpty ? (growing ? .growing : .present) : .files(files), purpose: purpose,
                days: days, releases: releases)
        }
        try output.print(receipt, "Granted \(grant)")
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
    var record: RecordHandle

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try confirm("Have record \(record) erased for good?", yes: yes)
        let receipt = try await patient.patient { try await $0.remove(record) }
        try output.print(receipt, "Ordered record \(record) to be erased")
    }
}

/// `medseal instruct`
struct InstructCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "instruct",
        abstract: "Say beforehand whether a record may be opened in an emergency.",
        discussion: "Example: medseal instruct RECORD --emergencies refused --home wallet")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: RecordHandle

    @Option(help: ArgumentHelp("Whether two clinicians may open it without asking you.", valueName: "rule"))
    var emergencies: EmergencyRule

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let receipt = try await patient.patient { try await $0.instruct(record, emergencies: emergencies) }
        try output.print(receipt, "Emergencies are \(emergencies.name) for record \(record)")
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
    var record: RecordHandle

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let receipt = try await patient.patient { try await $0.veto(record) }
        try output.print(receipt, "Record \(record) stays with this wallet")
    }
}

/// `medseal fetch-own`
struct FetchOwnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch-own", abstract: "Fetch and open a record of your own.",
        discussion: "Example: medseal fetch-own RECORD -o scans --home wallet")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: RecordHandle

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder or, for one file, the file to write.", valueName: "path"))
    var output: String

    @OptionGroup var patient: PatientOptions
    @OptionGroup var form: OutputOptions

    func run() async throws {
        let places = try FolderSinks(output)
        try form.print(try await patient.patient { try await $0.fetch(record, into: places) }, in: places)
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
        struct Answer: Encodable {
            var events: [HistoryEvent]
            var grants: [GrantUse]
        }
        try output.print(Answer(events: events, grants: grants)) {
            if events.isEmpty { return print("Nothing has happened yet.") }
            for event in events {
                let what = event.record.map { "record \($0.hex.prefix(16))" } ?? "a request"
                print("\(Moment.text(event.time))  \(what): \(event.text)")
            }
            guard !grants.isEmpty else { return }
            print("\nGrants")
            for use in grants {
                print(
                    "  \(use.grant.hex.prefix(16))  \(use.grantee), record \(use.record.hex.prefix(16)): "
                        + "\(use.stage), \(use.text)")
            }
            print("Revoking ends what comes after; nobody can be made to forget what was opened before.")
        }
    }
}

/// `medseal disclosures`
struct DisclosuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disclosures",
        abstract: "An accounting of what your organisation has released.",
        discussion: """
            One row a release, from the ledger and proven to be on it: when, which record, to whom, why.

            Examples:
              medseal disclosures --since 2026-01-01 --until 2027-01-01 --csv --home registrar
              medseal disclosures --json --home registrar
            """)

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"))
    var since: MomentOption?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var until: MomentOption?

    @Flag(help: "Print comma-separated values (RFC 4180).")
    var csv = false

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let rows = try await member.open {
            try await $0.disclosures(since: since?.time, until: until?.time)
        }
        if csv { return print(Disclosure.csv(rows), terminator: "") }
        try output.print(rows) {
            var table = Table("TIME", "RECORD", "READER", "REASON")
            for row in rows {
                table.add(Moment.text(row.time), String(row.record.hex.prefix(16)), row.reader, row.reason)
            }
            if table.isEmpty { print("Nothing was released.") } else { table.print() }
        }
    }
}
