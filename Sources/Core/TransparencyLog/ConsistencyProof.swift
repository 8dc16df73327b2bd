/// Proof that an older tree is a prefix of a newer one: nothing was changed, dropped or reordered
/// (RFC 6962, section 2.1.2).
public struct ConsistencyProof: Sendable, Hashable {
    /// 32 bytes each, in the order of RFC 6962.
    public let hashes: [[UInt8]]

    /// A proof as received; nothing is checked before `verify`.
    public init(hashes: [[UInt8]]) { self.hashes = hashes }

    /// The proof from the tree of `oldSize` entries to that of `newSize`; reads O(log newSize) nodes.
    ///
    /// It is empty when `oldSize` is zero or equals `newSize`. Throws `TreeError.outOfRange` when `oldSize >
    /// newSize`, and what `reader` throws.
    public init<Reader: NodeReader>(
        from oldSize: UInt64, to newSize: UInt64, reading reader: Reader
    ) throws(Reader.Failure) {
        guard oldSize <= newSize, newSize <= TreeHead.sizeMax else { throw Reader.failure(.outOfRange) }
        guard oldSize > 0 else {
            hashes = []
            return
        }
        var hashes: [[UInt8]] = []
        // SUBPROOF of RFC 6962: the subtree in which the old tree ends, narrowed until the old tree fills it.
        var start: UInt64 = 0
        var end = newSize
        while end != oldSize {
            let middle = start + (1 << UInt64((end - start).splitExponent))
            if oldSize <= middle {
                hashes.append(try reader.root(from: middle, to: end))
                end = middle
            } else {
                hashes.append(try reader.root(from: start, to: middle))
                start = middle
            }
        }
        // Where that subtree is the whole old tree, the verifier has its root already.
        if start > 0 { hashes.append(try reader.root(from: start, to: end)) }
        self.hashes = hashes.reversed()
    }

    /// Whether this proves that the tree of `old` is a prefix of the tree of `new`.
    ///
    /// RFC 9162, section 2.1.4.2: every hash is used, none may be missing, each has 32 bytes. The empty tree
    /// is a prefix of every tree; its proof, and that between equal sizes, is empty.
    public func verify(from old: TreeHead, to new: TreeHead) -> Bool {
        guard old.size <= new.size, hashes.allSatisfy({ $0.count == Merkle.hashBytes }) else { return false }
        if old.size == new.size { return hashes.isEmpty && old.root == new.root }
        if old.size == 0 { return hashes.isEmpty && old.root == Merkle.emptyRoot }

        var remaining = hashes[...]
        // A complete old tree is itself the first node of the path.
        let isComplete = old.size & (old.size - 1) == 0
        guard let first = isComplete ? old.root : remaining.popFirst() else { return false }
        var node = old.size - 1
        var last = new.size - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var oldHash = first
        var newHash = first
        for sibling in remaining {
            guard last > 0 else { return false }
            if node & 1 == 1 || node == last {
                oldHash = Merkle.nodeHash(sibling, oldHash)
                newHash = Merkle.nodeHash(sibling, newHash)
                while node & 1 == 0 && node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                newHash = Merkle.nodeHash(newHash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == old.root && newHash == new.root
    }
}
