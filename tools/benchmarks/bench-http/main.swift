// What tools/bench runs beside `medseald run`; prints one JSON object.
//
//   bench-http statements|releases NETWORK PASSPHRASE-FILE SERVER-PROCESS CLIENTS STORIES
//
// statements: STORIES, of eight statements each, are told in each of three rounds.
// releases: their releases alone, each until the first byte is served.
// NETWORK is the folder that `medseal network init` made, its first organisation a hospital, its second an insurer.

import API
import Files
import Foundation
import Remote
import Workload

let arguments = CommandLine.arguments
guard arguments.count == 7, ["statements", "releases"].contains(arguments[1]), let server = Int(arguments[4]),
    let clients = Int(arguments[5]), let count = Int(arguments[6])
else {
    fatalError("usage: bench-http statements|releases NETWORK PASSPHRASE-FILE SERVER-PROCESS CLIENTS STORIES")
}
let network = try Network(Folder(arguments[2]))
let stories = try Stories(network, in: Folder(arguments[2]), passphraseFile: arguments[3])

try await connections(clients) { connections in
    let first = connections[0]
    for statement in stories.enrolments { try await submit(statement, first) }
    try await first.prepare(for: stories)
    if arguments[1] == "releases" {
        return printJSON(try await measureReleases(by: connections, stories: count))
    }
    // The connections are made and everything is warm.
    let warming = stories.make(count / 2)
    try await store(for: warming, by: connections)
    try await Stories.tell(warming, by: connections, submit: submit)

    var rounds = [(rate: Double, latencies: [Double], server: Double, client: Double)]()
    for _ in 0..<3 {
        let batch = stories.make(count)
        try await store(for: batch, by: connections)
        let before = (server: processorSeconds(of: server), client: processorSeconds())
        let (took, latencies) = try await Stories.tell(batch, by: connections, submit: submit)
        let told = Double(latencies.count)
        rounds.append(
            (
                told / took, latencies, (processorSeconds(of: server) - before.server) / told,
                (processorSeconds() - before.client) / told
            ))
    }
    let middle = rounds.sorted { $0.rate < $1.rate }[1]
    let few = stories.make(max(4, count / 25))
    try await store(for: few, by: connections)
    let lone = try await Stories.tell(few, by: [first], submit: submit).latencies
    printJSON([
        ("rate", middle.rate), ("median", middle.latencies.quantile(0.5)),
        ("p99", middle.latencies.quantile(0.99)), ("server", middle.server), ("client", middle.client),
        ("lone", lone.quantile(0.5)), ("lone p99", lone.quantile(0.99)),
    ])
}

/// Submits a statement and believes the receipt only when its checkpoint is the ledger's.
@Sendable func submit(_ statement: Stories.Statement, _ connection: Connection) async throws {
    let receipt = try await connection.submit(statement.bytes, signedBy: statement.key)
    precondition(receipt.acknowledged == .durable)
}

/// Runs `body` with so many connections, each of its own.
func connections(
    _ count: Int, beside opened: [Connection] = [], _ body: ([Connection]) async throws -> Void
) async throws {
    guard opened.count < count else { return try await body(opened) }
    try await Connection.open(network, caller: stories.clinician, home: nil) {
        try await connections(count, beside: opened + [$0], body)
    }
}
