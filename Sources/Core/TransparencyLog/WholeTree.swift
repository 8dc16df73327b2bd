/// A tree of which every leaf is at hand: its root, and the way to it from each leaf.
public struct WholeTree: NodeReader, Sendable {
    private struct Place: Hashable {
        let level: Int
        let position: UInt64
    }

    private let leafHashes: [[UInt8]]
    private var nodes: [Place: [UInt8]] = [:]
    /// Size and root.
    public let head: TreeHead

    /// The tree over these leaf hashes (`Merkle.leafHash`), 32 bytes each.
    public init(of leafHashes: [[UInt8]]) {
        self.leafHashes = leafHashes
        var tree = MerkleTree()
        for node in tree.append(leafHashes) {
            nodes[Place(level: node.level, position: node.position)] = node.hash
        }
        head = tree.head
    }

    /// The proof for leaf `index`. Throws `TreeError.outOfRange` where there is no such leaf.
    public func inclusion(of index: UInt64) throws(TreeError) -> InclusionProof {
        try InclusionProof(of: index, inTreeOf: head.size, reading: self)
    }

    public func node(level: Int, position: UInt64) throws(TreeError) -> [UInt8] {
        guard level > 0 else {
            guard position < head.size else { throw .outOfRange }
            return leafHashes[Int(position)]
        }
        guard let hash = nodes[Place(level: level, position: position)] else { throw .outOfRange }
        return hash
    }
}
