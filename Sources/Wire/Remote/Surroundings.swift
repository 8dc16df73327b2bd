public import Contract
package import Foundation
public import Primitives

/// What a party takes from the machine that it runs on: the time, and bytes that cannot be guessed.
///
/// A test gives its own, and plays a year in a moment. Private keys do not come from here: they are made in
/// guarded memory and never lie in a plain array.
public struct Surroundings: Sendable {
    /// The time as the ledger counts it, in Unix seconds.
    public let now: @Sendable () -> LedgerTime
    /// So many random bytes, for handles, nonces and names of working files.
    public let random: @Sendable (Int) -> [UInt8]

    public init(
        now: @escaping @Sendable () -> LedgerTime = machineTime,
        random: @escaping @Sendable (Int) -> [UInt8] = { Random.bytes($0) }
    ) {
        self.now = now
        self.random = random
    }

    /// This machine's clock and random numbers.
    public static let machine = Surroundings()

    /// A statement of now, good for `validSeconds`.
    public func statement(_ assertion: Assertion, validSeconds: UInt64 = 3_600) -> Statement {
        Statement(assertion, validUntil: now() + validSeconds, nonce: random(Statement.nonceBytes))
    }

    /// The time as certificates count it.
    package var date: Date { Date(timeIntervalSince1970: TimeInterval(now())) }
}
