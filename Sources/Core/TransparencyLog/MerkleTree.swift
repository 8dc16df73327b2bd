/// A log's tree as its writer holds it: the size and the few complete subtrees that the next entry can touch.
///
/// Appending needs no reads: the writer keeps this value, stores what `append` returns, and signs `head`.
public struct MerkleTree: Sendable, Hashable {
    /// One complete subtree to store: what `NodeReader.node(level:position:)` must give back from now on.
    public struct Node: Sendable, Hashable {
        /// The subtree has 2^level leaves. Always above zero: leaf hashes are stored with their entries.
        public let level: Int
        /// The subtree begins at leaf position * 2^level.
        public let position: UInt64
        /// 32 bytes.
        public let hash: [UInt8]
    }

    /// Number of entries.
    public private(set) var size: UInt64
    /// The complete subtrees that stand side by side in the tree, largest first: one per set bit of `size`.
    /// With `size` they are the whole value, to be kept where nothing else of the tree is.
    public private(set) var frontier: [[UInt8]]

    /// The tree without entries.
    public init() {
        size = 0
        frontier = []
    }

    /// The stored tree of `size` entries. Throws what `reader` throws, or `TreeError`.
    public init<Reader: NodeReader>(size: UInt64, reading reader: Reader) throws(Reader.Failure) {
        guard size <= TreeHead.sizeMax else { throw Reader.failure(.outOfRange) }
        var frontier: [[UInt8]] = []
        var position: UInt64 = 0
        while position < size {
            let level = (size - position).largestPowerOfTwoExponent
            frontier.append(try reader.checkedNode(level: level, position: position >> UInt64(level)))
            position += 1 << UInt64(level)
        }
        self.size = size
        self.frontier = frontier
    }

    /// The tree as it was kept. Nil unless `frontier` has a hash for each subtree of `size` entries.
    public init?(size: UInt64, frontier: [[UInt8]]) {
        guard size <= TreeHead.sizeMax, frontier.count == size.nonzeroBitCount,
            frontier.allSatisfy({ $0.count == Merkle.hashBytes })
        else { return nil }
        self.size = size
        self.frontier = frontier
    }

    /// Size and root as they stand.
    public var head: TreeHead { TreeHead(size: size, root: Merkle.root(ofComplete: frontier)) }

    /// Adds entries by their leaf hashes, in order, and returns the complete subtrees that this closed, in
    /// the order of their making: they must be stored, together with the leaf hashes, before the new head is
    /// signed.
    public mutating func append(_ leafHashes: some Sequence<[UInt8]>) -> [Node] {
        var made: [Node] = []
        for leafHash in leafHashes {
            precondition(leafHash.count == Merkle.hashBytes, "a leaf hash has 32 bytes")
            precondition(size < TreeHead.sizeMax, "a tree has fewer than 2^63 entries")
            var hash = leafHash
            var level = 0
            // Each trailing one bit of the size is a complete left neighbour waiting for this very subtree.
            while size >> UInt64(level) & 1 == 1 {
                hash = Merkle.nodeHash(frontier.removeLast(), hash)
                level += 1
                made.append(Node(level: level, position: size >> UInt64(level), hash: hash))
            }
            frontier.append(hash)
            size += 1
        }
        return made
    }
}
