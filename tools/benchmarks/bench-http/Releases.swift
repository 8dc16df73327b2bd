import API
import Contract
import Identity
import Primitives
import Remote
import Synchronization
import Workload

/// Has everything of the stories said but their releases; gives those.
func grant(_ batch: [[Stories.Statement]], by connections: [Connection]) async throws -> [Stories.Statement] {
    try await store(for: batch, by: connections)
    try await Stories.tell(
        batch.map { Array($0.prefix(Stories.beforeReleases)) }, by: connections, submit: submit)
    return batch.flatMap { $0.dropFirst(Stories.beforeReleases) }
}

/// Records a release and has the first byte of what it lets its reader have, which is a file's only piece here.
@Sendable func release(_ statement: Stories.Statement, _ connection: Connection) async throws {
    try await submit(statement, connection)
    let served = try await connection.calling(as: statement.key).call(
        .get,
        Routes.Organisation(stories.hospital.name).releasedBlob(
            statement.id.hex, Digest(hashing: Stories.file).hex))
    precondition(served == Stories.file)
}

/// Releases by all connections as fast as they go, then at half of that rate: each connection begins one at its
/// own times, whether it is late or not, and what it is late by counts.
func measureReleases(by connections: [Connection], stories count: Int) async throws -> [(String, Double)] {
    _ = try await Stories.tell(
        [try await grant(stories.make(count / 2), by: connections)].flatMap { $0.map { [$0] } },
        by: connections, submit: release)
    let (took, latencies) = try await Stories.tell(
        try await grant(stories.make(count), by: connections).map { [$0] }, by: connections, submit: release)
    let rate = Double(latencies.count) / took

    let paced = try await grant(stories.make(count), by: connections)
    let interval = Duration.seconds(2 * Double(connections.count) / rate)
    let start = ContinuousClock.now
    let late = try await withThrowingTaskGroup(of: [Double].self) { group in
        for (number, connection) in connections.enumerated() {
            group.addTask {
                var latencies = [Double]()
                let own = stride(from: number, to: paced.count, by: connections.count)
                for (turn, index) in own.enumerated() {
                    let due =
                        start + interval * turn
                        + interval * (Double(number) / Double(connections.count))
                    try await Task.sleep(until: due, clock: .continuous)
                    try await release(paced[index], connection)
                    latencies.append(seconds(.now - due))
                }
                return latencies
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
    return [
        ("rate", rate), ("median", latencies.quantile(0.5)), ("p99", latencies.quantile(0.99)),
        ("paced rate", rate / 2), ("paced median", late.quantile(0.5)), ("paced p99", late.quantile(0.99)),
    ]
}
