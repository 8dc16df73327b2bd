import Dispatch

/// Something dear that many may ask for: those who ask while it runs get what that run gives. It runs beside the service, on
/// a thread of its own.
///
/// What took longer than a second is told again for nine times as long as it took, so that no number of callers keeps more than
/// a tenth of one processor at it.
actor SharedRun<Value: Sendable> {
    private var running: Task<Value, any Error>?
    private var last: (value: Value, until: Duration)?
    /// How many have shared another's run.
    private(set) var shared = 0
    private let queue = DispatchQueue(label: "medseal.server.shared-run", qos: .utility)
    private let elapsed: @Sendable () -> Duration

    /// `elapsed` is of a clock that does not go back.
    init(elapsed: @escaping @Sendable () -> Duration) { self.elapsed = elapsed }

    func value(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        if let running {
            shared += 1
            return try await running.value
        }
        if let last, elapsed() < last.until { return last.value }
        let start = elapsed()
        let task = Task { [queue] in
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try body() }) }
            }
        }
        running = task
        last = nil
        defer { running = nil }
        let value = try await task.value
        let end = elapsed()
        if end - start > .seconds(1) { last = (value, end + (end - start) * 9) }
        return value
    }
}
