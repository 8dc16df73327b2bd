import Dispatch
import Synchronization

extension Stories {
    /// Stories told, their statements signed: on all processors.
    package func make(_ count: Int) -> [[Statement]] {
        let parts = Mutex([[[Statement]]]())
        DispatchQueue.concurrentPerform(iterations: 2) { part in
            let own = (0..<(count + part) / 2).map { _ in story() }
            parts.withLock { $0.append(own) }
        }
        return parts.withLock { $0.flatMap { $0 } }
    }

    /// Each client takes one story after the other and waits for every statement. Returns how long all of it
    /// took and each statement's latency, in seconds.
    @discardableResult
    package static func tell<Client: Sendable>(
        _ stories: [[Statement]], by clients: [Client],
        submit: @escaping @Sendable (Statement, Client) async throws -> Void
    ) async throws -> (seconds: Double, latencies: [Double]) {
        let turns = Turns()
        let start = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for client in clients {
                group.addTask {
                    var latencies = [Double]()
                    while true {
                        let index = turns.next()
                        guard index < stories.count else { return latencies }
                        for statement in stories[index] {
                            let start = ContinuousClock.now
                            try await submit(statement, client)
                            latencies.append(seconds(.now - start))
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        return (seconds(.now - start), latencies)
    }
}

/// Hands out numbers from 0.
private final class Turns: Sendable {
    private let count = Atomic(0)
    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
