/// A right that is asked for again while an answer goes on: at most a second after it was last confirmed.
struct AskedAgain {
    private let interval: Duration
    private let isAllowed: @Sendable () async throws -> Bool
    private var confirmed: ContinuousClock.Instant

    struct EndedError: Error {}

    /// `isAllowed` was true a moment ago.
    init(every interval: Duration, _ isAllowed: @escaping @Sendable () async throws -> Bool) {
        self.interval = interval
        self.isAllowed = isAllowed
        confirmed = .now
    }

    /// Throws once the right has ended.
    mutating func require() async throws {
        let now = ContinuousClock.now
        guard now - confirmed >= interval else { return }
        guard try await isAllowed() else { throw EndedError() }
        confirmed = now
    }
}
