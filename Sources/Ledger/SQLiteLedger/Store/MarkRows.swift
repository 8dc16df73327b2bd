import Contract
import GRDB

/// The table `marks`: where a statement's mark lies, and how it is found (migrations/ledger).
extension LedgerTables {
    /// The mark as it is stored, or nil. `passing` gets the marks of other statements that lie before it.
    func storedMark(
        of id: StatementID, passing: (StateKey, StateRow) throws -> Void = { _, _ in }
    ) throws -> StateRow? {
        try find(id, passing: passing).row
    }

    /// Records the mark of an accepted statement, once and for all.
    func mark(_ id: StatementID, value: [UInt8], position: UInt64) throws {
        // Where it is there already, its place is taken, and SQLite refuses.
        try connection.run(
            "INSERT INTO marks (place, statement, value, position, check_digest) VALUES (?, ?, ?, ?, ?)",
            .integer(try find(id).place), .blob(id.bytes), .blob(value), .integer(position),
            .blob(StateRow.checkDigest(key: .statement(id), value: value, position: position)))
    }

    /// The mark, if there is one, and its place or the one that is free for it.
    private func find(
        _ id: StatementID, passing: (StateKey, StateRow) throws -> Void = { _, _ in }
    ) throws -> (place: UInt64, row: StateRow?) {
        var (place, found): (UInt64, StateRow?) = (id.firstPlace, nil)
        try connection.each(
            """
            SELECT place, statement, value, check_digest, position FROM marks
            WHERE place >= ? ORDER BY place
            """, .integer(place)
        ) { row in
            guard row.integer(0) == place else { return false }
            let (statement, stored) = (row.blob(1), StateRow(mark: row, at: 2))
            if statement == id.bytes {
                found = stored
                return false
            }
            try passing(StateRow.markKey(stored: statement), stored)
            place += 1
            return true
        }
        return (place, found)
    }

    /// The marks at `places`, in rising order, each with whether a look-up finds it there. That is certain
    /// only for all places: a mark at the beginning of a part may have made way for marks that lie before the
    /// part.
    func eachMark(
        in places: ClosedRange<UInt64> = 0...UInt64(Int64.max),
        _ visit: (StateKey, StateRow, _ isInPlace: Bool) throws -> Void
    ) throws {
        // The first of the places that lead up to the present one without a gap.
        var first: UInt64?
        var last: UInt64?
        try connection.each(
            """
            SELECT place, statement, value, check_digest, position FROM marks
            WHERE place BETWEEN ? AND ? ORDER BY place
            """, .integer(places.lowerBound), .integer(places.upperBound)
        ) { row in
            let (place, statement) = (row.integer(0), row.blob(1))
            if last.map({ $0 &+ 1 }) != place { first = place }
            last = place
            let isInPlace =
                StatementID(statement).map { (first ?? place)...place ~= $0.firstPlace } ?? false
            try visit(StateRow.markKey(stored: statement), StateRow(mark: row, at: 2), isInPlace)
            return true
        }
    }
}

extension StatementID {
    /// The first number that its mark may lie at. An attacker gains little by making ids until two begin
    /// alike: the second mark lies at the next number.
    var firstPlace: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } >> 1 }
}

extension StateRow {
    /// Of the columns value, check_digest and position, from `first` on.
    fileprivate init(mark row: SQLRow, at first: Int32) {
        self.init(
            value: row.blob(first), position: row.integer(first + 2), checkDigest: row.blob(first + 1))
    }
}
