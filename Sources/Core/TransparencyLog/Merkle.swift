import Primitives

/// The hashes of a Merkle tree log (RFC 6962, section 2.1): SHA-256, with leaves and nodes kept apart by a
/// prefix byte.
public enum Merkle {
    /// Bytes in every hash.
    public static let hashBytes = SHA256.byteCount

    /// The root of the tree without leaves: SHA-256 of nothing.
    public static let emptyRoot = SHA256.digest([])

    /// The hash of one log entry: SHA-256(0x00 || entry), 32 bytes.
    public static func leafHash(_ entry: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update([0x00])
        hash.update(entry)
        return hash.finish()
    }

    /// The hash of an inner node: SHA-256(0x01 || left || right), 32 bytes. Both children must be 32-byte
    /// hashes.
    public static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        precondition(left.count == hashBytes && right.count == hashBytes, "a node has two 32-byte children")
        var hash = SHA256()
        hash.update([0x01])
        hash.update(left)
        hash.update(right)
        return hash.finish()
    }
}

/// Why a question about a tree cannot be answered.
public enum TreeError: Error, Equatable {
    /// The entry or the older size asked for lies outside the tree of that size.
    case outOfRange
    /// The reader gave something that is not a 32-byte hash: the store is damaged.
    case malformedNode(level: Int, position: UInt64)
}

/// Where the roots of complete subtrees are kept.
public protocol NodeReader {
    /// The root of the complete subtree of 2^level leaves that begins at leaf position * 2^level: 32 bytes.
    ///
    /// Level 0 is the leaf hashes. Only nodes that are complete in the tree asked about are ever read. Throws
    /// what the store throws when it cannot read or does not trust the node.
    func node(level: Int, position: UInt64) throws -> [UInt8]
}

extension NodeReader {
    /// The stored node, known to have the length of a hash.
    func checkedNode(level: Int, position: UInt64) throws -> [UInt8] {
        let hash = try node(level: level, position: position)
        guard hash.count == Merkle.hashBytes else {
            throw TreeError.malformedNode(level: level, position: position)
        }
        return hash
    }

    /// The Merkle tree hash of the leaves in `start ..< end`, `start` being a multiple of the largest power
    /// of two that is not above the count. Reads one node per set bit of the count.
    func root(from start: UInt64, to end: UInt64) throws -> [UInt8] {
        guard start < end else { return Merkle.emptyRoot }
        var nodes: [[UInt8]] = []
        var position = start
        while position < end {
            let level = (end - position).largestPowerOfTwoExponent
            nodes.append(try checkedNode(level: level, position: position >> UInt64(level)))
            position += 1 << UInt64(level)
        }
        return Merkle.root(ofComplete: nodes)
    }
}

extension Merkle {
    /// The root over complete subtrees that stand side by side, largest first.
    static func root(ofComplete nodes: [[UInt8]]) -> [UInt8] {
        guard var root = nodes.last else { return emptyRoot }
        for left in nodes.dropLast().reversed() { root = nodeHash(left, root) }
        return root
    }
}

extension UInt64 {
    /// The exponent of the largest power of two that is not above this number, which must not be zero.
    var largestPowerOfTwoExponent: Int { UInt64.bitWidth - 1 - leadingZeroBitCount }

    /// RFC 6962's `k`: the exponent of the largest power of two below this number, which must be above one.
    var splitExponent: Int { (self - 1).largestPowerOfTwoExponent }
}
