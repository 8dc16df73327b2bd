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
    var record: TypedRecord

    @Option(help: ArgumentHelp("The guardian's invitation.", valueName: "file"))
    var to: String

    @Option(help: ArgumentHelp("What the guardian may do.", valueName: "scope"))
    var scope = TypedChoice(DelegateScope.read)

    @Option(help: ArgumentHelp("Until when: 2031-04-02 or 2031-04-02T12:00:00Z.", valueName: "time"))
    var until: MomentOption

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, receipt) = try await patient.patient { patient in
            let invitation = try reading(to) {
                try ProxyInvitation(reading: $0, network: patient.network.id)
            }
            let record = try await patient.record(self.record)
            return (
                record,
                try await patient.delegate(record, to: invitation, scope: scope.value, notAfter: until.time)
            )
        }
        try output.print(receipt, "Delegated record \(record.short) until \(Moment.text(until.time))")
    }
}

/// `medseal undelegate`
struct UndelegateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undelegate", abstract: "End what a guardian or proxy may do, at once.",
        discussion: "Example: medseal undelegate RECORD --key KEY --home wallet")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(help: ArgumentHelp("The guardian's key, as `medseal history` shows it.", valueName: "key"))
    var key: TypedKey

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, receipt) = try await patient.patient { patient in
            let record = try await patient.record(self.record)
            let key = try await patient.delegate(self.key, of: record)
            return (record, try await patient.undelegate(record, key))
        }
        try output.print(receipt, "Ended the delegation of record \(record.short)")
    }
}

/// `medseal proxy`
struct ProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Act for somebody else's records, as guardian or proxy.",
        discussion: "A guardian has a wallet too, and has joined a hospital with it.",
        subcommands: [ProxyInvite.self, ProxyList.self, ProxyFetch.self, ProxyRevoke.self])
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
        try OutputPlace.requireReplaceable(to)
        let invitation = try patient.patient().invitation(count: records, from: from)
        try file.parent.write(try invitation.encoded(), as: file.name)
        try output.print(Printed.Invited(invitation: to, records: records)) {
            print("Wrote \(to), for \(records) records")
        }
    }
}

struct ProxyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the records that were entrusted to you.",
        discussion: "Example: medseal proxy list --home wallet")

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let now = machineTime()
        let rows = try await patient.patient { try await $0.entrusted() }.map {
            Printed.EntrustedRecord(
                record: $0.handle, scope: $0.state.scope.name, until: $0.state.notAfter,
                isOver: $0.state.isOver(at: now, in: $0.record))
        }
        try output.print(rows) {
            let short = ShortIDs(rows.map(\.record))
            var table = Table("RECORD", "SCOPE", "UNTIL")
            for row in rows {
                table.add(short(row.record), row.scope, row.isOver ? "over" : Moment.text(row.until))
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
            try await patient.fetchEntrusted(try await patient.entrustedRecord(record), into: places)
        }
        try form.print([Printed.FetchedRecord(fetched, in: places)])
    }
}

struct ProxyRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a grant on a record that was entrusted to you.",
        discussion: "Example: medseal proxy revoke GRANT --home wallet")

    @Argument(help: ArgumentHelp("The grant's id.", valueName: "grant"))
    var grant: TypedStatement

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (grant, receipt) = try await patient.patient { patient in
            let grant = try await patient.entrustedGrant(self.grant)
            return (grant, try await patient.revokeEntrusted(grant))
        }
        try output.print(receipt, "Revoked \(grant.short)")
    }
}
