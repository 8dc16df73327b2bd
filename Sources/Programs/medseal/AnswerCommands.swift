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
            Shows exactly what will be released, to whom, what for, until when and how often, and asks.

            Example: medseal approve REQUEST --record RECORD --days 14 --home wallet
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
    }

    func run() async throws {
        if removal {
            try confirm("Have \(records.count) record(s) erased for good?", yes: yes)
            let receipt = try await patient.patient { patient in
                let request = try await patient.request(self.request)
                return try await patient.approveRemoval(
                    try await patient.waitingRequest(request),
                    records: try await patient.records(records))
            }
            return try output.print(receipt, "Ordered \(records.count) record(s) to be erased")
        }
        let approved = try await patient.patient { patient in
            let request = try await patient.request(self.request)
            if let approved = try await patient.resumeApproval(of: request) {
                Standard.error("medseal: went on with the approval that was cut off")
                return approved
            }
            let asked = try await patient.waitingRequest(request)
            let approval = try await patient.approval(
                of: asked, records: all ? nil : try await patient.records(records), days: days,
                releases: releases, growing: growing)
            if !output.json || !yes { show(approval) }
            try confirm("Approve?", yes: yes)
            return try await patient.approve(approval)
        }
        let short = ShortIDs(approved.grants)
        try output.print(Printed.Approved(grants: approved.grants, acknowledged: approved.acknowledged)) {
            for grant in approved.grants { print("Granted \(short(grant)) (\(approved.acknowledged))") }
        }
    }

    private func show(_ approval: ProposedApproval) {
        var lines = [
            "To        \(approval.grantee.shown)",
            "May       \(approval.kind == .read ? "read" : "receive and keep") the records below",
            "For       \(approval.purpose.name)",
            "Until     \(Moment.text(approval.notAfter, on: .error))",
            "At most   \(approval.releases) times each",
            approval.coverage == .growing
                ? "Growing   what is added later, too" : "As it is  nothing that is added later",
        ]
        if approval.request.isUnderAnotherKey { lines.insert("NOTE      \(InboxCommand.otherKey)", at: 1) }
        let short = ShortIDs(approval.items.map(\.record))
        for item in approval.items {
            lines.append("Record    \(short(item.record))")
            lines += item.descriptor.files.map { "  \(Printed.RecordFile($0).line)" }
        }
        // What is asked about belongs beside the question; standard output is for the answer.
        Standard.error(lines.joined(separator: "\n"))
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
        let revoked = try await patient.patient { patient in
            if let record { return try await patient.revokeAll(of: try await patient.record(record)) }
            if let to { return try await patient.revokeAll(to: try await patient.grantee(to)) }
            if all { return try await patient.revokeAll(to: nil) }
            guard let grant else { return [] }
            let meant = try await patient.grant(grant)
            return [(meant, try await patient.revoke(meant))]
        }
        let grants = revoked.map(\.grant)
        let short = ShortIDs(grants)
        try output.print(
            Printed.Revoked(grants: grants, acknowledged: revoked.map(\.receipt).acknowledged)
        ) {
            if revoked.isEmpty { print("Nothing was in force.") }
            for (grant, receipt) in revoked { print("Revoked \(short(grant)), \(receipt.shown)") }
        }
    }
}
