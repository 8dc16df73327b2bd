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
        let rows = try await member.open { member in
            var rows = [Printed.Received]()
            for grant in try await member.grants(grant, answering: request) {
                let done = try await member.receive(grant)
                rows.append(
                    Printed.Received(
                        record: done.record, files: done.files, alreadyCustodian: done.receipt == nil,
                        position: done.receipt?.position, acknowledged: done.receipt?.acknowledged))
            }
            return rows
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
    }
}

extension Member {
    /// The grant that was typed, or those that answer the request that was.
    func grants(
        _ grant: TypedStatement?, answering request: TypedStatement?
    ) async throws -> [StatementID] {
        if let grant { return [try await connection.statement(grant, "grant")] }
        guard let request else { return [] }
        return try await grants(answering: try await connection.statement(request, "request"))
    }
}
