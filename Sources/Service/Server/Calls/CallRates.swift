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

    /// Whether a token is there; none is taken.
    func has(_ caller: Caller, at now: Duration) -> Bool {
        guard let bucket = current[caller] ?? previous[caller] else { return true }
        return bucket.tokens + perSecond * max(0, (now - bucket.filledAt) / .seconds(1)) >= 1
    }
}

/// Holds callers to so many calls a second, and connections to so many that are not signed as they must be.
final class CallRates: Sendable {
    static let perSecondDefault = 1_000
    private static let failuresPerSecond = 2
    private static let failuresBurst = 40

    private let clock: @Sendable () -> LedgerTime
    private let signed: Mutex<TokenBuckets<PublicKey>>
    private let failures = Mutex(
        TokenBuckets<ObjectIdentifier>(perSecond: failuresPerSecond, burst: failuresBurst))

    /// `clock` gives seconds and does not go back.
    init(perSecond: Int, clock: @escaping @Sendable () -> LedgerTime) {
        self.clock = clock
        signed = Mutex(TokenBuckets(perSecond: perSecond, burst: 2 * perSecond))
    }

    private static let tooMany = Problem(
        .tooMany, "too many calls at once: wait a second and go on more slowly", retryAfter: 1)

    /// A connection that has failed too often is not listened to for a while.
    func requireRoom(on connection: ObjectIdentifier) throws(Problem) {
        let now = Duration.seconds(clock())
        guard failures.withLock({ $0.has(connection, at: now) }) else { throw Self.tooMany }
    }

    func noteFailure(on connection: ObjectIdentifier) {
        let now = Duration.seconds(clock())
        failures.withLock { _ = $0.take(connection, at: now) }
    }

    func take(_ caller: PublicKey) throws(Problem) {
        let now = Duration.seconds(clock())
        guard signed.withLock({ $0.take(caller, at: now) }) else { throw Self.tooMany }
    }
}
