import Contract
import Ledger
import Testing

@testable import LedgerCases
@testable import SQLiteLedger

@Suite("Keys by how they begin") struct KeyPrefixTests {
    private func id<Meaning>(_ beginning: [UInt8], _ rest: UInt8) throws -> Bytes32<Meaning> {
        try #require(Bytes32(beginning + [UInt8](repeating: rest, count: 32 - beginning.count)))
    }

    @Test("are found by every prefix that is long enough, those of their kind alone")
    func keys() throws {
        let beginning: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff]
        let records: [RecordHandle] = try [id(beginning, 0xff), id(beginning, 1)]
        let other: RecordHandle = try id([0xff, 0xff, 0xff, 0xfe], 1)
        let hospital = try #require(OrganisationName("hospital1"))
        try withEmptyTables { tables in
            for record in records + [other] {
                for key in [
                    .record(record), .clock(record), .custody(record, hospital),
                ] as [StateKey] { try tables.apply(Write(key: key, value: [1])) }
            }
            func found(_ prefix: [UInt8], limit: Int = 16) throws -> Set<StateKey> {
                Set(try tables.keys(beginning: prefix, limit: limit))
            }
            let kind = StateKey.record(other).bytes[0]
            #expect(try found([kind] + beginning) == Set(records.map { .record($0) }))
            #expect(try found([kind] + beginning.prefix(4)) == Set(records.map { .record($0) }))
            #expect(try found([kind] + beginning.prefix(4), limit: 1).count == 1)
            #expect(try found([kind] + other.bytes) == [.record(other)])
            #expect(try found([kind] + other.bytes.dropLast() + [2]).isEmpty)
            // Nobody lists the state.
            for count in 0...3 { #expect(try found([kind] + beginning.prefix(count)).isEmpty) }
            #expect(try found([]).isEmpty)
            #expect(try found([kind] + other.bytes + [0]).isEmpty)
        }
    }

    @Test("are found among the marks of statements, too, where several begin with the same 63 bits")
    func marks() throws {
        let beginning: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
        let ids: [StatementID] = try [id(beginning, 1), id(beginning, 2), id(beginning, 3)]
        let other: StatementID = try id([0xff, 0xff, 0xff, 0xfe], 1)
        try withEmptyTables { tables in
            for (position, id) in (ids + [other]).enumerated() {
                try tables.mark(id, value: [1], position: UInt64(position))
            }
            let kind = StateKey.statement(other).bytes[0]
            for count in [4, 6, 8] {
                #expect(
                    Set(try tables.keys(beginning: [kind] + beginning.prefix(count), limit: 16))
                        == Set(ids.map { .statement($0) }))
            }
            for id in ids + [other] {
                #expect(
                    try tables.keys(beginning: [kind] + id.bytes.prefix(12), limit: 16) == [.statement(id)])
            }
        }
    }
}
