import Contract
import GRDB
import Ledger
import Primitives
import TransparencyLog

/// The tables of `ledger.sqlite` within one transaction. Whatever is read is checked; what does not hold is
/// thrown as `damaged`.
struct LedgerTables {
    let connection: Database

    // MARK: The network

    func genesis() throws -> [UInt8]? {
        try connection.first("SELECT genesis FROM network WHERE only_row = 1") { $0.blob(0) }
    }

    func setGenesis(_ file: [UInt8]) throws {
        try connection.run("INSERT INTO network (only_row, genesis) VALUES (1, ?)", .blob(file))
    }

    // MARK: The log

    /// The number of entries, as far as the last row tells.
    func size() throws -> UInt64 {
        let last = try connection.first("SELECT position FROM entries ORDER BY position DESC LIMIT 1") {
            $0.integer(0)
        }
        return last.map { $0 + 1 } ?? 0
    }

    /// Records the entry and what it is about.
    func append(
        _ entry: [UInt8], leafHash: [UInt8], at position: UInt64, of statement: VerifiedStatement
    ) throws {
        try connection.run(
            "INSERT INTO entries (position, leaf_hash, entry) VALUES (?, ?, ?)", .integer(position),
            .blob(leafHash), .blob(entry))
        for subject in statement.indexedSubjects {
            try connection.run(
                "INSERT INTO subjects (span, subject, kind, position) VALUES (?, ?, ?, ?)",
                .integer(Self.span(of: position)), .blob(subject),
                .integer(statement.assertion.kind.rawValue), .integer(position))
        }
    }

    /// The span of positions whose index of subjects knows the entry.
    static func span(of position: UInt64) -> UInt64 { position >> 14 }

    /// The entry's bytes. Throws `damaged` when it is missing or differs from its leaf hash.
    func entry(at position: UInt64) throws -> [UInt8] {
        guard let entry = try entries(in: position..<position + 1).first else {
            throw LedgerError.damaged(Finding(.entry(position), "is missing"))
        }
        return entry
    }

    /// Every entry of `positions`, in order. Throws `damaged` when one is missing or differs from its leaf
    /// hash.
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
        guard next == positions.upperBound else {
            throw LedgerError.damaged(Finding(.entry(next), "is missing"))
        }
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

    // MARK: The tree

    /// The checkpoint that covers the entries, or nil before the first.
    func checkpoint() throws -> [UInt8]? {
        try connection.first("SELECT note FROM checkpoint WHERE only_row = 1") { $0.blob(0) }
    }

    /// The stored checkpoint with what it says, or nil where there is none. Throws `damaged` when `key` has
    /// not signed it.
    func signedCheckpoint(by key: VerifierKey) throws -> (note: [UInt8], head: TreeHead)? {
        guard let note = try checkpoint() else { return nil }
        guard let signed = try? VerifiedCheckpoint(opening: note, log: key).checkpoint.head else {
            throw LedgerError.damaged(Finding(.checkpoint, "is not signed by this ledger"))
        }
        return (note, signed)
    }

    func setCheckpoint(_ note: [UInt8]) throws {
        try connection.run(
            """
            INSERT INTO checkpoint (only_row, note) VALUES (1, ?)
            ON CONFLICT DO UPDATE SET note = excluded.note
            """, .blob(note))
    }

    /// When, by this machine's clock, the checkpoint was last seen to be the log's newest; nil in a ledger of
    /// one's own, and before the first. Throws `damaged`.
    func confirmed() throws -> UInt64? {
        let row = try connection.first("SELECT moment, check_digest FROM confirmed WHERE only_row = 1") {
            (moment: $0.integer(0), checkDigest: $0.blob(1))
        }
        guard let row else { return nil }
        guard row.checkDigest == Self.checkDigest(confirmed: row.moment) else {
            throw LedgerError.damaged(
                Finding(.checkpoint, "was confirmed at a time that differs from its check digest"))
        }
        return row.moment
    }

    func setConfirmed(_ moment: UInt64) throws {
        try connection.run(
            """
            INSERT INTO confirmed (only_row, moment, check_digest) VALUES (1, ?, ?)
            ON CONFLICT DO UPDATE SET moment = excluded.moment, check_digest = excluded.check_digest
            """, .integer(moment), .blob(Self.checkDigest(confirmed: moment)))
    }

    /// The newest block of another ledger that this one was extended by; nil in a ledger of one's own.
    func followed() throws -> BlockMark? {
        try connection.first("SELECT block, hash FROM followed WHERE only_row = 1") {
            BlockMark(number: $0.integer(0), hash: $0.blob(1))
        }
    }

    func setFollowed(_ mark: BlockMark) throws {
        try connection.run(
            """
            INSERT INTO followed (only_row, block, hash) VALUES (1, ?, ?)
            ON CONFLICT DO UPDATE SET block = excluded.block, hash = excluded.hash
            """, .integer(mark.number), .blob(mark.hash))
    }

    private static func checkDigest(confirmed moment: UInt64) -> [UInt8] {
        Array(SHA256.digest(withUnsafeBytes(of: moment.bigEndian) { Array($0) }).prefix(16))
    }

    // MARK: The contract's state

    /// The row of `key`, or nil. Throws `damaged` when its check digest is another, or that of a mark which lies in
    /// the place of the one that is looked for.
    func state(of key: StateKey) throws -> StateRow? {
        let row =
            if let id = key.markedStatement { try storedMark(of: id, passing: check) } else {
                try storedState(of: key)
            }
        if let row { try check(key, row) }
        return row
    }

    private func check(_ key: StateKey, _ row: StateRow) throws {
        guard row.checkDigest == StateRow.checkDigest(key: key, value: row.value, position: row.position)
        else { throw LedgerError.damaged(Finding(.state(key), "differs from its check digest")) }
    }

    /// The values of those of `keys` that have one. Throws `damaged`.
    func values(of keys: [StateKey]) throws -> [StateKey: [UInt8]] {
        var values = [StateKey: [UInt8]](minimumCapacity: keys.count)
        for key in keys { values[key] = try state(of: key)?.value }
        return values
    }

    /// Records a value of anything else, in the place of the present one where there is one.
    func apply(_ write: Write) throws {
        try connection.run(
            """
            INSERT INTO state (key, value, check_digest) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value, check_digest = excluded.check_digest
            """, .blob(StateRow.stored(write.key)), .blob(write.value),
            .blob(StateRow.checkDigest(key: write.key, value: write.value, position: nil)))
    }
}

extension LedgerTables: NodeReader {
    /// A subtree's root as it is stored. A proof made from it must be verified before it is given away.
    func node(level: Int, position: UInt64) throws -> [UInt8] {
        let hash =
            level == 0
            ? try connection.first("SELECT leaf_hash FROM entries WHERE position = ?", .integer(position)) {
                $0.blob(0)
            }
            : try storedNode(level: level, position: position)
        guard let hash, hash.count == Merkle.hashBytes else {
            throw LedgerError.damaged(Finding(.node(level: level, position: position), "is missing"))
        }
        return hash
    }
}
