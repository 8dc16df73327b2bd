import API
import Contract
import Synchronization

/// How many calls a caller may make: a bucket of tokens for each, refilled by the second. Memory is bounded: a
/// caller that was not seen lately begins with a full bucket again.
struct TokenBuckets<Caller: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Duration
    }

    private let perSecond: Double
    private let burst: Double
    private let callersMax: Int
    private var current: [Caller: Bucket] = [:]
    private var previous: [Caller: Bucket] = [:]

    init(perSecond: Int, burst: Int, callersMax: Int = 10_000) {
        self.perSecond = Double(perSecond)
        self.burst = Double(burst)
        self.callersMax = callersMax
    }

    /// Takes a token; false when the bucket is empty. `now` is a clock that does not go back.
    mutating func take(_ caller: Caller, at now: Duration) -> Bool {
        var bucket = current[caller] ?? previous[caller] ?? Bucket(tokens: burst, filledAt: now)
        bucket.tokens = min(burst, bucket.tokens + perSecond * max(0, (now - bucket.filledAt) / .seconds(1)))
        bucket.filledAt = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        if current.count >= callersMax, current[caller] == nil {
            previous = current
            current = [:]
        }
        current[caller] = bucket
        return isAllowed
    }
}

/// Holds callers to so many calls a second.
final class CallRates: Sendable {
    static let perSecondDefault = 1_000

    private let buckets: Mutex<TokenBuckets<PublicKey>>

    init(perSecond: Int) { buckets = Mutex(TokenBuckets(perSecond: perSecond, burst: 2 * perSecond)) }

    /// Throws `tooMany` when the caller's bucket is empty. `now` is of a clock that does not go back.
    func take(_ caller: PublicKey, at now: Duration) throws(Problem) {
        guard buckets.withLock({ $0.take(caller, at: now) }) else { throw Self.tooMany }
    }

    static let tooMany = Problem(
        .tooMany, "too many calls at once: wait a second and go on more slowly", retryAfter: 1)
}

/// The time since now.
public func monotonicClock() -> @Sendable () -> Duration {
    let start = ContinuousClock.now
    return { ContinuousClock.now - start }
}
