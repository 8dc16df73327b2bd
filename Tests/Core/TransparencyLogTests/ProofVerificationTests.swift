import Testing
import TransparencyLog

/// T35: every proof of every tree up to 64 entries, and every one-step damage to each.
struct ProofVerificationTests {
    static let stored = (leafHashes: StoredTree(entries: StoredTree.entries(64)).leafHashes, size: 64)
    static let heads = (0...stored.size).map {
        TreeHead(size: UInt64($0), root: Definition.root(stored.leafHashes[..<$0]))
    }
    static let other = [UInt8](repeating: 7, count: 32)

    @Test(arguments: 1...64) func inclusion(size: Int) throws {
        let leafHashes = Self.stored.leafHashes
        let root = Self.heads[size].root
        for index in 0..<size {
            let proof = InclusionProof(hashes: Definition.path(index, leafHashes[..<size]))
            func holds(
                _ proof: InclusionProof, leaf: [UInt8]? = nil, index other: Int? = nil,
                size otherSize: Int? = nil,
                root otherRoot: [UInt8]? = nil
            ) -> Bool {
                proof.verify(
                    leafHash: leaf ?? leafHashes[index], index: UInt64(other ?? index),
                    size: UInt64(otherSize ?? size), root: otherRoot ?? root)
            }
            try #require(holds(proof))
            for hashes in damaged(proof.hashes) { #expect(!holds(InclusionProof(hashes: hashes))) }
            for wrong in [0, index - 1, index + 1, size] where wrong != index && wrong >= 0 {
                #expect(!holds(proof, index: wrong))
            }
            #expect(!holds(proof, leaf: Self.other))
            #expect(!holds(proof, leaf: []))
            #expect(!holds(proof, root: Self.other))
            #expect(!holds(proof, root: []))
            #expect(!holds(proof, size: 0))
            #expect(!holds(proof, size: index))
        }
    }

    @Test func anInnerNodeIsNotALeaf() {
        // The two children of the root of four leaves pass for leaves only where nodes and leaves are hashed
        // alike.
        let leafHashes = Self.stored.leafHashes
        let left = Definition.root(leafHashes[0..<2])
        let right = Definition.root(leafHashes[2..<4])
        let proof = InclusionProof(hashes: [right])
        let root = Self.heads[4].root
        #expect(
            !proof.verify(
                leafHash: Merkle.leafHash(leafHashes[0] + leafHashes[1]), index: 0, size: 2, root: root))
        #expect(!proof.verify(leafHash: left, index: 0, size: 4, root: root))
    }

    @Test(arguments: 0...64) func consistency(size: Int) throws {
        let new = Self.heads[size]
        for oldSize in 0...size {
            let old = Self.heads[oldSize]
            let hashes = oldSize == 0 ? [] : Definition.subproof(oldSize, Self.stored.leafHashes[..<size])
            let proof = ConsistencyProof(hashes: hashes)
            try #require(proof.verify(from: old, to: new))
            for wrong in damaged(hashes) {
                #expect(!ConsistencyProof(hashes: wrong).verify(from: old, to: new))
            }
            #expect(!proof.verify(from: TreeHead(size: old.size, root: Self.other), to: new))
            // Every log begins with the empty one, whatever its root: nothing is proved, nothing is refused.
            let forged = proof.verify(from: old, to: TreeHead(size: new.size, root: Self.other))
            #expect(forged == (oldSize == 0 && size > 0))
            if oldSize < size { #expect(!proof.verify(from: new, to: old)) }
            for wrong in [oldSize - 1, oldSize + 1] where wrong > 0 && wrong <= size && oldSize > 0 {
                #expect(!proof.verify(from: TreeHead(size: UInt64(wrong), root: old.root), to: new))
            }
        }
    }

    /// Two logs that part after entry 20: no proof of one leads from the other's head.
    @Test func aForkHasNoProof() throws {
        let honest = StoredTree(entries: StoredTree.entries(40))
        let forked = StoredTree(
            entries: StoredTree.entries(20) + (20..<40).map { [UInt8]("fork \($0)".utf8) })
        for oldSize in UInt64(1)...40 {
            let old = try TreeHead(size: oldSize, reading: honest)
            let proof = try ConsistencyProof(from: oldSize, to: 40, reading: forked)
            #expect(proof.verify(from: old, to: forked.tree.head) == (oldSize <= 20))
        }
    }

    /// Far beyond what can be built: a path of 62 hashes, the largest index, no overflow.
    @Test func theLargestTreesDoNotOverflow() {
        let hashes = [[UInt8]](repeating: Self.other, count: 64)
        for count in [0, 1, 62, 63, 64] {
            let proof = InclusionProof(hashes: Array(hashes.prefix(count)))
            for index in [0, 1, UInt64.max - 1, UInt64.max, 1 << 63] {
                #expect(!proof.verify(leafHash: Self.other, index: index, size: .max, root: Self.other))
            }
            let old = TreeHead(size: TreeHead.sizeMax - 1, root: Self.other)
            let new = TreeHead(size: TreeHead.sizeMax, root: Self.other)
            #expect(!ConsistencyProof(hashes: Array(hashes.prefix(count))).verify(from: old, to: new))
        }
    }
}
