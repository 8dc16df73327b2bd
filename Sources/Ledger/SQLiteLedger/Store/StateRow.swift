import Contract
import Primitives

/// A row of the table `marks` or `state` as it is stored.
struct StateRow {
    let value: [UInt8]
    /// The place in the log of the statement whose mark this is; nil for everything else.
    let position: UInt64?
    let checkDigest: [UInt8]

    /// The first 16 bytes of SHA-256(key length in one byte || key || position in eight bytes || value).
    static func checkDigest(key: StateKey, value: [UInt8], position: UInt64?) -> [UInt8] {
        precondition(key.bytes.count <= 255, "a state key has at most 255 bytes")
        var hash = SHA256()
        hash.update([UInt8(key.bytes.count)])
        hash.update(key.bytes)
        withUnsafeBytes(of: (position ?? .max).bigEndian) { hash.update($0) }
        hash.update(value)
        return Array(hash.finish().prefix(16))
    }

    /// The key with its first byte, the kind, at the end: what belongs to one record or one statement then lies
    /// on one page of the index.
    static func stored(_ key: StateKey) -> [UInt8] { Array(key.bytes.dropFirst()) + key.bytes.prefix(1) }

    /// The key of a stored mark; of a damaged one, what it has in the place of the statement's id.
    static func markKey(stored bytes: [UInt8]) -> StateKey {
        StatementID(bytes).map(StateKey.statement) ?? StateKey(bytes: bytes)
    }

    /// The key of another stored row.
    static func key(stored bytes: [UInt8]) -> StateKey {
        StateKey(bytes: Array(bytes.suffix(1)) + bytes.dropLast())
    }
}

extension StateKey {
    /// The accepted statement whose mark it is.
    var markedStatement: StatementID? {
        guard let id = StatementID(bytes.dropFirst()), .statement(id) == self else { return nil }
        return id
    }
}
