import API
import ArgumentParser
import Contract
import Foundation
import Homes
import Patients
import Remote
import Sealing
import Terminal
import Workflow

/// `medseal approve`
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Grant what a request asks for, or less.",
        discussion: """
            Shows what will be granted, to whom, what for, until when and how often, and asks. The ledger is asked about all of \
            it before any of it is ordered; what is in force afterwards is said, also when something fails.

            Examples:
              medseal approve REQUEST --record RECORD --days 14 --home wallet
              medseal approve REQUEST --record RECORD --file report.pdf --file 'series2-*' --home wallet
              medseal approve REQUEST --record RECORD --removal --home wallet
            """)

    @Argument(help: ArgumentHelp("The request's id.", valueName: "request"))
    var request: TypedStatement

    @Option(
        name: .customLong("record"),
        help: ArgumentHelp("A record to grant; may be given more than once.", valueName: "record"))
    var records: [TypedRecord] = []

    @Flag(help: "Grant every record that the hospital keeps.")
    var all = false

    @Option(
        name: .customLong("file"),
        help: ArgumentHelp(
            "Grant only this file of the record, by its name there; may be given more than once. A * stands for any letters: 'series2-*'.",
            valueName: "name"))
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "For how many days. Default: 30, or as many as were asked for if fewer.", valueName: "days"))
    var days: Int?

    @Option(help: ArgumentHelp("How often each record may be released.", valueName: "number"))
    var releases = Patient.releasesDefault

    @Flag(help: "Grant what is added to the records later, too.")
    var growing = false

    @Flag(help: "Have the records of --record erased for good: the custodian asks for that.")
    var removal = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard all != !records.isEmpty else {
            throw ValidationError("Say what to grant: --record RECORD, or --all.")
        }
        guard !(removal && growing) else {
            throw ValidationError("--removal grants nothing: leave out --growing.")
        }
        guard !(removal && all) else { throw ValidationError("--removal needs every --record by name.") }
        guard files.isEmpty || !(removal || growing) else {
            throw ValidationError("--file grants single files: leave out --removal and --growing.")
        }
    }

    func run() async throws {
        let approved = try await patient.patient { patient in
            let request = try await patient.request(self.request)
            if let approved = try await patient.resumeApproval(of: request) {
                Standard.error("medseal: went on with the approval that was cut off")
                return approved
            }
            let asked = try await patient.waitingRequest(request)
            let chosen = all ? nil : try await patient.records(records)
            return removal
                ? try await order(asked, chosen ?? [], patient) : try await grant(asked, chosen, patient)
        }
        try removal ? printRemovals(approved) : printGrants(approved)
        if let failure = approved.failure { throw failure }
    }

    private func grant(
        _ asked: RoutedRequest, _ chosen: [RecordHandle]?, _ patient: Patient
    ) async throws -> Patient.Approved {
        let approval = try await patient.approval(
            of: asked, records: chosen, files: files, days: days, releases: releases, growing: growing)
        try ask(ApprovalText(approval, columns: Folding.columns(of: .error)))
        return try await patient.approve(approval)
    }

    private func order(
        _ asked: RoutedRequest, _ chosen: [RecordHandle], _ patient: Patient
    ) async throws -> Patient.Approved {
        let removal = try await patient.removal(of: asked, records: chosen)
        let contents = await patient.contents(of: removal.records)
        try ask(ApprovalText(removal, contents: contents, columns: Folding.columns(of: .error)))
        return try await patient.approve(removal)
    }

    private func ask(_ text: ApprovalText) throws {
        if !output.json || !yes { text.show() }
        try confirm(text.question, yes: yes)
    }

    // MARK: What became of it

    private func printGrants(_ approved: Patient.Approved) throws {
        let grants = approved.inForce.map(\.id)
        let answer = Printed.Approved(
            grants: grants, notGranted: approved.notInForce, isAnswered: approved.isAnswered,
            acknowledged: approved.acknowledged)
        try output.print(answer) {
            let short = ShortIDs(grants)
            for grant in grants {
                print("Granted \(short(grant)) (\(approved.acknowledged?.rawValue ?? "found on the ledger"))")
            }
            printRest(approved, "Not granted", "medseal revoke GRANT ends what was granted")
        }
    }

    private func printRemovals(_ approved: Patient.Approved) throws {
        let records = approved.inForce.map(\.record)
        let answer = Printed.RemovalsOrdered(
            records: records, notOrdered: approved.notInForce, isAnswered: approved.isAnswered,
            acknowledged: approved.acknowledged)
        try output.print(answer) {
            let short = ShortIDs(records)
            for record in records { print("Ordered record \(short(record)) to be erased") }
            printRest(approved, "Not ordered to be erased", nil)
        }
    }

    private func printRest(_ approved: Patient.Approved, _ verb: String, _ undoing: String?) {
        let short = ShortIDs(approved.notInForce.map(\.record))
        for each in approved.notInForce { print("\(verb): record \(short(each.record)), \(each.reason)") }
        guard !approved.isAnswered else { return }
        let advice = approved.inForce.isEmpty ? nil : undoing
        print(
            "The request is not answered. Give the command again to go on."
                + (advice.map { " Or: \($0)." } ?? ""))
    }
}

