import ArgumentParser
import Contract
import Members
import Terminal
import Workflow

/// `medseal disclosures`
struct DisclosuresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disclosures",
        abstract: "An accounting of what your organisation has released, or for an auditor of what all have.",
        discussion: """
            One row a release, from the ledger and proven to be on it: when, which record, who got it, why.

            An auditing organisation's members see the releases of all organisations that keep records; others may name one with \
            --organisation, for the ledger is the same for all.

            Examples:
              medseal disclosures --since 2026-01-01 --until 2027-01-01 --csv --home registrar
              medseal disclosures --json --home registrar
            """)

    @Option(help: ArgumentHelp("Releases by this organisation.", valueName: "name"))
    var organisation: OrganisationName?

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"))
    var since: MomentOption?

    @Option(help: ArgumentHelp("Before this time.", valueName: "time"))
    var until: MomentOption?

    @Flag(help: "Print comma-separated values (RFC 4180).")
    var csv = false

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (rows, looked) = try await member.listing {
            try await $0.disclosures(of: organisation, since: since?.time, until: until?.time)
        }
        if csv { return print(Disclosure.csv(rows), terminator: "") }
        try output.print(rows) {
            let short = ShortIDs(rows.map(\.record))
            var table = Table("TIME", "CUSTODIAN", "RECORD", "READER", "REASON")
            for row in rows {
                table.add(
                    Moment.text(row.time), "\(row.custodian)", short(row.record), row.reader, row.reason)
            }
            if table.isEmpty { print(looked.none("releases")) } else { table.print() }
        }
    }
}
