/// The content of a hash tile: its 1 to 256 hashes, one after the other (c2sp.org/tlog-tiles, "Merkle Tree").
public enum HashTile {
    /// The bytes of the tile at `level`, `index` with `width` hashes: 32 each.
    ///
    /// The caller knows from a checkpoint that the tile exists (`TilePath.exists`). Throws
    /// `TreeError.outOfRange` for levels that no tree reaches, and what `reader` throws.
    public static func bytes<Reader: NodeReader>(
        level: Int, index: UInt64, width: Int, reading reader: Reader
    ) throws(Reader.Failure) -> [UInt8] {
        guard (0..<8).contains(level), (1...TilePath.widthMax).contains(width), index < 1 << 56 else {
            throw Reader.failure(.outOfRange)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(width * Merkle.hashBytes)
        for offset in 0..<UInt64(width) {
            bytes += try reader.checkedNode(
                level: 8 * level, position: index * UInt64(TilePath.widthMax) + offset)
        }
        return bytes
    }

    /// The hashes in a tile as received, or nil unless it has exactly `width` of them.
    public static func hashes(in tile: [UInt8], width: Int) -> [[UInt8]]? {
        guard tile.count == width * Merkle.hashBytes else { return nil }
        return stride(from: 0, to: tile.count, by: Merkle.hashBytes).map {
            [UInt8](tile[$0..<$0 + Merkle.hashBytes])
        }
    }
}
