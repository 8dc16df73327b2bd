/// Proof that an entry stands at one position of a tree (RFC 6962, section 2.1.1): its siblings from leaf to
/// root.
public struct InclusionProof: Sendable, Hashable {
    /// 32 bytes each, the leaf's sibling first.
    public let hashes: [[UInt8]]

    /// A proof as received; nothing is checked before `verify`.
    public init(hashes: [[UInt8]]) { self.hashes = hashes }

    /// The proof for entry `index` in the tree of `size` entries; reads O(log size) nodes.
    ///
    /// Throws `TreeError.outOfRange` unless `index < size`, and what `reader` throws.
    public init<Reader: NodeReader>(
        of index: UInt64, inTreeOf size: UInt64, reading reader: Reader
    ) throws(Reader.Failure) {
        guard index < size, size <= TreeHead.sizeMax else { throw Reader.failure(.outOfRange) }
        var hashes: [[UInt8]] = []
        // The subtree that still holds the entry; its sibling at each step down goes into the proof.
        var start: UInt64 = 0
        var end = size
        while end - start > 1 {
            let middle = start + (1 << UInt64((end - start).splitExponent))
            if index < middle {
                hashes.append(try reader.root(from: middle, to: end))
                end = middle
            } else {
                hashes.append(try reader.root(from: start, to: middle))
                start = middle
            }
        }
        self.hashes = hashes.reversed()
    }

    /// Whether this proves that `leafHash` is the leaf at `index` of the tree with `size` leaves and `root`.
    ///
    /// RFC 9162, section 2.1.3.2: every hash is used, none may be missing, each has 32 bytes.
    public func verify(leafHash: [UInt8], index: UInt64, size: UInt64, root: [UInt8]) -> Bool {
        guard index < size, leafHash.count == Merkle.hashBytes else {
            return false
        }
        var node = index
        var last = size - 1
        var hash = leafHash
        for sibling in hashes {
            guard last > 0, sibling.count == Merkle.hashBytes else { return false }
            if node & 1 == 1 || node == last {
                hash = Merkle.nodeHash(sibling, hash)
                // At the ragged right edge the node has no sibling on some levels: it moves up unchanged.
                while node & 1 == 0 && node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = Merkle.nodeHash(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }
}
