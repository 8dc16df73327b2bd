import Contract
import Dispatch
import Ledger
import Synchronization
import TransparencyLog

let network = BenchNetwork()

func openLedger() throws -> EmbeddedLedger {
    try EmbeddedLedger(
        directory: directory, genesis: network.file, key: network.ledgerKey,
        clock: { BenchNetwork.created + 10 })
}

func size(of ledger: EmbeddedLedger) throws -> UInt64 {
    try Checkpoint(decoding: SignedNote(decoding: ledger.checkpoint()).text).head.size
}

func grow(to entries: Int, clients: Int) async throws {
    try EmbeddedLedger.create(at: directory, genesis: network.file)
    let ledger = try openLedger()
    for statement in network.enrolments { _ = try await submit(statement, to: ledger) }
    var some = [StatementID]()
    while try size(of: ledger) < 10_000 {
        try await submit(stories(500), to: ledger, clients: clients, &some)
    }
    let small = try await measure(ledger, clients: clients, &some)
    while try Int(size(of: ledger)) < entries {
        let left = (entries - Int(try size(of: ledger))) / 8 + 1
        // More at once than is measured: it only has to become large.
        try await submit(stories(min(left, 5_000)), to: ledger, clients: 512, &some)
        progress("\r\(try size(of: ledger)) entries")
    }
    progress("\n")
    let large = try await measure(ledger, clients: clients, &some)
    let (_, closing) = timed { ledger.close() }
    printJSON(
        small.map { ("small " + $0, $1) } + large.map { ("large " + $0, $1) } + [("closing", closing)])
}

/// Stories told, their statements signed: on all processors.
func stories(_ count: Int) -> [[[UInt8]]] {
    let parts = Mutex([[[UInt8]]]())
    DispatchQueue.concurrentPerform(iterations: 2) { part in
        let own = (0..<(count + part) / 2).map { _ in network.story() }
        parts.withLock { $0 += own }
    }
    return parts.withLock { $0 }
}

func submit(_ statement: [UInt8], to ledger: EmbeddedLedger) async throws -> Double {
    let start = ContinuousClock.now
    if case .rejected(let code) = try await ledger.submit(statement) { fatalError(code.explanation) }
    return seconds(.now - start)
}

/// Each client takes one story after the other and waits for every statement. Returns the latencies and adds
/// a few of the ids to `some`.
@discardableResult
func submit(
    _ stories: [[[UInt8]]], to ledger: EmbeddedLedger, clients: Int, _ some: inout [StatementID]
) async throws -> (seconds: Double, latencies: [Double]) {
    let turns = Turns()
    let start = ContinuousClock.now
    let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
        for _ in 0..<clients {
            group.addTask {
                var latencies = [Double]()
                while true {
                    let index = turns.next()
                    guard index < stories.count else { return latencies }
                    for statement in stories[index] {
                        latencies.append(try await submit(statement, to: ledger))
                    }
                }
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    let took = seconds(.now - start)
    for story in stories.indices where story % 100 == 0 {
        some.append(network.id(of: stories[story][story / 100 % 8]))
    }
    return (took, latencies)
}

/// Throughput by `clients`, the latency of a lone client, and what reading costs, with the ledger as it is.
func measure(
    _ ledger: EmbeddedLedger, clients: Int, _ some: inout [StatementID]
) async throws -> [(String, Double)] {
    let before = Double(try size(of: ledger))
    var rounds = [(rate: Double, latencies: [Double], processor: Double)]()
    for _ in 0..<3 {
        let batch = stories(2_000)
        let processor = processorSeconds()
        let (took, latencies) = try await submit(batch, to: ledger, clients: clients, &some)
        let count = Double(latencies.count)
        rounds.append((count / took, latencies, (processorSeconds() - processor) / count))
    }
    let middle = rounds.sorted { $0.rate < $1.rate }[1]
    var lone = [Double]()
    for statement in stories(40).joined() { lone.append(try await submit(statement, to: ledger)) }

    let checked = stories(100).joined()
    let (_, verifying) = timed { for statement in checked { network.check(statement) } }

    let size = try size(of: ledger)
    var (positions, values, proofs) = ([Double](), [Double](), [Double]())
    for _ in 0..<2_000 {
        let id = some.randomElement()!
        let (position, lookup) = try timed { try ledger.position(of: id)! }
        positions.append(lookup)
        values.append(try timed { try ledger.value(of: .statement(id)) }.1)
        proofs.append(try timed { try ledger.inclusionProof(position: position, size: size) }.1)
    }
    return [
        ("entries", before), ("rate", middle.rate), ("median", middle.latencies.quantile(0.5)),
        ("p99", middle.latencies.quantile(0.99)), ("processor", middle.processor),
        ("verify", verifying / Double(checked.count)),
        ("lone", lone.quantile(0.5)), ("lone p99", lone.quantile(0.99)),
        ("position", positions.quantile(0.5)),
        ("value", values.quantile(0.5)), ("proof", proofs.quantile(0.5)),
    ]
}

/// Hands out numbers from 0.
private final class Turns: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
