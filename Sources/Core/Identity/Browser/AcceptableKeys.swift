import Contract
import Primitives

/// Keys found acceptable lately: members sign again and again, and checking a key costs nearly as much as checking a
/// signature.
enum AcceptableKeys {
    // A worker has one thread.
    private nonisolated(unsafe) static var known = Set<PublicKey>()
    private static let countMax = 4096

    /// Whether `key` may sign at all.
    static func contains(_ key: PublicKey) -> Bool {
        if known.contains(key) { return true }
        guard Ed25519.isAcceptable(publicKey: key.bytes) else { return false }
        if known.count == countMax { known.removeAll(keepingCapacity: true) }
        known.insert(key)
        return true
    }
}