extension Patient.Approved {
    fileprivate var notInForce: [Printed.NotOrdered] {
        orders.compactMap { order in
            switch order.outcome {
            case .inForce: nil
            case .notTried: Printed.NotOrdered(record: order.record, reason: "not begun")
            case .refused(let code): Printed.NotOrdered(record: order.record, reason: code.explanation)
            }
        }
    }
}

/// `medseal reject`
struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject a request.",
        discussion: "Example: medseal reject REQUEST --home wallet")

    @Argument(help: ArgumentHelp("The request's id.", valueName: "request"))
    var request: TypedStatement

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (request, receipt) = try await patient.patient { patient in
            let request = try await patient.request(self.request)
            return (request, try await patient.reject(try await patient.waitingRequest(request)))
        }
        try output.print(Printed.Rejected(request: request, acknowledged: receipt.acknowledged)) {
            print("Rejected \(request.short), \(receipt.shown)")
        }
    }
}

/// `medseal revoke`
struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a grant, every grant on a record or to somebody, or all, at once.",
        discussion: """
            What was released before stays with its reader; nothing more is released.

            Examples:
              medseal revoke GRANT --home wallet
              medseal revoke --to KEY --home wallet
              medseal revoke --all --home wallet
            """)

    @Argument(help: ArgumentHelp("The grant's id.", valueName: "grant"))
    var grant: TypedStatement?

    @Option(help: ArgumentHelp("Every grant on this record.", valueName: "record"))
    var record: TypedRecord?

    @Option(help: ArgumentHelp("Every grant to the member of this key.", valueName: "key"))
    var to: TypedKey?

    @Flag(help: "Every grant there is.")
    var all = false

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let named = [grant != nil, record != nil, to != nil, all].count { $0 }
        guard named == 1 else {
            throw ValidationError("Name a grant, or say --record RECORD, --to KEY or --all.")
        }
    }

    func run() async throws {
        if let grant {
            let (meant, receipt) = try await patient.patient { patient in
                let meant = try await patient.grant(grant)
                return (meant, try await patient.revoke(meant))
            }
            let answer = Printed.Revoked(
                grants: [meant], notRevoked: [], acknowledged: receipt.acknowledged)
            return try output.print(answer) { print("Revoked \(meant.short), \(receipt.shown)") }
        }
        let endings = try await patient.patient { patient in
            if let record { return try await patient.revokeAll(of: try await patient.record(record)) }
            guard let to else { return try await patient.revokeAll(to: nil) }
            return try await patient.revokeAll(to: try await patient.grantee(to))
        }
        try report(endings)
    }

    private func report(_ endings: [Patient.Ending]) throws {
        var revoked = [(grant: StatementID, receipt: Wire.Receipt)]()
        var failures = [(grant: StatementID, record: RecordHandle, error: any Error)]()
        for ending in endings {
            switch ending.outcome {
            case .success(let receipt): revoked.append((ending.grant, receipt))
            case .failure(let error): failures.append((ending.grant, ending.record, error))
            }
        }
        let answer = Printed.Revoked(
            grants: revoked.map(\.grant),
            notRevoked: failures.map {
                Printed.NotRevoked(grant: $0.grant, record: $0.record, reason: Ending.sentence(of: $0.error))
            }, acknowledged: revoked.isEmpty ? nil : revoked.map(\.receipt).acknowledged)
        let short = ShortIDs(endings.map(\.grant))
        try output.print(answer) {
            if endings.isEmpty { print("Nothing was in force.") }
            for (grant, receipt) in revoked { print("Revoked \(short(grant)), \(receipt.shown)") }
            for failed in answer.notRevoked {
                print("STILL IN FORCE: grant \(short(failed.grant)): \(failed.reason)")
            }
        }
        if let failed = failures.first { throw failed.error }
    }
}
