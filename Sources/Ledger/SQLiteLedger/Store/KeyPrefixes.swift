import Contract
import GRDB
import Ledger

/// Keys by how they begin: both tables are ordered by the ids in them.
extension LedgerTables {
    /// By so many places a mark may lie behind those of its prefix, where others lie there.
    private static let placesMore: UInt64 = 256

    /// Keys of the state that begin with `prefix`, a kind's byte and the first bytes of an id; up to `limit`.
    func keys(beginning prefix: [UInt8], limit: Int) throws -> [StateKey] {
        guard prefix.count > StateKey.idPrefixBytesMin, prefix.count <= 33, limit > 0 else { return [] }
        let (first, last) = (Self.key(prefix, filledWith: 0x00), Self.key(prefix, filledWith: 0xff))
        var keys = [StateKey]()
        func add(_ key: StateKey) -> Bool {
            if key.bytes.starts(with: prefix) { keys.append(key) }
            return keys.count < limit
        }
        if let first = first.markedStatement, let last = last.markedStatement {
            try connection.each(
                "SELECT statement FROM marks WHERE place BETWEEN ? AND ? ORDER BY place",
                .integer(first.firstPlace),
                .integer(min(last.firstPlace + Self.placesMore, UInt64(Int64.max)))
            ) { add(StateRow.markKey(stored: $0.blob(0))) }
        } else {
            // The kind's byte stands at the end of what is stored.
            try connection.each(
                "SELECT key FROM state WHERE key >= ? AND key <= ? AND substr(key, -1) = ? ORDER BY key",
                .blob(Array(prefix.dropFirst())), .blob(StateRow.stored(last)), .blob([prefix[0]])
            ) { add(StateRow.key(stored: $0.blob(0))) }
        }
        return keys
    }

    private static func key(_ prefix: [UInt8], filledWith byte: UInt8) -> StateKey {
        StateKey(bytes: prefix + [UInt8](repeating: byte, count: 33 - prefix.count))
    }
}
