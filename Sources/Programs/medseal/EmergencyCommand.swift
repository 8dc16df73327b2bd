import API
import ArgumentParser
import Auditors
import Contract
import Files
import Foundation
import Homes
import Members
import Patients
import Remote
import Sealing
import Terminal

/// `medseal emergency`
struct EmergencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emergency",
        abstract: "Open a record for some hours without a grant, by two clinicians.",
        discussion: """
            A gateway leaves an envelope for the reader; a clinician writes a draft, a second one agrees, the first submits. \
            It ends by itself, the patient sees it, and somebody has to look into it within three days of its end.

            Example:
              medseal emergency prepare RECORD --reader KEY --home gateway
              medseal emergency declare RECORD --reader KEY --reader-organisation hospital1 --second KEY \
            --reason unconscious --envelope DIGEST --draft e.draft --home ada
              medseal agree e.draft --home bob
              medseal submit e.draft --home ada
              medseal fetch --emergency STATEMENT -o scans --home ada
            """,
        subcommands: [
            EmergencyPrepare.self, EmergencyDeclare.self, EmergencyReview.self, EmergencyList.self,
        ])
}

struct EmergencyPrepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Leave an envelope for a reader, which opens once declared (gateway).")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(help: ArgumentHelp("The clinician's key.", valueName: "key"))
    var reader: TypedKey

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let digest = try await member.open {
            try await $0.leaveEmergencyEnvelope(
                try await $0.connection.record(record), reader: try await $0.connection.member(reader))
        }
        try output.print(Printed.EmergencyEnvelope(envelope: digest)) { print("Envelope \(digest)") }
    }
}

struct EmergencyDeclare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "declare", abstract: "Write the draft of an emergency (clinician).")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(help: ArgumentHelp("The clinician who is to read it.", valueName: "key"))
    var reader: TypedKey

    @Option(help: ArgumentHelp("The reader's organisation.", valueName: "name"))
    var readerOrganisation: OrganisationName

    @Option(help: ArgumentHelp("The clinician who has to agree.", valueName: "key"))
    var second: TypedKey

    @Option(help: ArgumentHelp("Why.", valueName: "reason"))
    var reason: TypedChoice<EmergencyReason>

    @Option(help: ArgumentHelp("For how many hours, at most 24.", valueName: "hours"))
    var hours = 4

    @Option(help: ArgumentHelp("The envelope that a gateway has left.", valueName: "digest"))
    var envelope: Digest?

    @Option(help: ArgumentHelp("Write the draft here.", valueName: "file"))
    var draft: String

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let made = try await member.open { member in
            let emergency = DeclaredEmergency(
                of: try await member.connection.record(record),
                reader: try await member.connection.member(reader), of: readerOrganisation,
                second: try await member.connection.member(second), reason: reason.value, hours: hours,
                envelope: envelope)
            return try member.declareEmergency(emergency)
        }
        try DraftFile(draft).write(made)
        try output.print(Printed.Drafted(draft: draft)) {
            print("Wrote \(draft): the second clinician has to agree")
        }
    }
}

struct EmergencyReview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Say what looking into an emergency has found (auditor, or the record's patient).",
        discussion: """
            After its end the record's owner, the custodian's auditor and auditing organisations are heard, each once. What the \
            custodian's own auditor says ends nothing: the review stays due until another of them has spoken.

            Example: medseal emergency review EMERGENCY --finding unjustified --home wallet
            """)

    @Argument(help: ArgumentHelp("The emergency's id.", valueName: "emergency"))
    var emergency: TypedStatement

    @Option(help: ArgumentHelp("What was found.", valueName: "finding"))
    var finding: TypedChoice<ReviewFinding>

    @OptionGroup var home: HomeOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (emergency, receipt) = try await reviewed()
        try output.print(receipt, "Reviewed \(emergency.short): \(finding.value.name)")
    }

    private func reviewed() async throws -> (emergency: StatementID, receipt: Wire.Receipt) {
        let folder = try home.folder
        guard PatientHome.exists(in: folder) else {
            let home = try MemberHome(folder)
            let member = try passphrase.opening(folder, "Passphrase of \(folder.path)") {
                try home.unlock($0)
            }
            return try await Auditor.open(member) { auditor in
                let emergency = try await auditor.connection.statement(self.emergency, "emergency")
                return (emergency, try await auditor.review(emergency, finding: finding.value))
            }
        }
        let home = try PatientHome(folder)
        let patient = try passphrase.opening(folder, "Passphrase of the wallet") { try home.unlock($0) }
        let emergency = try await patient.emergency(self.emergency)
        return (emergency, try await patient.review(emergency, finding: finding.value))
    }
}

struct EmergencyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List emergencies and count the reviews that are overdue.",
        discussion: "Example: medseal emergency list --home eve")

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let now = machineTime()
        let (found, looked) = try await member.auditListing { try await $0.emergencies() }
        let rows = found.map { id, state in
            let open = now < state.reviewBy ? "due \(Moment.utc(state.reviewBy))" : "OVERDUE"
            let found = state.findings.map {
                "\($0.finding.name) (\($0.organisation?.description ?? "owner"))"
            }
            let review = (found + (state.isReviewed ? [] : [open])).joined(separator: ", ")
            return Printed.Emergency(
                emergency: id, record: state.record, custodian: state.custodian, reason: state.reason.name,
                until: state.notAfter, review: review)
        }
        let overdue = found.count { !$0.state.isReviewed && now >= $0.state.reviewBy }
        try output.print(Printed.Emergencies(emergencies: rows, overdue: overdue)) {
            let short = ShortIDs(rows.map(\.emergency))
            var table = Table("EMERGENCY", "CUSTODIAN", "REASON", "UNTIL", "REVIEW")
            for row in rows {
                table.add(
                    short(row.emergency), row.custodian.description, row.reason, Moment.text(row.until),
                    row.review)
            }
            if table.isEmpty { print(looked.none("emergencies")) } else { table.print() }
            print("\(overdue) review(s) overdue")
        }
    }
}
