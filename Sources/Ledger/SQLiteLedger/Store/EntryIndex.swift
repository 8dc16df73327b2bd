import Contract
import GRDB
import Ledger

/// The index of what entries are about (migrations/ledger): it finds, it does not decide.
extension LedgerTables {
    /// Positions below `size` of what `query` looks for, in rising order: up to `limit` of those after
    /// `position`, or from the first on. Reads a logarithmic number of rows for each span of positions
    /// (`span(of:)`), and those of the answer.
    func positions(
        of query: EntryQuery, after position: UInt64?, size: UInt64, limit: Int
    ) throws -> [UInt64] {
        guard limit > 0, position.map({ $0 < size }) ?? true else { return [] }
        let start = max(
            position.map { $0 + 1 } ?? 0, try query.since.map { try first(since: $0, size: size) } ?? 0)
        let end = try query.until.map { try first(since: $0, size: size) } ?? size
        guard start < end else { return [] }
        guard query.subject != nil || query.kind != nil else {
            return Array(start..<start + min(UInt64(limit), end - start))
        }
        let subject = query.subject ?? VerifiedStatement.anySubject
        var positions = [UInt64]()
        for span in Self.span(of: start)...Self.span(of: end - 1) where positions.count < limit {
            for kind in try query.kind.map({ [$0] }) ?? kinds(about: subject, span: span) {
                positions += try self.positions(
                    about: subject, kind: kind, span: span, in: start..<end, limit: limit)
            }
        }
        // A statement is not indexed under its own id, but marked.
        if let id = StatementID(subject), let mark = try state(of: .statement(id)),
            let own = mark.position, (start..<end).contains(own),
            query.kind == nil || query.kind == StatementState(bytes: mark.value)?.kind
        {
            positions.append(own)
        }
        return Array(positions.sorted().prefix(limit))
    }

    /// The first position of an entry of that time or later: times rise with the positions.
    private func first(since time: LedgerTime, size: UInt64) throws -> UInt64 {
        var (lower, upper) = (UInt64(0), size)
        while lower < upper {
            let middle = lower + (upper - lower) / 2
            if try logEntry(at: middle).time < time { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    /// What kinds of entries there are about `subject` in a span: most spans know nothing of it.
    private func kinds(about subject: [UInt8], span: UInt64) throws -> [StatementKind] {
        var kinds = [StatementKind]()
        var last: UInt64? = 0
        while let kind = last {
            last = try connection.first(
                "SELECT kind FROM subjects WHERE span = ? AND subject = ? AND kind > ? ORDER BY kind LIMIT 1",
                .integer(span), .blob(subject), .integer(kind)
            ) { $0.integer(0) }
            if let kind = last.flatMap(StatementKind.init) { kinds.append(kind) }
        }
        return kinds
    }

    private func positions(
        about subject: [UInt8], kind: StatementKind, span: UInt64, in range: Range<UInt64>, limit: Int
    ) throws -> [UInt64] {
        var positions = [UInt64]()
        try connection.each(
            """
            SELECT position FROM subjects
            WHERE span = ? AND subject = ? AND kind = ? AND position >= ? AND position < ?
            ORDER BY position LIMIT ?
            """, .integer(span), .blob(subject), .integer(kind.rawValue), .integer(range.lowerBound),
            .integer(range.upperBound), .integer(UInt64(limit))
        ) { row in
            positions.append(row.integer(0))
            return true
        }
        return positions
    }
}

extension VerifiedStatement {
    /// The subject under which every statement is found.
    static let anySubject = [UInt8]()

    /// What it is found under besides its own id.
    var indexedSubjects: [[UInt8]] { [Self.anySubject] + subjects.filter { $0 != id.bytes } }
}
