import ArgumentParser
import Contract
import Foundation
import Homes
import Members
import Remote
import Terminal

/// `medseal record`
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "What a custodian does with a record after it was deposited.",
        discussion: """
            What opens a record, to add to it or to seal it anew, is a gateway's to do, and is released on the ledger first.
            """,
        subcommands: [
            RecordAppend.self, RecordReseal.self, RecordAdopt.self, RecordListRemovals.self, RecordErase.self,
            RecordHold.self, RecordDispatch.self, RecordReassign.self,
        ])
}

struct RecordAppend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append", abstract: "Add files to a record (gateway).",
        discussion: """
            With --grant the patient has agreed beforehand (medseal grant --kind append). Without it a draft is written to \
            which the patient has to agree; then submit it.

            Examples:
              medseal record append RECORD report.pdf --grant GRANT --home gateway
              medseal record append RECORD report.pdf --draft append.draft --home gateway
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @OptionGroup var files: FileArguments

    @Option(help: ArgumentHelp("The patient's standing consent.", valueName: "grant"))
    var grant: TypedStatement?

    @Option(help: ArgumentHelp("Write the draft here, for the patient to agree to.", valueName: "file"))
    var draft: String?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (grant == nil) != (draft == nil) else {
            throw ValidationError("Say --grant GRANT, or --draft FILE.")
        }
    }

    func run() async throws {
        let sources = try files.sources()
        if let grant {
            let (record, receipt) = try await member.open { member in
                let record = try await member.connection.record(self.record)
                let consent = try await member.connection.statement(grant, "grant")
                return (record, try await member.append(sources, to: record, under: consent))
            }
            try output.print(receipt, "Added to record \(record.short)")
        } else if let draft {
            let made = try await member.open {
                try await $0.proposeAppend(sources, to: try await $0.connection.record(record))
            }
            try DraftFile(draft).write(made)
            try output.print(Printed.Drafted(draft: draft)) {
                print("Wrote \(draft): the patient has to agree")
            }
        }
    }
}

struct RecordReseal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reseal",
        abstract: "Seal a record anew under another key, as its owner orders (gateway).",
        discussion: """
            For after a revocation: a copy of the old key opens nothing that is stored from now on. Whose grant is in \
            force gets a new envelope. What somebody has copied before stays readable to him: nothing can make it forgotten.

            Example: medseal record reseal RECORD --draft reseal.draft --home gateway
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(help: ArgumentHelp("Write the draft here, for the patient to agree to.", valueName: "file"))
    var draft: String

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let made = try await member.open { try await $0.reseal(try await $0.connection.record(record)) }
        try DraftFile(draft).write(made)
        try output.print(Printed.Drafted(draft: draft)) { print("Wrote \(draft): the patient has to agree") }
    }
}

struct RecordAdopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Give a custodial record to its patient, by a permit (gateway).",
        discussion: "Example: medseal record adopt RECORD --patient-file number.txt --home gateway")

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @OptionGroup var patient: PatientNumberOptions

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let number = try patient.read()
        let (record, receipt) = try await member.open { member in
            let record = try await member.connection.record(self.record)
            return (record, try await member.adopt(record, patient: number))
        }
        try output.print(receipt, "Record \(record.short) is the patient's now")
    }
}

struct RecordListRemovals: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list-removals",
        abstract: "List what patients have ordered to be erased and is still here.",
        discussion: "Example: medseal record list-removals --home gateway")

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (removals, looked) = try await member.listing { try await $0.removals() }
        let rows = removals.map {
            Printed.Removal(record: $0.record, since: $0.since, heldUntil: $0.held?.until)
        }
        try output.print(rows) {
            let short = ShortIDs(rows.map(\.record))
            var table = Table("RECORD", "ORDERED", "HELD UNTIL")
            for row in rows {
                let until = row.heldUntil.map { Moment.text($0) } ?? "-"
                table.add(short(row.record), Moment.text(row.since), until)
            }
            if table.isEmpty { print(looked.none("records that wait to be erased")) } else { table.print() }
        }
    }
}

struct RecordErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erase what has to go, and attest it on the ledger.",
        discussion: """
            Of a removed record everything, of one that was sealed anew what that has replaced: ciphertext, descriptor and \
            envelopes. The server erases, then has the attestation ordered.

            Example: medseal record erase RECORD --home gateway
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (record, receipt) = try await member.open { member in
            let record = try await member.connection.record(self.record)
            return (record, try await member.attestErasure(of: record))
        }
        try output.print(receipt, "Erased record \(record.short)")
    }
}

struct RecordHold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Keep a record whatever its owner orders, openly; or lift that (registrar).",
        discussion: """
            Examples:
              medseal record hold RECORD --reason proceedings --until 2027-06-30 --home registrar
              medseal record hold RECORD --lift --home registrar
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @Option(help: ArgumentHelp("Why.", valueName: "reason"))
    var reason = TypedChoice(HoldReason.retention)

    @Option(help: ArgumentHelp("Until when: 2027-06-30 or 2027-06-30T12:00:00Z.", valueName: "time"))
    var until: MomentOption?

    @Flag(help: "It need not be kept any longer.")
    var lift = false

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (until == nil) == lift else { throw ValidationError("Say --until TIME, or --lift.") }
    }

    func run() async throws {
        let (record, receipt) = try await member.open { member in
            let record = try await member.connection.record(self.record)
            return (record, try await member.hold(record, reason: reason.value, until: until?.time))
        }
        try output.print(receipt, "Record \(record.short) is held" + (lift ? " no longer" : ""))
    }
}

struct RecordDispatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispatch", abstract: "Sign what was sent in a transfer, hash by hash (sender).",
        discussion: """
            The receiver's `medseal receive` signs what it holds: both together are the receipt, and `medseal ledger prove` \
            makes of each a file that anybody can check.

            Example: medseal record dispatch RELEASE --home gateway
            """)

    @Argument(help: ArgumentHelp("The release by which the receiver got it.", valueName: "release"))
    var release: TypedStatement

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (release, receipt) = try await member.open { member in
            let release = try await member.connection.statement(self.release, "release")
            return (release, try await member.dispatch(release))
        }
        try output.print(receipt, "Signed what release \(release.short) sent")
    }
}

struct RecordReassign: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reassign",
        abstract: "Give a record to the new wallet of a patient who lost the old (gateway).",
        discussion: """
            First the new wallet joins and is admitted under the patient's number. A member of a second organisation has to \
            agree to the draft. It takes effect three days after it was submitted, unless the old wallet vetoes it.

            Example: medseal record reassign RECORD --patient-file number.txt --second KEY --second-organisation auditor \
            --draft reassign.draft --home gateway
            """)

    @Argument(help: ArgumentHelp("The record.", valueName: "record"))
    var record: TypedRecord

    @OptionGroup var patient: PatientNumberOptions

    @Option(help: ArgumentHelp("Who has to agree: a member's key.", valueName: "key"))
    var second: TypedKey

    @Option(help: ArgumentHelp("That member's organisation.", valueName: "name"))
    var secondOrganisation: OrganisationName

    @Option(help: ArgumentHelp("Write the draft here.", valueName: "file"))
    var draft: String

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let number = try patient.read()
        let made = try await member.open {
            try await $0.reassign(
                try await $0.connection.record(record), patient: number,
                with: try await $0.connection.member(second), of: secondOrganisation)
        }
        try DraftFile(draft).write(made)
        try output.print(Printed.Drafted(draft: draft)) {
            print("Wrote \(draft): \(secondOrganisation) has to agree")
        }
    }
}
