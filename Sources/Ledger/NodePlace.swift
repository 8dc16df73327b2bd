/// Where the root of a complete subtree lies in the table `nodes` (migrations/ledger).
///
/// Whoever follows a leaf's way to the root asks for a node of each level. The nodes of five levels under one of
/// them lie together, 31 of them, from left to right: such a way then meets a page for five levels, not five.
struct NodePlace: Hashable {
    private static let levels = 5

    /// From 1 on: the leaves' hashes lie with the entries.
    let level: Int
    let position: UInt64

    init(level: Int, position: UInt64) {
        self.level = level
        self.position = position
    }

    /// Nil where there is none of this number.
    init?(number: UInt64) {
        let index = number & (1 << UInt64(Self.levels) - 1)
        guard index > 0 else { return nil }
        let height = index.trailingZeroBitCount + 1
        let subtree = number >> UInt64(Self.levels) & (1 << 51 - 1)
        level = Int(number >> 56) * Self.levels + height
        position = subtree << UInt64(Self.levels - height) | index >> UInt64(height)
    }

    var number: UInt64 {
        let offset = position & (1 << UInt64(Self.levels - height) - 1)
        return neighbours.lowerBound | (2 * offset + 1) << UInt64(height - 1)
    }

    /// Which five levels its own is one of: 0 for those above the leaves.
    var group: Int { (level - 1) / Self.levels }

    /// The numbers of the nodes that lie together with it.
    var neighbours: Range<UInt64> {
        let subtree = position >> UInt64(Self.levels - height)
        let first = UInt64(group) << 56 | subtree << UInt64(Self.levels)
        return first..<first + 1 << UInt64(Self.levels)
    }

    /// From 1 to 5.
    private var height: Int { (level - 1) % Self.levels + 1 }
}
