/// Where the root of a complete subtree lies in the table `nodes` (migrations/ledger).
///
/// A proof needs a node of each level between a leaf and the root. One row holds the 31 nodes of five levels
/// under one of them, their hashes in the order in which the growing tree makes them: a proof then reads one
/// row for five levels, not five rows, and a row only ever grows at its end.
struct NodePlace: Hashable {
    private static let levels = 5

    /// From 1 on: the leaves' hashes lie with the entries.
    let level: Int
    let position: UInt64

    init(level: Int, position: UInt64) {
        self.level = level
        self.position = position
    }

    /// Which five levels its own is one of: 0 for those above the leaves.
    var group: Int { (level - 1) / Self.levels }

    /// The number of its row.
    var row: UInt64 { UInt64(group) << 56 | position >> UInt64(Self.levels - height) }

    /// Which hash of the row is its own.
    var index: Int {
        // So many of the subtrees that the row's lowest level is made of stand when this node is made.
        let count = (offset + 1) << UInt64(height)
        return Self.nodeCount(over: count - 1) + height - 1
    }

    /// How many nodes stand in a row over its first `count` subtrees.
    private static func nodeCount(over count: UInt64) -> Int { Int(count) - count.nonzeroBitCount }

    /// From 1 to 5.
    private var height: Int { (level - 1) % Self.levels + 1 }

    /// Which of its row's nodes of this level it is.
    private var offset: UInt64 { position & (1 << UInt64(Self.levels - height) - 1) }

    /// The places of a row in their order. Nil where there is no such row.
    static func places(ofRow number: UInt64) -> [NodePlace]? {
        let (group, subtree) = (Int(number >> 56), number & (1 << 56 - 1))
        guard group * levels < 63, subtree <= UInt64.max >> UInt64((group + 1) * levels) else {
            return nil
        }
        var places = [NodePlace]()
        for height in 1...levels {
            let first = subtree << UInt64(levels - height)
            for offset in 0..<UInt64(1) << UInt64(levels - height) {
                places.append(NodePlace(level: group * levels + height, position: first + offset))
            }
        }
        return places.sorted { $0.index < $1.index }
    }

    /// Whether a log of `size` entries has it.
    func belongs(toLogOf size: UInt64) -> Bool { level < 64 && position < size >> UInt64(level) }
}
