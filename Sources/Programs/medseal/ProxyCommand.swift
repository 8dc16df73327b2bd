import ArgumentParser
import Contract
import Files
import Foundation
import Homes
import Patients
import Remote
import Sealing
import Terminal

/// `medseal delegate`
struct DelegateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delegate", abstract: "Let a guardian or proxy act for a record until a date.",
        discussion: """
            The guardian makes an invitation (medseal proxy invite). Only records that are named here are ever wrapped to a \
            guardian, and a guardian cannot pass them on to another. For a minor: until the day of majority.

            Example: medseal delegate RECORD --to mother.invitation --scope read-and-decide --until 2031-04-02 --home wallet
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: RecordHandle

    @Option(help: ArgumentHelp("The guardian's invitation.", valueName: "file"))
    var to: String

    @Option(help: ArgumentHelp("What the guardian may do.", valueName: "scope"))
    var scope = DelegateScope.read

    @Option(help: ArgumentHelp("Until when: 2031-04-02 or 2031-04-02T12:00:00Z.", valueName: "time"))
    var until: MomentOption

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let receipt = try await patient.patient { patient in
            let invitation = try reading(to) {
                try ProxyInvitation(reading: $0, network: patient.network.id)
            }
            return try await patient.delegate(record, to: invitation, scope: scope, notAfter: until.time)
        }
        try output.print(receipt, "Delegated record \(record) until \(Moment.text(until.time))")
    }
}

/// `medseal undelegate`
struct UndelegateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undelegate", abstract: "End what a guardian or proxy may do, at once.",
        discussion: "Example: medseal undelegate RECORD --key KEY --home wallet")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: RecordHandle

    @Option(help: ArgumentHelp("The guardian's key, as `medseal history` shows it.", valueName: "key"))
    var key: PublicKey

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let receipt = try await patient.patient { try await $0.undelegate(record, key) }
        try output.print(receipt, "Ended the delegation of record \(record)")
    }
}

/// `medseal proxy`
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Act for somebody else's records, as guardian or proxy.",
        discussion: "A guardian has a wallet too, and has joined a hospital with it.",
        subcommands: [ProxyInvite.self, ProxyRecords.self, ProxyFetch.self, ProxyRevoke.self])
}

struct ProxyInvite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make the file by which a patient can entrust records to you.",
        discussion: """
            It holds public keys only, one for each record, so that nothing on the ledger links two. Number the next \
            invitation on from where this one ends.

            Example: medseal proxy invite --records 10 --to mother.invitation --home wallet
            """)

    @Option(help: ArgumentHelp("For how many records.", valueName: "number"))
    var records = 10

    @Option(help: ArgumentHelp("The number of its first key.", valueName: "number"))
    var from = 0

    @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
    var to: String

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let file = Folder(to)
        let invitation = try patient.patient().invitation(count: records, from: from)
        try file.parent.write(try invitation.encoded(), as: file.name)
        try output.print(["invitation": to]) { print("Wrote \(to), for \(records) records") }
    }
}

struct ProxyRecords: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "List the records that were entrusted to you.",
        discussion: "Example: medseal proxy records --home wallet")

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        struct Row: Encodable {
            var record: RecordHandle
            var scope: String
            var until: LedgerTime
            var isOver: Bool
        }
        let now = machineTime()
        let rows = try await patient.patient { try await $0.entrusted() }.map {
            Row(
                record: $0.handle, scope: $0.state.scope.name, until: $0.state.notAfter,
                isOver: $0.state.isOver(at: now, in: $0.record))
        }
        try output.print(rows) {
            var table = Table("RECORD", "SCOPE", "UNTIL")
            for row in rows {
                table.add(row.record.hex, row.scope, row.isOver ? "over" : Moment.text(row.until))
            }
            if table.isEmpty { print("Nothing was entrusted to you.") } else { table.print() }
        }
    }
}

struct ProxyFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Fetch and open a record that was entrusted to you.",
        discussion: "Example: medseal proxy fetch RECORD -o scans --home wallet")

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
        try form.print(
            try await patient.patient { try await $0.fetchEntrusted(record, into: places) }, in: places)
    }
}

struct ProxyRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a grant on a record that was entrusted to you.",
        discussion: "Example: medseal proxy revoke GRANT --home wallet")

    @Argument(help: ArgumentHelp("The grant's id.", valueName: "grant"))
    var grant: StatementID

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let receipt = try await patient.patient { try await $0.revokeEntrusted(grant) }
        try output.print(receipt, "Revoked \(grant)")
    }
}
