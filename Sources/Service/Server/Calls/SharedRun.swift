import Dispatch

/// Something dear that many may ask for: those who ask while it runs get what that run gives. It runs beside the service, on
/// a thread of its own.
actor SharedRun<Value: Sendable> {
    private var running: Task<Value, any Error>?
    /// How many have shared another's run.
    private(set) var shared = 0
    private let queue = DispatchQueue(label: "medseal.server.shared-run", qos: .utility)

    func value(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        if let running {
            shared += 1
            return try await running.value
        }
        let task = Task { [queue] in
            try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try body() }) }
            }
        }
        running = task
        defer { running = nil }
        return try await task.value
    }
}
