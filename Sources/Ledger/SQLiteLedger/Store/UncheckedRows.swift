import Contract
import GRDB
import Identity
import Ledger
import Primitives

/// A row of the table `entries` as it is stored, unchecked.
struct EntryRow: Sendable {
    let position: UInt64
    let leafHash: [UInt8]
    let entry: [UInt8]
}

/// A row of the table `subjects` as it is stored, unchecked.
struct SubjectRow: Hashable {
    let span: UInt64
    let subject: [UInt8]
    let kind: UInt64
    let position: UInt64

    /// Whether it lies there rather than after `other`.
    func precedes(_ other: SubjectRow) -> Bool {
        guard span == other.span else { return span < other.span }
        guard subject == other.subject else { return subject.lexicographicallyPrecedes(other.subject) }
        return (kind, position) < (other.kind, other.position)
    }

    /// Whether it says what the entry at its position is about.
    func holds(of statement: VerifiedStatement) -> Bool {
        span == LedgerTables.span(of: position) && kind == statement.assertion.kind.rawValue
            && statement.indexedSubjects.contains(subject)
    }
}

/// Blobs from `lower` on and before `upper`, if there is one.
struct BlobRange {
    let lower: [UInt8]
    let upper: [UInt8]?
}

/// The tables row by row, unchecked: for an examination, which checks them itself.
extension LedgerTables {
    /// Up to `limit` rows from `position` on, in order.
    func rows(from position: UInt64, limit: Int) throws -> [EntryRow] {
        var rows = [EntryRow]()
        try connection.each(
            """
            SELECT position, leaf_hash, entry FROM entries
            WHERE position >= ? ORDER BY position LIMIT ?
            """, .integer(position), .integer(UInt64(limit))
        ) { row in
            rows.append(
                EntryRow(position: row.integer(0), leafHash: row.blob(1), entry: row.blob(2)))
            return true
        }
        return rows
    }

    func hasSubject(_ subject: [UInt8], kind: StatementKind, position: UInt64) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM subjects WHERE span = ? AND subject = ? AND kind = ? AND position = ?",
            .integer(Self.span(of: position)), .blob(subject), .integer(kind.rawValue), .integer(position)
        ) { _ in true } ?? false
    }

    func storedState(of key: StateKey) throws -> StateRow? {
        if let id = key.markedStatement { return try storedMark(of: id) }
        return try connection.first(
            "SELECT value, check_digest FROM state WHERE key = ?", .blob(StateRow.stored(key))
        ) { StateRow($0, at: 0) }
    }

    /// The statement of an entry, or nil when the entry is damaged or its signatures do not hold.
    func statement(at position: UInt64, network: NetworkID) throws -> VerifiedStatement? {
        guard let row = try rows(from: position, limit: 1).first, row.position == position,
            let entry = try? LogEntry.decode(row.entry)
        else { return nil }
        return try? SignedStatement(entry.statement, network: network).verified()
    }

    /// The statement of an entry, its signatures unchecked; nil when the entry is damaged.
    func storedStatement(at position: UInt64, network: NetworkID) throws -> VerifiedStatement? {
        guard let row = try rows(from: position, limit: 1).first, row.position == position,
            let entry = try? LogEntry.decode(row.entry)
        else { return nil }
        return try? SignedStatement(entry.statement, network: network)
            .verified(hash: SHA256.digest, isValid: { _ in true })
    }

    /// A leaf hash or a node, or nil when it is missing or no hash.
    func storedHash(level: Int, position: UInt64) throws -> [UInt8]? {
        do {
            return try node(level: level, position: position)
        } catch LedgerError.damaged {
            return nil
        }
    }

    /// The rest of the state, in the order in which it lies.
    func eachStateRow(_ visit: (StateKey, StateRow) throws -> Void) throws {
        try connection.each("SELECT key, value, check_digest FROM state ORDER BY number") { row in
            try visit(StateRow.key(stored: row.blob(0)), StateRow(row, at: 1))
            return true
        }
    }

    /// Rows of the rest of the state whose stored keys lie in `keys`.
    func eachStateRow(in keys: BlobRange, _ visit: (StateKey, StateRow) throws -> Void) throws {
        try connection.each(
            """
            SELECT key, value, check_digest FROM state
            WHERE key >= ? AND (? OR key < ?)
            """, .blob(keys.lower), .integer(keys.upper == nil ? 1 : 0), .blob(keys.upper ?? [])
        ) { row in
            try visit(StateRow.key(stored: row.blob(0)), StateRow(row, at: 1))
            return true
        }
    }

    /// Rows of the index of subjects, in the order in which they lie.
    func eachSubject(_ visit: (SubjectRow) throws -> Void) throws {
        try connection.each("SELECT span, subject, kind, position FROM subjects") { row in
            try visit(SubjectRow(row))
            return true
        }
    }

    /// Those of each span whose subject lies in `subjects`; what lies between is not read.
    func eachSubject(in subjects: BlobRange, _ visit: (SubjectRow) throws -> Void) throws {
        try connection.each(
            """
            WITH RECURSIVE spans (span) AS (
                SELECT min(span) FROM subjects
                UNION ALL
                SELECT (SELECT min(span) FROM subjects WHERE span > spans.span) FROM spans
                WHERE span IS NOT NULL)
            SELECT span, subject, kind, position FROM spans CROSS JOIN subjects USING (span)
            WHERE subject >= ? AND (? OR subject < ?)
            """, .blob(subjects.lower), .integer(subjects.upper == nil ? 1 : 0), .blob(subjects.upper ?? [])
        ) { row in
            try visit(SubjectRow(row))
            return true
        }
    }
}

extension SubjectRow {
    /// What is said of the entry at `position`.
    init(_ subject: [UInt8], kind: StatementKind, position: UInt64) {
        self.init(
            span: LedgerTables.span(of: position), subject: subject, kind: kind.rawValue, position: position)
    }

    /// Of the columns in their order.
    fileprivate init(_ row: SQLRow) {
        self.init(
            span: row.integer(0), subject: row.blob(1), kind: row.integer(2), position: row.integer(3))
    }
}

extension StateRow {
    /// Of the columns value and check_digest, from `first` on.
    fileprivate init(_ row: SQLRow, at first: Int32) {
        self.init(value: row.blob(first), position: nil, checkDigest: row.blob(first + 1))
    }
}
