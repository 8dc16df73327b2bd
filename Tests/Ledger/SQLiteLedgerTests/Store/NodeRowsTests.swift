import GRDB
import Ledger
import Testing
import TransparencyLog

@testable import SQLiteLedger

struct NodeRowsTests {
    /// Hashes with every byte there is, zeros and what is no UTF-8 among them.
    private static func hash(_ number: Int) -> [UInt8] {
        (0..<32).map { UInt8((number * 37 + $0 * 8) & 0xff) }
    }

    /// The nodes that a tree of `size` makes, one after the other, with hashes to tell them apart.
    private static func nodes(over size: Int) -> [MerkleTree.Node] {
        var tree = MerkleTree()
        return (0..<size).flatMap { tree.append(CollectionOfOne(hash($0))) }
    }

    @Test("a node is read as it was written, by itself and with its row")
    func reading() throws {
        try withEmptyTables { tables in
            let nodes = Self.nodes(over: 1100)
            for node in nodes { try tables.insert(node) }
            let rows = NodeRows(of: tables)
            for node in nodes {
                #expect(try tables.storedNode(level: node.level, position: node.position) == node.hash)
                #expect(try rows.node(level: node.level, position: node.position) == node.hash)
            }
            #expect(try tables.nodeCount() == LedgerTables.nodeCount(of: 1100))
            #expect(nodes.count == Int(LedgerTables.nodeCount(of: 1100)))
            for (level, position) in [(1, UInt64(550)), (6, 17), (11, 0), (12, 0)] {
                #expect(try tables.storedNode(level: level, position: position) == nil)
                #expect(throws: LedgerError.self) { try rows.node(level: level, position: position) }
            }
        }
        try withEmptyTables { tables in
            for number in 0..<8 {
                let row = UInt64(number)
                try tables.connection.run(
                    "INSERT INTO nodes (place, hashes) VALUES (?, ?)", .integer(row), .blob(Self.hash(number))
                )
                try tables.connection.run(
                    "UPDATE nodes SET hashes = CAST(hashes || ? AS BLOB) WHERE place = ?",
                    .blob(Self.hash(number + 1)), .integer(row))
                #expect(try tables.storedNode(level: 1, position: 16 * row) == Self.hash(number))
                #expect(try tables.storedNode(level: 1, position: 16 * row + 1) == Self.hash(number + 1))
            }
        }
    }

    @Test("a node that is not the next of its row is refused, and nothing is written")
    func order() throws {
        let nodes = Self.nodes(over: 64)
        for count in [0, 1, 6, 30, 31, 32] {
            try withEmptyTables { tables in
                for node in nodes.prefix(count) { try tables.insert(node) }
                for node in nodes.prefix(count) + nodes.dropFirst(count + 1)
                where NodePlace(level: node.level, position: node.position).index > 0 || count > 31 {
                    let isFirstOfItsRow = NodePlace(level: node.level, position: node.position).index == 0
                    let isThere = try tables.storedNode(level: node.level, position: node.position) != nil
                    if isFirstOfItsRow && !isThere { continue }
                    #expect(throws: DatabaseError.self) { try tables.insert(node) }
                }
                #expect(try tables.nodeCount() == UInt64(count))
            }
        }
    }
}
