import GRDB
import Ledger

@testable import SQLiteLedger

/// Runs `body` with the tables of a ledger of which nothing is stored yet, in memory, as one transaction.
func withEmptyTables(_ body: (LedgerTables) throws -> Void) throws {
    let database = try DatabaseQueue()
    try LedgerDatabase.migrator.migrate(database)
    try database.write { try body(LedgerTables(connection: $0)) }
}
