import Ledger
import TransparencyLog

/// The log as c2sp.org/tlog-tiles has it, checked as it is read.
extension LedgerTables {
    /// The bytes of a tile of the log of `size` entries; nil where it has no such tile. A partial tile is
    /// given at every width that the log has passed, for readers of older checkpoints.
    ///
    /// Throws `damaged` when an entry differs from its leaf hash, or a node from the nodes below it.
    func tile(_ path: TilePath, size: UInt64) throws -> [UInt8]? {
        let width = UInt64(TilePath.widthMax)
        // Far beyond the log, where positions would overflow, there is no tile.
        guard path.index <= size / width else { return nil }
        let first = path.index * width
        switch path.content {
        case .entries:
            guard first + UInt64(path.width) <= size else { return nil }
            return EntryBundle.encode(try entries(in: first..<first + UInt64(path.width)))
        case .hashes(let level):
            guard level < 8, first + UInt64(path.width) <= size >> UInt64(8 * level) else { return nil }
            return try HashTile.bytes(
                level: level, index: path.index, width: path.width, reading: CheckedNodes(tables: self))
        }
    }
}

/// The stored nodes, each held against what lies below it.
private struct CheckedNodes: NodeReader {
    let tables: LedgerTables

    func node(level: Int, position: UInt64) throws -> [UInt8] {
        // Reading the entry compares it with its leaf hash.
        if level == 0 { return Merkle.leafHash(try tables.entry(at: position)) }
        let hash = try tables.node(level: level, position: position)
        let left = try tables.node(level: level - 1, position: 2 * position)
        let right = try tables.node(level: level - 1, position: 2 * position + 1)
        guard hash == Merkle.nodeHash(left, right) else {
            throw LedgerError.damaged(
                Finding(.node(level: level, position: position), "is not the hash of the nodes below it"))
        }
        return hash
    }
}
