import Primitives
import TransparencyLog

/// A log in memory with everything that a ledger stores, for tests.
final class StoredTree: NodeReader {
    struct Missing: Error {}
    private struct Place: Hashable {
        let level: Int
        let position: UInt64
    }

    private(set) var tree = MerkleTree()
    private(set) var leafHashes: [[UInt8]] = []
    private var nodes: [Place: [UInt8]] = [:]
    var reads = 0

    init(entries: [[UInt8]] = []) { append(entries) }

    func append(_ entries: [[UInt8]]) {
        let hashes = entries.map(Merkle.leafHash)
        for node in tree.append(hashes) {
            let place = Place(level: node.level, position: node.position)
            precondition(node.level > 0 && nodes[place] == nil, "a node is made once")
            nodes[place] = node.hash
        }
        leafHashes += hashes
    }

    func node(level: Int, position: UInt64) throws -> [UInt8] {
        reads += 1
        if level == 0 { return leafHashes[Int(position)] }
        guard let hash = nodes[Place(level: level, position: position)] else { throw Missing() }
        return hash
    }

    var nodeCount: Int { nodes.count }

    static func entries(_ count: Int) -> [[UInt8]] { (0..<count).map { [UInt8]("entry \($0)".utf8) } }
}

/// RFC 6962, section 2.1, word by word: the definition that the code under test is held against.
enum Definition {
    static func root(_ leafHashes: ArraySlice<[UInt8]>) -> [UInt8] {
        guard let first = leafHashes.first else { return SHA256.digest([]) }
        guard leafHashes.count > 1 else { return first }
        let middle = leafHashes.startIndex + split(leafHashes.count)
        return SHA256.digest([1] + root(leafHashes[..<middle]) + root(leafHashes[middle...]))
    }

    static func path(_ index: Int, _ leafHashes: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leafHashes.count > 1 else { return [] }
        let count = split(leafHashes.count)
        let middle = leafHashes.startIndex + count
        return index < count
            ? path(index, leafHashes[..<middle]) + [root(leafHashes[middle...])]
            : path(index - count, leafHashes[middle...]) + [root(leafHashes[..<middle])]
    }

    static func subproof(_ old: Int, _ leafHashes: ArraySlice<[UInt8]>, _ isWhole: Bool = true) -> [[UInt8]] {
        if old == leafHashes.count { return isWhole ? [] : [root(leafHashes)] }
        let count = split(leafHashes.count)
        let middle = leafHashes.startIndex + count
        return old <= count
            ? subproof(old, leafHashes[..<middle], isWhole) + [root(leafHashes[middle...])]
            : subproof(old - count, leafHashes[middle...], false) + [root(leafHashes[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func unhex(_ text: String) -> [UInt8] {
    let digits = text.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16)! }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Every way to damage a list of hashes by one step: a bit of each hash, its length, one dropped, doubled, or
/// swapped.
func damaged(_ hashes: [[UInt8]]) -> [[[UInt8]]] {
    var results: [[[UInt8]]] = [hashes + [[UInt8](repeating: 0, count: 32)], hashes + [[]]]
    for place in hashes.indices {
        var flipped = hashes
        flipped[place][place % 32] ^= 1 << UInt8(place % 8)
        var short = hashes
        short[place].removeLast()
        var long = hashes
        long[place].append(0)
        var dropped = hashes
        dropped.remove(at: place)
        var doubled = hashes
        doubled.insert(hashes[place], at: place)
        results += [flipped, short, long, dropped, doubled]
        for other in hashes.indices where other > place {
            var swapped = hashes
            swapped.swapAt(place, other)
            results.append(swapped)
        }
    }
    return results
}
