/// Reads a tree's nodes out of hash tiles: how a follower computes roots and proofs from what a log serves.
///
/// It does not judge the tiles: its caller must compare the root that follows from them with a verified
/// checkpoint before believing anything.
public struct TileNodes: NodeReader {
    /// Size of the tree whose tiles are asked for: it decides which of them are partial.
    public let size: UInt64
    private let tile: (TilePath) -> [UInt8]?

    /// `tile` gives the bytes of a tile, or nil where they are not at hand, and keeps those it wants to keep; it
    /// may be asked for one again and again.
    public init(size: UInt64, tile: @escaping (TilePath) -> [UInt8]?) {
        self.size = size
        self.tile = tile
    }

    /// The node, hashed up from the tile that holds it. Throws `TreeError.outOfRange` for what is not
    /// complete in the tree, `noTile` where `tile` gives none, `malformedNode` for a tile of a wrong length.
    public func node(level: Int, position: UInt64) throws(TreeError) -> [UInt8] {
        guard (0..<63).contains(level), position < size >> UInt64(level) else { throw .outOfRange }
        let tileLevel = level / 8
        let height = UInt64(level % 8)
        let width = UInt64(TilePath.widthMax)
        let first = position << height
        let index = first / width
        let path = TilePath(
            .hashes(level: tileLevel), index: index,
            width: Int(min(width, size >> UInt64(8 * tileLevel) - index * width)))
        guard let bytes = tile(path) else { throw .noTile(path) }
        guard let hashes = HashTile.hashes(in: bytes, width: path.width) else {
            throw .malformedNode(level: level, position: position)
        }
        let start = Int(first % width)
        return Self.root(hashes[start..<start + (1 << Int(height))])
    }

    /// The root over a power of two of hashes.
    private static func root(_ hashes: ArraySlice<[UInt8]>) -> [UInt8] {
        var row = Array(hashes)
        while row.count > 1 {
            row = stride(from: 0, to: row.count, by: 2).map { Merkle.nodeHash(row[$0], row[$0 + 1]) }
        }
        return row[0]
    }
}
