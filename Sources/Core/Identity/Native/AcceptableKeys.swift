import Contract
import Primitives
import Synchronization

/// Keys found acceptable lately: members sign again and again, and checking a key costs nearly as much as checking a
/// signature.
enum AcceptableKeys {
    private static let known = Mutex(Set<PublicKey>())
    private static let countMax = 4096

    /// Whether `key` may sign at all.
    static func contains(_ key: PublicKey) -> Bool {
        if known.withLock({ $0.contains(key) }) { return true }
        guard Ed25519.isAcceptable(publicKey: key.bytes) else { return false }
        known.withLock { keys in
            if keys.count == countMax { keys.removeAll(keepingCapacity: true) }
            keys.insert(key)
        }
        return true
    }
}
