import Glibc

/// The clock, the chance and the pauses of a bucket's calls: the machine's, or a test's.
public struct Timing: Sendable {
    /// Seconds since 1970.
    public let now: @Sendable () -> Int
    /// A number of 0...most.
    public let random: @Sendable (_ most: Int) -> Int
    public let sleep: @Sendable (Duration) async throws -> Void

    public init(
        now: @escaping @Sendable () -> Int, random: @escaping @Sendable (_ most: Int) -> Int,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.random = random
        self.sleep = sleep
    }

    public static let machine = Timing(
        now: { time(nil) }, random: { Int.random(in: 0...$0) }, sleep: { try await Task.sleep(for: $0) })
}

/// How long to wait before a call is made again: up to twice as long each time, by chance, so that many callers that
/// failed together do not come back together.
enum Backoff {
    /// How often a call is made before its failure is believed.
    static let attemptsMax = 8
    private static let millisecondsMax = 20_000

    static func pause(after failures: Int, _ timing: Timing) -> Duration {
        .milliseconds(timing.random(min(millisecondsMax, 100 << min(failures, 16))))
    }
}
