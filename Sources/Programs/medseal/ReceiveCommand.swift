import API
import ArgumentParser
import Contract
import Members
import Remote
import Terminal

/// `medseal receive`
struct ReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "Receive a record that a patient lets your hospital keep too (gateway).",
        discussion: "Example: medseal receive --grant GRANT --home gateway2")

    @Option(help: ArgumentHelp("A transfer grant's id.", valueName: "grant"))
    var grant: TypedStatement?

    @Option(help: ArgumentHelp("Everything granted in answer to this request.", valueName: "request"))
    var request: TypedStatement?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (grant == nil) != (request == nil) else {
            throw ValidationError("Name one of --grant and --request.")
        }
    }

    func run() async throws {
        let (rows, failure) = try await member.open { member -> ([Printed.Received], (any Error)?) in
            try await member.each(of: try await member.grants(grant, answering: request), "received") {
                let done = try await member.receive($0)
                return Printed.Received(
                    record: done.record, files: done.files, alreadyCustodian: done.receipt == nil,
                    position: done.receipt?.position, acknowledged: done.receipt?.acknowledged)
            }
        }
        let short = ShortIDs(rows.map(\.record))
        try output.print(rows) {
            for row in rows {
                if let position = row.position, let acknowledged = row.acknowledged {
                    print(
                        "Received record \(short(row.record)): \(row.files) file(s), acknowledged at ledger position \(position) (\(acknowledged))"
                    )
                } else {
                    print("Custodian of record \(short(row.record)) already")
                }
            }
        }
        if let failure { throw failure }
    }
}

extension Member {
    /// What `body` makes of each of `grants`, one after the other. Where one fails, what the ones before have come to, and
    /// why; standard error is told how many. Throws where the first fails.
    func each<Row>(
        of grants: [StatementID], _ verb: String, _ body: (StatementID) async throws -> Row
    ) async throws -> ([Row], (any Error)?) {
        var rows = [Row]()
        for grant in grants {
            do {
                rows.append(try await body(grant))
            } catch  where !rows.isEmpty {
                Standard.error(
                    "medseal: \(rows.count) of \(grants.count) records were \(verb), grant \(grant.short) not"
                )
                return (rows, error)
            }
        }
        return (rows, nil)
    }

    /// The grant that was typed, or those that answer the request that was.
    func grants(
        _ grant: TypedStatement?, answering request: TypedStatement?
    ) async throws -> [StatementID] {
        if let grant { return [try await connection.statement(grant, "grant")] }
        guard let request else { return [] }
        return try await grants(answering: try await connection.statement(request, "request"))
    }
}
