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

    /// Takes so many tokens; false, and none is taken, when the bucket has fewer. `now` is a clock that does not go back.
    mutating func take(_ count: Int = 1, of caller: Caller, at now: Duration) -> Bool {
        var bucket = current[caller] ?? previous[caller] ?? Bucket(tokens: burst, filledAt: now)
        bucket.tokens = min(burst, bucket.tokens + perSecond * max(0, (now - bucket.filledAt) / .seconds(1)))
        bucket.filledAt = now
        // A full bucket lets everything through: a low rate makes a dear call rare, not impossible.
        let price = min(Double(count), burst)
        let isAllowed = bucket.tokens >= price
        if isAllowed { bucket.tokens -= price }
        if current.count >= callersMax, current[caller] == nil {
            previous = current
            current = [:]
        }
        current[caller] = bucket
        return isAllowed
    }
}

/// As how many calls a call counts, by what it costs this machine.
enum CallCost: Sendable {
    case call
    /// What the body asks for, piece by piece: it is counted by its length, before it is read.
    case body
    /// Megabytes of an answer, or thousands of rows that are read for it.
    case page
    /// Hundreds of megabytes that are hashed.
    case inventory
    /// All of a store.
    case examination

    /// A key of the state is some 70 bytes, so that fifteen count as one call.
    private static let bytesOfCall = 1_024

    /// For a body of so many bytes, as its header says.
    func calls(bodyBytes: Int = 0) -> Int {
        switch self {
        case .call: 1
        case .body: 1 + max(0, bodyBytes) / Self.bytesOfCall
        case .page: 8
        case .inventory: 32
        case .examination: 250
        }
    }
}

/// Holds callers, and the members of one organisation together, to so many calls a second.
final class CallRates: Sendable {
    static let perSecondDefault = 1_000
    /// As many callers as this have together what one organisation's members may cost.
    private static let callersOfOrganisation = 4

    private let callers: Mutex<TokenBuckets<PublicKey>>
    private let organisations: Mutex<TokenBuckets<OrganisationName>>

    init(perSecond: Int) {
        callers = Mutex(TokenBuckets(perSecond: perSecond, burst: 2 * perSecond))
        let all = perSecond * Self.callersOfOrganisation
        organisations = Mutex(TokenBuckets(perSecond: all, burst: 2 * all))
    }

    /// Throws `tooMany` when the caller's bucket has not enough for what counts as so many calls. `now` is of a clock that does
    /// not go back.
    func take(_ calls: Int, of caller: PublicKey, at now: Duration) throws(Problem) {
        guard callers.withLock({ $0.take(calls, of: caller, at: now) }) else { throw Self.tooMany }
    }

    /// The same of all members of one organisation.
    func take(_ calls: Int, of organisation: OrganisationName, at now: Duration) throws(Problem) {
        guard organisations.withLock({ $0.take(calls, of: organisation, at: now) }) else {
            throw Self.tooMany
        }
    }

    static let tooMany = Problem(
        .tooMany, "too many calls at once: wait a second and go on more slowly", retryAfter: 1)
}

/// The time since now.
public func monotonicClock() -> @Sendable () -> Duration {
    let start = ContinuousClock.now
    return { ContinuousClock.now - start }
}
