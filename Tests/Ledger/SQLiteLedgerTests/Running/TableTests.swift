import Contract
import GRDB
import Identity
import Ledger
import Primitives
import Testing

@testable import ContractCases
@testable import LedgerCases
@testable import SQLiteLedger
@testable import SignedCases

/// The contract's decision tables on the embedded ledger, line by line: each in a
/// transaction that finds the state that the line finds, at the line's time, and leaves no trace.
@Suite("Decision tables on the embedded ledger") struct TableTests {
    /// Ends the transaction.
    private struct Seen: Error {}

    @Test("every line: the contract's own writes, byte by byte, and its refusals")
    func lines() throws {
        let directory = TestDirectory()
        let path = directory.path + "/ledger.sqlite"
        try LedgerDatabase.create(at: path, genesis: Cast.signed.genesis, file: Cast.signed.genesisFile)
        let database = try LedgerDatabase(path: path)
        defer { database.close() }
        var (lines, accepted, repeated) = (0, 0, 0)
        for table in DecisionTable.all {
            try table.play(in: .signed) { line, world, expected in
                lines += 1
                let name = "\(table.name): \(line.text)"
                guard let signed = try? SignedStatement(expected.message, network: Cast.signed.network) else {
                    #expect(line.expected == "malformed", "\(name)")
                    return
                }
                guard let statement = signed.verified() else {
                    #expect(line.expected == "signatureInvalid", "\(name)")
                    return
                }
                let ended: Result<Void, Seen> = try database.attempt { tables in
                    try Self.put(world.state, into: tables)
                    var head = LogHead(beforeFirstOf: Cast.signed.genesis, network: Cast.signed.network)
                    head.time = min(world.accepted.last?.time ?? 0, line.time)
                    var execution = Execution(after: head, clock: line.time, tables: tables)
                    switch try execution.append(statement) {
                    case .rejected(let code):
                        #expect("\(code)" == line.expected, "\(name)")
                        #expect(try tables.size() == 0 && execution.head.size == 0, "\(name)")
                    case .present:
                        // Whoever sends a statement again is told where it is.
                        repeated += 1
                        #expect(line.expected == "replayed", "\(name)")
                    case .appended(let position, let time):
                        accepted += 1
                        #expect(line.expected == "ok" && position == 0 && time == line.time, "\(name)")
                        let entry = try tables.logEntry(at: 0)
                        let writes = Write.encoded(expected.writes)
                        #expect(entry.writesDigest == Digest(hashing: writes), "\(name)")
                        #expect(entry.statement == expected.message, "\(name)")
                        var state = world.state
                        for write in expected.writes { state[write.key] = write.value }
                        #expect(try Self.state(in: tables) == state, "\(name)")
                    }
                    return .failure(Seen())
                }
                guard case .failure = ended else { preconditionFailure("it is rolled back") }
            }
        }
        #expect(lines == DecisionTable.all.map(\.lineCount).reduce(0, +) && lines > 1800, "\(lines)")
        #expect(accepted > 800 && repeated > 0, "\(accepted) and \(repeated) of \(lines)")
    }

    private static func put(_ state: [StateKey: [UInt8]], into tables: LedgerTables) throws {
        try tables.connection.execute(sql: "DELETE FROM state")
        var position: UInt64 = 1
        for (key, value) in state {
            if let id = key.markedStatement {
                try tables.mark(id, value: value, position: position)
                position += 1
            } else {
                try tables.apply(Write(key: key, value: value))
            }
        }
    }

    private static func state(in tables: LedgerTables) throws -> [StateKey: [UInt8]] {
        var state: [StateKey: [UInt8]] = [:]
        try tables.eachMark { key, mark, _ in state[key] = mark.value }
        try tables.eachStateRow { state[$0] = $1.value }
        return state
    }
}
