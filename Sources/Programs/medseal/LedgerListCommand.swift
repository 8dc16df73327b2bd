import API
import ArgumentParser
import Auditors
import Contract
import Foundation
import Primitives
import Remote
import Terminal

/// `medseal ledger list`
struct LedgerList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List statements: by record, member or any handle, by kind, by time.",
        discussion: """
            Times are like 2026-11-22 or 2026-11-22T15:00:00Z. A page ends with the position to go on after. --follow goes on with \
            what is committed from now on, until it is interrupted.

            Examples:
              medseal ledger list --about RECORD --home eve
              medseal ledger list --kind release --since 2026-11-01 --home eve
              medseal ledger list --follow --home eve
            """)

    @Option(help: ArgumentHelp("About this record, statement or key.", valueName: "id"))
    var about: TypedID<DigestMeaning>?

    @Option(help: ArgumentHelp("About this organisation.", valueName: "name"))
    var organisation: OrganisationName?

    @Option(help: ArgumentHelp("Only of this kind (deposit, grant, release, ...).", valueName: "kind"))
    var kind: KindOption?

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"))
    var since: MomentOption?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var until: MomentOption?

    @Option(help: ArgumentHelp("After this position.", valueName: "position"))
    var after: UInt64?

    @Option(help: "At most so many, 1 to 1000.")
    var limit: Int = 50

    @Flag(help: "Go on with every new statement as it is committed.")
    var follow = false

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard about == nil || organisation == nil else {
            throw ValidationError("Name one of --about and --organisation.")
        }
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000.") }
        guard !follow || (about == nil && organisation == nil && kind == nil && since == nil && until == nil)
        else { throw ValidationError("--follow goes with --after only: it shows every statement.") }
    }

    func run() async throws {
        if follow { return try await followAll() }
        let (rows, looked) = try await member.auditListing { auditor in
            var query = Connection.Query(
                subject: organisation?.bytes, kind: kind?.kind, since: since?.time, until: until?.time)
            if let about { query.subject = try await auditor.connection.anything(about).bytes }
            return try await auditor.statements(query, after: after, limit: limit)
        }
        try output.print(rows) {
            let short = ShortIDs(rows.map(\.statement))
            let shortSigner = ShortIDs(rows.map(\.signer))
            var table = Table("POSITION", "TIME", "KIND", "STATEMENT", "SIGNED BY")
            for row in rows {
                table.add(
                    "\(row.position)", Moment.text(row.time), row.kind, short(row.statement),
                    shortSigner(row.signer))
            }
            if table.isEmpty { print(looked.none("statements of this kind")) } else { table.print() }
            if rows.count == limit, let last = rows.last {
                print("There may be more: --after \(last.position)")
            }
        }
    }

    private func followAll() async throws {
        try await member.auditing { auditor in
            try await auditor.follow(after: after) { event in
                let text =
                    "\(event.position)  \(Moment.text(event.time))  \(event.kind)  \(event.statement.short)"
                try output.printLine(event, text: text)
            }
        }
    }
}

/// A statement's kind by its name.
struct KindOption: ExpressibleByArgument {
    let kind: StatementKind

    static var allValueStrings: [String] { StatementKind.allCases.map { "\($0)" } }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }

    init?(argument: String) {
        guard let kind = StatementKind.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self.kind = kind
    }
}
