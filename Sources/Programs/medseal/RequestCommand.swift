import API
import ArgumentParser
import Contract
import Foundation
import Homes
import Members
import Remote
import Terminal

/// `medseal request`
struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request", abstract: "Ask a hospital for access to a patient's records.",
        discussion: """
            Who and what is asked for stands in a letter that only the hospital opens; the ledger gets its hash.

            Example: medseal request --custodian hospital1 --patient-file number.txt --purpose claim --days 30 \
            --home officer
            """)

    @Option(help: ArgumentHelp("The hospital or laboratory that keeps the records.", valueName: "name"))
    var custodian: OrganisationName

    @OptionGroup var patient: PatientNumberOptions

    @Option(help: "What for.")
    var purpose: TypedChoice<Purpose>

    @Option(help: ArgumentHelp("For how many days from now.", valueName: "days"))
    var days: Int

    @Flag(help: "Ask for a transfer: to keep the records too (hospitals and laboratories).")
    var transfer = false

    @Option(
        help: ArgumentHelp(
            "What the patient shall read; others on this machine can read it meanwhile.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("Read the text from this file, or standard input (-).", valueName: "file"))
    var textFile: String?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard text == nil || textFile == nil else {
            throw ValidationError("Give --text or --text-file, not both.")
        }
    }

    func run() async throws {
        let asked = AccessRequest(
            of: custodian, patient: try patient.read(), purpose: purpose.value, days: days,
            kind: transfer ? .transfer : .read,
            text: try PersonalText.lines(text, file: textFile, "text"))
        let (id, receipt) = try await member.open { try await $0.request(asked) }
        let answer = Printed.Requested(
            request: id, position: receipt.position, acknowledged: receipt.acknowledged)
        try output.print(answer) {
            print("Request \(id.short)")
            print("  \(receipt.shown); \(custodian) will pass it on to the patient")
        }
    }
}

/// `medseal requests`
struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "List requests: those to your hospital's desk, and your own.",
        discussion: "Example: medseal requests --home ada")

    @Flag(help: "Also those that were routed, answered or have expired.")
    var all = false

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (rows, looked) = try await member.listing { try await $0.requests(all: all) }
        try output.print(rows) {
            guard !rows.isEmpty else { return print(looked.none(all ? "requests" : "requests that wait")) }
            let short = ShortIDs(rows.map(\.id))
            let shortGrant = ShortIDs(rows.flatMap(\.grants))
            for row in rows {
                print("Request \(short(row.id))")
                print("  from     \(row.requester)")
                print("  to       \(row.custodian), for \(row.purpose), until \(Moment.text(row.notAfter))")
                if let patient = row.patient { print("  patient  \(patient) (\(row.kind ?? "read"))") }
                if let text = row.text, !text.isEmpty { print("  text     \(text)") }
                print("  stage    \(row.stage)")
                for grant in row.grants { print("  grant    \(shortGrant(grant))") }
            }
        }
    }
}

/// `medseal route`
struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Pass a request on to the patient it is about.",
        discussion: "Example: medseal route REQUEST --patient-file number.txt --home ada")

    @Argument(help: ArgumentHelp("The request's id.", valueName: "request"))
    var request: TypedStatement

    @OptionGroup var patient: PatientNumberOptions

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let number = try patient.read()
        let (request, receipt) = try await member.open { member in
            let request = try await member.connection.statement(self.request, "request")
            return (request, try await member.route(request, toPatient: number))
        }
        try output.print(Printed.Routed(request: request, acknowledged: receipt.acknowledged)) {
            print("Routed to the patient's inbox, \(receipt.shown)")
        }
    }
}
