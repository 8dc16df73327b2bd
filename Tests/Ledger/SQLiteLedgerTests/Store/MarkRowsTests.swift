import Contract
import Foundation
import GRDB
import Ledger
import Testing

@testable import SQLiteLedger

/// Marks of statements whose ids begin alike, as somebody might make them.
struct MarkRowsTests {
    private let value = StatementState(kind: .deposit, time: 7).encoded()

    /// An id that begins with `first` and goes on with `rest`.
    private func id(_ first: UInt64, _ rest: UInt8) -> StatementID {
        let beginning = (0..<8).map { UInt8(truncatingIfNeeded: first >> UInt64(56 - 8 * $0)) }
        return StatementID(beginning + [UInt8](repeating: rest, count: 24))!
    }

    @Test("each is found, whatever their order, and none that is not there")
    func alike() throws {
        let alike = (0..<4).map { id(0x4000_0000_0000_0000, $0) } + [id(0x4000_0000_0000_0001, 9)]
        // The place of this one is taken by those before it.
        let next = id(0x4000_0000_0000_0004, 1)
        let others = [id(0, 1), id(.max, 1), id(0x8000_0000_0000_0000, 1)]
        #expect(alike[0].firstPlace == 0x2000_0000_0000_0000 && alike[4].firstPlace == alike[0].firstPlace)
        #expect(next.firstPlace == alike[0].firstPlace + 2 && id(.max, 1).firstPlace == UInt64(Int64.max))
        for ids in [alike + [next] + others, [next] + others + alike.reversed()] {
            try withEmptyTables { tables in
                for (position, id) in ids.enumerated() {
                    #expect(try tables.state(of: .statement(id)) == nil)
                    try tables.mark(id, value: value, position: UInt64(position))
                }
                for (position, id) in ids.enumerated() {
                    #expect(try tables.state(of: .statement(id))?.position == UInt64(position))
                }
                for absent in [id(0x4000_0000_0000_0000, 7), id(0x4000_0000_0000_0005, 7), id(.max - 1, 7)]
                where absent.firstPlace < UInt64(Int64.max) {
                    #expect(try tables.state(of: .statement(absent)) == nil)
                }
                var found = [StateKey]()
                try tables.eachMark { key, _, isInPlace in
                    found.append(key)
                    #expect(isInPlace, "\(key)")
                }
                #expect(Set(found) == Set(ids.map(StateKey.statement)) && found.count == ids.count)
                // Once and for all.
                for id in ids {
                    #expect(throws: DatabaseError.self) {
                        try tables.mark(id, value: value, position: 100)
                    }
                }
            }
        }
    }

    @Test("a mark that was changed is not taken for another's")
    func changed() throws {
        let (first, second, third) = (id(1 << 62, 1), id(1 << 62, 2), id(1 << 62, 3))
        try withEmptyTables { tables in
            for (position, id) in [first, second, third].enumerated() {
                try tables.mark(id, value: value, position: UInt64(position))
            }
            let changed = id(1 << 62, 4)
            try tables.connection.execute(
                sql: "UPDATE marks SET statement = ? WHERE position = 1", arguments: [Data(changed.bytes)])
            let damaged = LedgerError.damaged(
                Finding(.state(.statement(changed)), "differs from its check digest"))
            #expect(try tables.state(of: .statement(first))?.position == 0)
            for id in [second, third, changed] {
                #expect(throws: damaged) { try tables.state(of: .statement(id)) }
            }
        }
        // One that is gone is no end to be taken for a place: those after it are said not to be found.
        try withEmptyTables { tables in
            for (position, id) in [first, second, third].enumerated() {
                try tables.mark(id, value: value, position: UInt64(position))
            }
            try tables.connection.execute(sql: "DELETE FROM marks WHERE position = 1")
            var places = [StateKey: Bool]()
            try tables.eachMark { places[$0] = $2 }
            #expect(places == [.statement(first): true, .statement(third): false])
        }
    }
}
