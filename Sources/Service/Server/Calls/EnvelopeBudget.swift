import API
import Contract
import Synchronization

/// How many bytes the key of one record may store beside the record's files: envelopes and lists of its grants. What no
/// statement names goes after thirty days, and would fill the custodian's disk until then.
final class EnvelopeBudget: Sendable {
    /// As many of the longest envelopes at once, and some eighty megabytes a day.
    static let bytesAtOnce = 16 * Wire.envelopeBytesMax
    private static let bytesPerSecond = 1 << 10

    private let buckets = Mutex(TokenBuckets<PublicKey>(perSecond: bytesPerSecond, burst: bytesAtOnce))

    /// Throws `tooMany` where the key has stored so many bytes lately that it has no room for these. `now` is of a clock that
    /// does not go back.
    func take(_ byteCount: Int, of key: PublicKey, at now: Duration) throws(Problem) {
        guard buckets.withLock({ $0.take(max(0, byteCount), of: key, at: now) }) else {
            throw Problem(
                .tooMany, "the record's key has stored as many bytes of envelopes as it may: wait and go on",
                retryAfter: UInt64(byteCount / Self.bytesPerSecond + 1))
        }
    }
}
