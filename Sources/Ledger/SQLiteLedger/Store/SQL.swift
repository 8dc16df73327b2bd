import GRDB
import GRDBSQLite

/// What a statement's parameter is given.
enum SQLValue {
    case blob([UInt8])
    case integer(UInt64)
}

/// The row at which a running statement stands.
struct SQLRow {
    fileprivate let statement: SQLiteStatement

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, column) else { return [] }
        return Array(
            UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(statement, column)) }
}

/// SQL with byte arrays in and out: the connection's statement cache is GRDB's, binding and stepping are
/// SQLite's own, because the detour over `Data` and `Row` costs more than the work.
extension Database {
    /// Executes a statement that gives no rows.
    func run(_ sql: String, _ values: SQLValue...) throws {
        try step(sql, values) { _ in false }
    }

    /// The first row, or nil.
    func first<Result>(
        _ sql: String, _ values: SQLValue..., read: (SQLRow) throws -> Result
    ) throws -> Result? {
        var result: Result?
        try step(sql, values) { row in
            result = try read(row)
            return false
        }
        return result
    }

    /// Every row in turn, until `visit` says false.
    func each(_ sql: String, _ values: SQLValue..., visit: (SQLRow) throws -> Bool) throws {
        try step(sql, values, visit)
    }

    private func step(_ sql: String, _ values: [SQLValue], _ visit: (SQLRow) throws -> Bool) throws {
        let statement = try cachedStatement(sql: sql).sqliteStatement
        // Whatever happened, a cached statement is given back at rest: a running one would keep its
        // transaction open.
        defer { sqlite3_reset(statement) }
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1), of: statement) }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: if try !visit(SQLRow(statement: statement)) { return }
            case SQLITE_DONE: return
            default: throw failure()
            }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32, of statement: SQLiteStatement) throws {
        let code =
            switch value {
            case .integer(let number): sqlite3_bind_int64(statement, index, Int64(bitPattern: number))
            // An empty array may have no address, and SQLite takes that for NULL.
            case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(statement, index, 0)
            case .blob(let bytes): sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), copied)
            }
        guard code == SQLITE_OK else { throw failure() }
    }

    private func failure() -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqliteConnection)),
            message: String(cString: sqlite3_errmsg(sqliteConnection)))
    }
}

/// SQLITE_TRANSIENT: SQLite makes its own copy.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
