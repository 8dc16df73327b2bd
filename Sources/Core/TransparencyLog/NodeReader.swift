/// Where the roots of complete subtrees are kept.
public protocol NodeReader {
    /// What reading throws: `TreeError` where the nodes are in memory, any error where a store may fail.
    associatedtype Failure: Error

    /// The root of the complete subtree of 2^level leaves that begins at leaf position * 2^level: 32 bytes.
    ///
    /// Level 0 is the leaf hashes. Only nodes that are complete in the tree asked about are ever read. Throws
    /// what the store throws when it cannot read or does not trust the node.
    func node(level: Int, position: UInt64) throws(Failure) -> [UInt8]

    /// How this reader throws what is wrong with the tree itself.
    static func failure(_ error: TreeError) -> Failure
}

/// Why a question about a tree cannot be answered.
public enum TreeError: Error, Equatable {
    /// The entry or the older size asked for lies outside the tree of that size.
    case outOfRange
    /// The reader gave something that is not a 32-byte hash: the store is damaged.
    case malformedNode(level: Int, position: UInt64)
    /// The tile is not at hand (`TileNodes`).
    case noTile(TilePath)
}

extension NodeReader where Failure == TreeError {
    public static func failure(_ error: TreeError) -> TreeError { error }
}

extension NodeReader {
    /// The stored node, known to have the length of a hash.
    func checkedNode(level: Int, position: UInt64) throws(Failure) -> [UInt8] {
        let hash = try node(level: level, position: position)
        guard hash.count == Merkle.hashBytes else {
            throw Self.failure(.malformedNode(level: level, position: position))
        }
        return hash
    }

    /// The Merkle tree hash of the leaves in `start ..< end`, `start` being a multiple of the largest power
    /// of two that is not above the count. Reads one node per set bit of the count.
    func root(from start: UInt64, to end: UInt64) throws(Failure) -> [UInt8] {
        guard start < end else { return Merkle.emptyRoot }
        var nodes: [[UInt8]] = []
        var position = start
        while position < end {
            let level = (end - position).largestPowerOfTwoExponent
            nodes.append(try checkedNode(level: level, position: position >> UInt64(level)))
            position += 1 << UInt64(level)
        }
        return Merkle.root(ofComplete: nodes)
    }
}
