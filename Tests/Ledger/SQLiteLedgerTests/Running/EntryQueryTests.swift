import Contract
import GRDB
import Ledger
import Testing

@testable import LedgerCases
@testable import SQLiteLedger

/// The index of subjects over more positions than a test's ledger has.
@Suite("Lists over spans of positions") struct EntryQueryTests {
    private static let kinds: [StatementKind] = [.deposit, .grant, .release]

    private func rows(_ count: Int, below size: UInt64) -> Set<SubjectRow> {
        Set(
            (0..<count).map { _ in
                // A few lie right beside the end of a span.
                let near = UInt64.random(in: 1..<size >> 14) << 14
                let position = Bool.random() ? .random(in: 0..<size) : near - .random(in: 0...1)
                return SubjectRow(
                    [[], [1], [1, 2], [2]].randomElement()!, kind: Self.kinds.randomElement()!,
                    position: position)
            })
    }

    @Test("found over all spans, in order, from any position on and up to any limit")
    func list() throws {
        let size: UInt64 = 6 << 14
        let rows = rows(400, below: size)
        try withEmptyTables { tables in
            for row in rows {
                try tables.connection.run(
                    "INSERT INTO subjects (span, subject, kind, position) VALUES (?, ?, ?, ?)",
                    .integer(row.span), .blob(row.subject), .integer(row.kind), .integer(row.position))
            }
            for subject: [UInt8] in [[1], [1, 2], [2], [3]] {
                for kind in [nil] + Self.kinds.map(Optional.some) + [.revoke] {
                    let about = rows.filter {
                        $0.subject == subject && (kind == nil || kind?.rawValue == $0.kind)
                    }
                    for after in [nil, 0, 16_382, 16_383, 16_384, size - 1, .random(in: 0..<size)] {
                        let limit = [1, 2, 7, 1000].randomElement()!
                        let expected = about.map(\.position).sorted()
                            .filter { position in after.map { position > $0 } ?? true }.prefix(limit)
                        let found = try tables.positions(
                            of: EntryQuery(subject: subject, kind: kind), after: after, size: size,
                            limit: limit)
                        #expect(found == Array(expected))
                    }
                }
            }
            var all = [SubjectRow]()
            try tables.eachSubject { all.append($0) }
            #expect(Set(all) == rows && all.count == rows.count)
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.precedes($1) })
            for subjects in [
                BlobRange(lower: [], upper: nil), BlobRange(lower: [1], upper: [1, 2]),
                BlobRange(lower: [1, 2], upper: nil),
                BlobRange(lower: [], upper: [1]),
            ] {
                var part = [SubjectRow]()
                try tables.eachSubject(in: subjects) { part.append($0) }
                let expected = all.filter { row in
                    !row.subject.lexicographicallyPrecedes(subjects.lower)
                        && subjects.upper.map { row.subject.lexicographicallyPrecedes($0) } ?? true
                }
                #expect(part == expected)
            }
        }
    }

    @Test("a span's index holds no position of another, and a missing index is no end")
    func span() throws {
        try withEmptyTables { tables in
            #expect(throws: DatabaseError.self) {
                try tables.connection.execute(sql: "INSERT INTO subjects VALUES (1, x'01', 3, 16383)")
            }
            // Spans 0 and 5 are there, those between are not.
            try tables.connection.execute(
                sql: "INSERT INTO subjects VALUES (0, x'01', 3, 7), (5, x'01', 3, 81920)")
            let found = try tables.positions(
                of: EntryQuery(subject: [1]), after: nil, size: 100_000, limit: 10)
            #expect(found == [7, 81_920])
        }
    }
}
