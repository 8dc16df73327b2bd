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
