import Dispatch
import GRDB
import Ledger
import Synchronization

/// SQLite's own check of the file and its tables, in the background and on a connection of its own: it needs
/// a core for as long as a tenth of an examination.
final class IntegrityCheck: Sendable {
    private let result = Mutex(Result<[String], LedgerError>.success([]))
    private let group = DispatchGroup()

    /// Begins.
    init(of database: LedgerDatabase) {
        DispatchQueue.global().async(group: group) {
            let found = Result { () throws(LedgerError) in
                try database.readAtLength { try $0.structuralProblems() }
            }
            self.result.withLock { $0 = found }
        }
    }

    /// What was found; waits for it.
    func problems() throws(LedgerError) -> [String] {
        group.wait()
        do throws(LedgerError) {
            return try result.withLock { $0 }.get()
        } catch .damaged(let finding) {
            return [finding.problem]
        }
    }
}

extension LedgerTables {
    /// What SQLite itself finds wrong with the file, and whether the tables are those that the migrations
    /// make.
    func structuralProblems() throws -> [String] {
        var problems = try String.fetchAll(connection, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        let fresh = try DatabaseQueue()
        try LedgerDatabase.migrator.migrate(fresh)
        let expected = try fresh.read { try LedgerTables(connection: $0).schema() }
        if try schema() != expected { problems.append("the tables are not those of this version") }
        return problems
    }

    private func schema() throws -> [Row] {
        try Row.fetchAll(connection, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")
            + Row.fetchAll(connection, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid")
    }
}
