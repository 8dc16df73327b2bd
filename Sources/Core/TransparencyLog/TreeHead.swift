/// The state of a log at one size: how many entries, and the Merkle tree hash over them (RFC 6962, section
/// 2.1).
public struct TreeHead: Sendable, Hashable {
    /// No size is above this: other implementations count in signed 64-bit numbers.
    public static let sizeMax = UInt64(Int64.max)

    /// The log before its first entry.
    public static let empty = TreeHead(size: 0, root: Merkle.emptyRoot)

    /// Number of entries.
    public let size: UInt64
    /// 32 bytes.
    public let root: [UInt8]

    /// A head of `size` entries with `root`, which must be 32 bytes; `size` must be at most `sizeMax`.
    public init(size: UInt64, root: [UInt8]) {
        precondition(root.count == Merkle.hashBytes, "a root has 32 bytes")
        precondition(size <= Self.sizeMax, "a tree has fewer than 2^63 entries")
        self.size = size
        self.root = root
    }

    /// The head at `size`, computed from stored nodes; reads at most one node per bit of `size`.
    ///
    /// Throws what `reader` throws, or `TreeError`.
    public init<Reader: NodeReader>(size: UInt64, reading reader: Reader) throws(Reader.Failure) {
        guard size <= Self.sizeMax else { throw Reader.failure(.outOfRange) }
        self.init(size: size, root: try reader.root(from: 0, to: size))
    }
}
