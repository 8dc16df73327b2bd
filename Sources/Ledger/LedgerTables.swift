import Contract
import GRDB
import Primitives
import TransparencyLog

/// The tables of `ledger.sqlite` within one transaction. Whatever is read is checked; what does not hold is thrown as `damaged`.
struct LedgerTables {
    let connection: Database

    // MARK: The network

    func genesis() throws -> [UInt8]? {
        try connection.first("SELECT genesis FROM network") { $0.blob(0) }
    }

    func setGenesis(_ file: [UInt8]) throws {
        try connection.run("INSERT INTO network (only_row, genesis) VALUES (1, ?)", .blob(file))
    }

    // MARK: The log

    /// The number of entries, as far as the last row tells.
    func size() throws -> UInt64 {
        let last = try connection.first("SELECT position FROM entries ORDER BY position DESC LIMIT 1") { $0.integer(0) }
        return last.map { $0 + 1 } ?? 0
    }

    /// Records the entry and what it is about.
    func append(_ entry: [UInt8], leafHash: [UInt8], at position: UInt64, of statement: VerifiedStatement) throws {
        try connection.run(
            "INSERT INTO entries (position, statement_id, leaf_hash, entry) VALUES (?, ?, ?, ?)", .integer(position),
            .blob(statement.id.bytes), .blob(leafHash), .blob(entry))
        for subject in statement.indexedSubjects {
            try connection.run(
                "INSERT INTO subjects (subject, kind, position) VALUES (?, ?, ?)", .blob(subject),
                .integer(statement.assertion.kind.rawValue), .integer(position))
        }
    }

    /// The entry's bytes. Throws `damaged` when it is missing or differs from its leaf hash.
    func entry(at position: UInt64) throws -> [UInt8] {
        guard let entry = try entries(in: position..<position + 1).first else {
            throw LedgerError.damaged(Finding(.entry(position), "is missing"))
        }
        return entry
    }

    /// Every entry of `positions`, in order. Throws `damaged` when one is missing or differs from its leaf hash.
    func entries(in positions: Range<UInt64>) throws -> [[UInt8]] {
        var entries = [[UInt8]]()
        var next = positions.lowerBound
        try connection.each(
            "SELECT position, leaf_hash, entry FROM entries WHERE position >= ? ORDER BY position LIMIT ?",
            .integer(positions.lowerBound), .integer(UInt64(positions.count))
        ) { row in
            guard row.integer(0) == next else { return false }
            let entry = row.blob(2)
            guard Merkle.leafHash(entry) == row.blob(1) else {
                throw LedgerError.damaged(Finding(.entry(next), "differs from its leaf hash"))
            }
            entries.append(entry)
            next += 1
            return true
        }
        guard next == positions.upperBound else { throw LedgerError.damaged(Finding(.entry(next), "is missing")) }
        return entries
    }

    /// The entry at `position`, decoded. Throws `damaged`.
    func logEntry(at position: UInt64) throws -> LogEntry {
        let bytes = try entry(at: position)
        do throws(CBOR.Malformed) {
            return try LogEntry.decode(bytes)
        } catch {
            throw LedgerError.damaged(Finding(.entry(position), error.reason))
        }
    }

    func position(of id: StatementID) throws -> UInt64? {
        try connection.first("SELECT position FROM entries WHERE statement_id = ?", .blob(id.bytes)) { $0.integer(0) }
    }

    /// Up to `limit` positions of entries of one kind about `subject`, from `start` on.
    func positions(about subject: [UInt8], kind: StatementKind, from start: UInt64, limit: Int) throws -> [UInt64] {
        var positions = [UInt64]()
        try connection.each(
            "SELECT position FROM subjects WHERE subject = ? AND kind = ? AND position >= ? ORDER BY position LIMIT ?",
            .blob(subject), .integer(kind.rawValue), .integer(start), .integer(UInt64(limit))
        ) { row in
            positions.append(row.integer(0))
            return true
        }
        return positions
    }

    // MARK: The tree

    func insert(_ node: MerkleTree.Node) throws {
        try connection.run(
            "INSERT INTO nodes (level, position, hash) VALUES (?, ?, ?)", .integer(UInt64(node.level)),
            .integer(node.position), .blob(node.hash))
    }

    /// The checkpoint that covers the entries, or nil before the first.
    func checkpoint() throws -> [UInt8]? {
        try connection.first("SELECT note FROM checkpoint") { $0.blob(0) }
    }

    func setCheckpoint(_ note: [UInt8]) throws {
        try connection.run(
            "INSERT INTO checkpoint (only_row, note) VALUES (1, ?) ON CONFLICT DO UPDATE SET note = excluded.note",
            .blob(note))
    }

    // MARK: The contract's state

    /// The value of `key`, or nil. Throws `damaged` when the row's check digest is another.
    func value(of key: StateKey) throws -> [UInt8]? {
        guard let stored = try storedState(key) else { return nil }
        guard StateRow.checkDigest(key: key.bytes, value: stored.value) == stored.checkDigest else {
            throw LedgerError.damaged(Finding(.state(key), "differs from its check digest"))
        }
        return stored.value
    }

    func values(of keys: [StateKey]) throws -> [StateKey: [UInt8]] {
        var values = [StateKey: [UInt8]](minimumCapacity: keys.count)
        for key in keys { values[key] = try value(of: key) }
        return values
    }

    func apply(_ write: Write) throws {
        try connection.run(
            """
            INSERT INTO state (key, value, check_digest) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value, check_digest = excluded.check_digest
            """, .blob(StateRow.stored(write.key)), .blob(write.value),
            .blob(StateRow.checkDigest(key: write.key.bytes, value: write.value)))
    }
}

extension LedgerTables: NodeReader {
    /// A subtree's root as it is stored. A proof made from it must be verified before it is given away.
    func node(level: Int, position: UInt64) throws -> [UInt8] {
        let hash =
            level == 0
            ? try connection.first("SELECT leaf_hash FROM entries WHERE position = ?", .integer(position)) { $0.blob(0) }
            : try connection.first(
                "SELECT hash FROM nodes WHERE level = ? AND position = ?", .integer(UInt64(level)), .integer(position)
            ) { $0.blob(0) }
        guard let hash, hash.count == Merkle.hashBytes else {
            throw LedgerError.damaged(Finding(.node(level: level, position: position), "is missing"))
        }
        return hash
    }
}

/// A row of the table `state`.
enum StateRow {
    /// The key with its first byte, the kind, at the end: the rows of one record or one statement then lie on one page, and a
    /// commit writes half as many.
    static func stored(_ key: StateKey) -> [UInt8] { Array(key.bytes.dropFirst()) + key.bytes.prefix(1) }

    /// The key of a stored row.
    static func key(stored bytes: [UInt8]) -> StateKey { StateKey(bytes: Array(bytes.suffix(1)) + bytes.dropLast()) }

    /// The first 16 bytes of SHA-256(key length in one byte || key || value).
    static func checkDigest(key: [UInt8], value: [UInt8]) -> [UInt8] {
        precondition(key.count <= 255, "a state key has at most 255 bytes")
        var hash = SHA256()
        hash.update([UInt8(key.count)])
        hash.update(key)
        hash.update(value)
        return Array(hash.finish().prefix(16))
    }
}

extension VerifiedStatement {
    /// What it is found under besides its own id.
    var indexedSubjects: [[UInt8]] { subjects.filter { $0 != id.bytes } }
}
