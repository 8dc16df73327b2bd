import Contract
import Dispatch
import GRDB
import Ledger
import Migrations

/// The file `ledger.sqlite` and the two connections to it: one writes, one only reads.
///
/// SQLite before 3.51.3 can corrupt a WAL that two connections write or checkpoint at the same time. Here one
/// connection does both, and the others are opened read-only: they can do neither.
struct LedgerDatabase: Sendable {
    private let path: String
    private let writer: DatabaseQueue
    private let reader: DatabaseQueue

    /// Writes a new database file, complete once this returns; it is not durable before the caller has synced
    /// it.
    static func create(at path: String, genesis: Genesis, file: [UInt8]) throws(LedgerError) {
        try translated {
            let queue = try DatabaseQueue(path: path, configuration: configuration(readonly: false))
            try migrator.migrate(queue)
            try queue.inTransaction(.immediate) { connection in
                let tables = LedgerTables(connection: connection)
                try tables.setGenesis(file)
                for write in genesis.writes { try tables.apply(write) }
                return .commit
            }
            // Closing folds the WAL into the file too, but does not tell when that fails.
            try queue.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            try queue.close()
        }
    }

    /// Opens the file, which must be there.
    init(path: String) throws(LedgerError) {
        self.path = path
        (writer, reader) = try Self.translated {
            let writer = try DatabaseQueue(path: path, configuration: Self.configuration(readonly: false))
            // GRDB sets NORMAL once it has switched to WAL: what was acknowledged would not survive a power
            // cut.
            try writer.writeWithoutTransaction { connection in
                // The WAL is folded into the file every 32 MiB: pages that every commit changes are then
                // copied less often.
                try connection.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16384")
            }
            try Self.migrator.migrate(writer)
            // A process that was killed, or whose disk failed, may have left pages in the WAL that are in
            // the page cache only, and syncing once more would not write what failed before. Nothing is built
            // upon them before they are in the file.
            try writer.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            return (writer, try DatabaseQueue(path: path, configuration: Self.configuration(readonly: true)))
        }
    }

    /// The tables as they are made and changed from version to version (migrations/ledger).
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in Migrations.ledger {
            migrator.registerMigration(migration.name) { try $0.execute(sql: migration.sql) }
        }
        return migrator
    }

    private static func configuration(readonly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readonly
        if !readonly { configuration.journalMode = .wal }
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { connection in
            // A statement changes a few pages at random places, and a commit writes each of them whole:
            // with half the usual page it writes half as much. The writer's cache holds the inner pages of a
            // ledger of a million entries, so that it reads the outermost ones only.
            try connection.execute(
                sql: """
                    PRAGMA page_size = 2048; PRAGMA cache_size = \(readonly ? -8192 : -24576);
                    PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON
                    """)
        }
        return configuration
    }

    /// One transaction that writes: durable when this returns, without a trace when it throws.
    func write<Value>(_ body: (LedgerTables) throws -> Value) throws(LedgerError) -> Value {
        let result: Result<Value, Never> = try attempt { .success(try body($0)) }
        return result.get()
    }

    /// One transaction that writes and that `body` may refuse: a failure leaves no trace either.
    func attempt<Value, Refusal: Error>(
        _ body: (LedgerTables) throws -> Result<Value, Refusal>
    ) throws(LedgerError) -> Result<Value, Refusal> {
        try Self.translated {
            var result: Result<Value, Refusal>?
            try writer.inTransaction(.immediate) { connection in
                result = try body(LedgerTables(connection: connection))
                if case .failure = result { return .rollback }
                return .commit
            }
            guard let result else { preconditionFailure("a transaction has a result") }
            return result
        }
    }

    /// One transaction that reads: everything in it is of one moment.
    func read<Result>(_ body: (LedgerTables) throws -> Result) throws(LedgerError) -> Result {
        // GRDB's own `read` has its BEGIN and COMMIT parsed anew each time, which costs as much as a look-up.
        try Self.translated {
            try reader.unsafeRead { connection in
                try connection.run("BEGIN")
                do {
                    let result = try body(LedgerTables(connection: connection))
                    try connection.run("COMMIT")
                    return result
                } catch {
                    try? connection.run("ROLLBACK")
                    throw error
                }
            }
        }
    }

    /// The same on a connection of its own, for what takes long: other readers do not wait.
    func readAtLength<Result>(_ body: (LedgerTables) throws -> Result) throws(LedgerError) -> Result {
        try Self.translated {
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration(readonly: true))
            // It looks at everything, much of it in no order.
            try queue.inDatabase { try $0.execute(sql: "PRAGMA cache_size = -131072") }
            return try queue.read { try body(LedgerTables(connection: $0)) }
        }
    }

    /// What the writing connection says of itself, for the tests: journal mode and synchronous (2 is FULL).
    func durability() throws(LedgerError) -> (journalMode: String?, synchronous: Int?) {
        try Self.translated {
            try writer.writeWithoutTransaction { connection in
                (
                    try String.fetchOne(connection, sql: "PRAGMA journal_mode"),
                    try Int.fetchOne(connection, sql: "PRAGMA synchronous")
                )
            }
        }
    }

    /// Closes the connections, the writing one last: it folds the WAL into the file.
    func close() {
        try? reader.close()
        try? writer.close()
    }

    private static func translated<Result>(_ body: () throws -> Result) throws(LedgerError) -> Result {
        do {
            return try body()
        } catch let error as LedgerError {
            throw error
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_FULL: throw .diskFull
            // The index of the WAL could not grow: nothing was written yet.
            case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: throw .diskFull
            // Neither a file that it needs beside the database nor memory: the transaction was rolled back.
            case .SQLITE_NOMEM, .SQLITE_CANTOPEN: throw .exhausted("SQLite: \(error.message ?? "")")
            case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_NOMEM:
                throw .exhausted("SQLite: \(error.message ?? "")")
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT:
                throw .damaged(
                    Finding(.database, error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"))
            default: throw .storage("SQLite: \(error.message ?? "code \(error.extendedResultCode.rawValue)")")
            }
        } catch {
            throw .storage("\(error)")
        }
    }
}
