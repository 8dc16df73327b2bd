import Contract
import Identity
import Ledger
import SQLiteLedger
import TransparencyLog
import Workload

let network = BenchNetwork()

func openLedger() throws -> EmbeddedLedger {
    try EmbeddedLedger(
        directory: directory, genesis: network.file, key: network.ledgerKey,
        clock: { BenchNetwork.created + 10 })
}

func size(of ledger: EmbeddedLedger) throws -> UInt64 {
    try Checkpoint(decoding: SignedNote(decoding: ledger.checkpoint()).text).head.size
}

/// Opens the ledger and enrols whoever speaks in this process.
func openSpeaking() async throws -> EmbeddedLedger {
    let ledger = try openLedger()
    for statement in network.stories.enrolments { try await submit(statement, to: ledger) }
    return ledger
}

/// Makes the ledger if there is none, and lets it grow.
func grow(to entries: Int) async throws {
    do {
        try EmbeddedLedger.create(at: directory, genesis: network.file)
    } catch {
        guard error == .exists else { throw error }
    }
    let ledger = try await openSpeaking()
    while try Int(size(of: ledger)) < entries {
        let left = (entries - Int(try size(of: ledger))) / 8 + 1
        // More at once than is measured: it only has to become large.
        try await submit(network.stories.make(min(left, 2_000)), to: ledger, clients: 512)
        progress("\r\(try size(of: ledger)) entries")
    }
    progress("\n")
    ledger.close()
}

/// Submits the stories by so many clients.
@discardableResult
func submit(
    _ told: [[Stories.Statement]], to ledger: EmbeddedLedger, clients: Int
) async throws -> (seconds: Double, latencies: [Double]) {
    let clients = Array(repeating: ledger, count: clients)
    return try await Stories.tell(told, by: clients) { try await submit($0, to: $1) }
}

@Sendable func submit(_ statement: Stories.Statement, to ledger: EmbeddedLedger) async throws {
    if case .rejected(let code) = try await ledger.submit(statement.bytes) { fatalError(code.explanation) }
}

/// Prints throughput by `clients`, the latency of a lone client, and what reading costs, with the ledger as it
/// is.
func measure(clients: Int) async throws {
    let ledger = try await openSpeaking()
    let before = Double(try size(of: ledger))
    var rounds = [(rate: Double, latencies: [Double], processor: Double)]()
    for _ in 0..<3 {
        let batch = network.stories.make(2_000)
        let processor = processorSeconds()
        let (took, latencies) = try await submit(batch, to: ledger, clients: clients)
        let count = Double(latencies.count)
        rounds.append((count / took, latencies, (processorSeconds() - processor) / count))
    }
    let middle = rounds.sorted { $0.rate < $1.rate }[1]
    let lone = try await submit(network.stories.make(40), to: ledger, clients: 1).latencies

    let checked = network.stories.make(100).joined()
    let (_, verifying) = timed { for statement in checked { network.check(statement.bytes) } }

    let size = try size(of: ledger)
    var (positions, values, proofs, lists) = ([Double](), [Double](), [Double](), [Double]())
    for round in 0..<2_000 {
        let random = UInt64.random(in: 0..<size)
        let entry = try LogEntry.decode(try ledger.entries(from: random, limit: 1)[0])
        let id = try SignedStatement(entry.statement, network: network.id).id
        let (position, lookup) = try timed { try ledger.position(of: id)! }
        positions.append(lookup)
        values.append(try timed { try ledger.value(of: .statement(id)) }.1)
        proofs.append(try timed { try ledger.inclusionProof(position: position, size: size) }.1)
        // What came of it, from the first entry on: looks into every span of the index. Some are enough.
        guard round.isMultiple(of: 20) else { continue }
        let query = EntryQuery(subject: id.bytes)
        lists.append(try timed { try ledger.positions(of: query, after: nil, limit: 100) }.1)
    }
    let (_, closing) = timed { ledger.close() }
    printJSON([
        ("entries", before), ("rate", middle.rate), ("median", middle.latencies.quantile(0.5)),
        ("p99", middle.latencies.quantile(0.99)), ("processor", middle.processor),
        ("verify", verifying / Double(checked.count)),
        ("lone", lone.quantile(0.5)), ("lone p99", lone.quantile(0.99)),
        ("position", positions.quantile(0.5)),
        ("value", values.quantile(0.5)), ("proof", proofs.quantile(0.5)),
        ("list", lists.quantile(0.5)),
        ("closing", closing),
    ])
}
