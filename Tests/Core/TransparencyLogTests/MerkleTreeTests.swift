import Primitives
import Testing
import TransparencyLog

struct MerkleTreeTests {
    /// The leaves and roots of Certificate Transparency's own reference tests
    /// (merkletree/merkle_tree_test.cc).
    @Test func rootsOfCertificateTransparency() throws {
        let leaves =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"].map(unhex)
            + [unhex("606162636465666768696a6b6c6d6e6f")]
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]
        for (size, root) in roots.enumerated() {
            let stored = StoredTree(entries: Array(leaves.prefix(size)))
            #expect(stored.tree.head == TreeHead(size: UInt64(size), root: unhex(root)))
        }
        #expect(TreeHead.empty.root == unhex(roots[0]))
    }

    /// Computed once by 20 lines of Python over hashlib, from the definition in RFC 6962.
    @Test func rootsAndProofsOfPython() throws {
        let stored = StoredTree(entries: StoredTree.entries(64))
        var roots: [UInt8] = []
        var paths: [[UInt8]] = []
        var subproofs: [[UInt8]] = []
        for size in 0...UInt64(64) {
            roots += try TreeHead(size: size, reading: stored).root
            for index in 0..<size {
                paths += try InclusionProof(of: index, inTreeOf: size, reading: stored).hashes
            }
            guard size > 0 else { continue }
            for old in 1...size {
                subproofs += try ConsistencyProof(from: old, to: size, reading: stored).hashes
            }
        }
        #expect(
            hex(SHA256.digest(roots)) == "9047ed8ea848cead1ba5a2b40797295d55b68fd2f18600c7e6c5003cf5ca58ff")
        #expect(paths.count == 11376)
        #expect(
            hex(SHA256.digest(paths.flatMap { $0 }))
                == "1529872d88fc967c39cad69d11798bcf69001dd1c6fac5e0a8880952ae1d24ef")
        #expect(subproofs.count == 11055)
        #expect(
            hex(SHA256.digest(subproofs.flatMap { $0 }))
                == "0a5a9f26587d5d6530ab8f87581894f958645eb73e418678d8b0fda23b851c5d")
        let large = StoredTree(entries: StoredTree.entries(1000))
        #expect(
            hex(large.tree.head.root) == "346c6b9cb89c4b76fac9dcb20cda86e3a01c0a57417c139028eacd4538fde95b")
    }

    @Test func rootsOfTheDefinition() throws {
        let stored = StoredTree(entries: StoredTree.entries(130))
        for size in 0...130 {
            let head = try TreeHead(size: UInt64(size), reading: stored)
            #expect(head.root == Definition.root(stored.leafHashes[..<size]))
            let reopened = try MerkleTree(size: UInt64(size), reading: stored)
            #expect(reopened.head == head)
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 100]) func appendingInBatchesOfAnySizeStoresTheSameNodes(batch: Int)
        throws
    {
        let entries = StoredTree.entries(257)
        let whole = StoredTree(entries: entries)
        let batched = StoredTree()
        for start in stride(from: 0, to: entries.count, by: batch) {
            batched.append(Array(entries[start..<min(start + batch, entries.count)]))
        }
        #expect(batched.tree == whole.tree)
        // 257 leaves close 128 + 64 + ... + 1 subtrees.
        #expect(batched.nodeCount == 255)
        for level in 1...8 {
            for position in 0..<UInt64(256 >> level) {
                let first = Int(position) << level
                let root = Definition.root(whole.leafHashes[first..<(first + 1 << level)])
                #expect(try batched.node(level: level, position: position) == root)
            }
        }
    }

    @Test func aReopenedTreeGoesOnAsBefore() throws {
        let entries = StoredTree.entries(100)
        let stored = StoredTree(entries: entries)
        for size in [0, 1, 5, 64, 99] {
            var reopened = try MerkleTree(size: UInt64(size), reading: stored)
            _ = reopened.append(stored.leafHashes[size...])
            #expect(reopened == stored.tree)
        }
    }

    @Test func proofsReadFewNodes() throws {
        let stored = StoredTree(entries: StoredTree.entries(4095))
        for index in stride(from: UInt64(0), to: 4095, by: 91) {
            stored.reads = 0
            _ = try InclusionProof(of: index, inTreeOf: 4095, reading: stored)
            #expect(stored.reads <= 24)
            stored.reads = 0
            _ = try ConsistencyProof(from: index, to: 4095, reading: stored)
            #expect(stored.reads <= 24)
        }
    }

    @Test func leavesAndNodesCannotBeMistaken() {
        let left = Merkle.leafHash([1])
        let right = Merkle.leafHash([2])
        #expect(Merkle.nodeHash(left, right) != Merkle.leafHash(left + right))
        #expect(Merkle.nodeHash(left, right) != SHA256.digest(left + right))
        #expect(Merkle.leafHash([1]) != SHA256.digest([1]))
    }

    @Test func aDamagedStoreIsNamed() {
        struct Short: NodeReader {
            func node(level: Int, position: UInt64) throws(TreeError) -> [UInt8] {
                [UInt8](repeating: 1, count: 31)
            }
        }
        let error = TreeError.malformedNode(level: 2, position: 0)
        #expect(throws: error) { try TreeHead(size: 5, reading: Short()) }
        #expect(throws: error) { try MerkleTree(size: 5, reading: Short()) }
        #expect(throws: TreeError.malformedNode(level: 0, position: 4)) {
            try InclusionProof(of: 0, inTreeOf: 5, reading: Short())
        }
    }

    @Test func whatLiesOutsideTheTreeIsRefused() {
        let stored = StoredTree(entries: StoredTree.entries(3))
        #expect(throws: TreeError.outOfRange) { try InclusionProof(of: 3, inTreeOf: 3, reading: stored) }
        #expect(throws: TreeError.outOfRange) { try InclusionProof(of: 0, inTreeOf: 0, reading: stored) }
        #expect(throws: TreeError.outOfRange) { try ConsistencyProof(from: 4, to: 3, reading: stored) }
        #expect(throws: TreeError.outOfRange) { try TreeHead(size: 1 << 63, reading: stored) }
        #expect(throws: TreeError.outOfRange) { try MerkleTree(size: .max, reading: stored) }
        #expect(throws: TreeError.outOfRange) { try InclusionProof(of: 0, inTreeOf: .max, reading: stored) }
        #expect(throws: TreeError.outOfRange) { try ConsistencyProof(from: 1, to: .max, reading: stored) }
    }
}
