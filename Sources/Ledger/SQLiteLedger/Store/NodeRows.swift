import GRDB
import Ledger
import TransparencyLog

/// The stored nodes of the tree, a row at a time (`NodePlace`): a proof needs several nodes of one row. It
/// keeps the row that was read last of each five levels.
final class NodeRows: NodeReader {
    private let tables: LedgerTables
    private var rows: [Int: (number: UInt64, hashes: [UInt8])] = [:]

    init(of tables: LedgerTables) { self.tables = tables }

    /// Nil where there is none.
    func stored(_ place: NodePlace) throws -> [UInt8]? {
        let row: (number: UInt64, hashes: [UInt8])
        if let kept = rows[place.group], kept.number == place.row {
            row = kept
        } else {
            row = (place.row, try tables.nodeRow(place.row))
            rows[place.group] = row
        }
        let start = place.index * Merkle.hashBytes
        guard start + Merkle.hashBytes <= row.hashes.count else { return nil }
        return Array(row.hashes[start..<start + Merkle.hashBytes])
    }

    /// As `LedgerTables.node`.
    func node(level: Int, position: UInt64) throws -> [UInt8] {
        if level == 0 { return try tables.node(level: 0, position: position) }
        guard let hash = try stored(NodePlace(level: level, position: position)) else {
            throw LedgerError.damaged(Finding(.node(level: level, position: position), "is missing"))
        }
        return hash
    }
}

extension LedgerTables {
    /// Adds a node to its row, whose next it must be.
    func insert(_ node: MerkleTree.Node) throws {
        let place = NodePlace(level: node.level, position: node.position)
        if place.index == 0 {
            try connection.run(
                "INSERT INTO nodes (place, hashes) VALUES (?, ?)", .integer(place.row), .blob(node.hash))
            return
        }
        // `||` makes text of the same bytes.
        try connection.run(
            """
            UPDATE nodes SET hashes = CAST(hashes || ? AS BLOB) WHERE place = ? AND length(hashes) = ?
            """, .blob(node.hash), .integer(place.row), .integer(UInt64(place.index * Merkle.hashBytes)))
        guard connection.changesCount == 1 else {
            throw DatabaseError(
                resultCode: .SQLITE_CONSTRAINT,
                message: "the node before node \(node.position) of level \(node.level) is missing")
        }
    }

    /// A hash as it is stored, or nil.
    func storedNode(level: Int, position: UInt64) throws -> [UInt8]? {
        let place = NodePlace(level: level, position: position)
        let hash = try connection.first(
            "SELECT substr(hashes, ?, ?) FROM nodes WHERE place = ?",
            .integer(UInt64(place.index * Merkle.hashBytes + 1)), .integer(UInt64(Merkle.hashBytes)),
            .integer(place.row)
        ) { $0.blob(0) }
        return hash.flatMap { $0.count == Merkle.hashBytes ? $0 : nil }
    }

    /// The hashes of a row side by side; empty where there is none.
    fileprivate func nodeRow(_ number: UInt64) throws -> [UInt8] {
        try connection.first("SELECT hashes FROM nodes WHERE place = ?", .integer(number)) { $0.blob(0) }
            ?? []
    }

    /// How many nodes a log of `size` entries has stored.
    static func nodeCount(of size: UInt64) -> UInt64 {
        (1..<64).reduce(UInt64(0)) { $0 + size >> UInt64($1) }
    }

    /// How many nodes are stored.
    func nodeCount() throws -> UInt64 {
        try connection.first("SELECT sum(length(hashes)) / 32 FROM nodes") { $0.integer(0) } ?? 0
    }

    /// Each node that is stored; nil for one where none can be.
    func eachNode(_ visit: (NodePlace?) throws -> Void) throws {
        try connection.each("SELECT place, length(hashes) / 32 FROM nodes") { row in
            let places = NodePlace.places(ofRow: row.integer(0)) ?? []
            for index in 0..<Int(clamping: row.integer(1)) {
                try visit(index < places.count ? places[index] : nil)
            }
            return true
        }
    }
}
