import Dispatch
import Foundation
import Synchronization

/// The threads on which files are waited for.
///
/// Swift's own threads are as many as the machine has cores, and a server's event loops as well: one that waits
/// for a disk or a lock is missing to all others. These may wait. They are no thread pool of NIO's, so that
/// Storage needs no network library.
public final class FileThreads: Sendable {
    /// Enough for as many disks' and locks' worth of waiting; each job is short, or waits.
    public static let shared = FileThreads(count: 16)

    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let waiting = DispatchSemaphore(value: 0)

    /// The threads stay for as long as the process.
    private init(count: Int) {
        for _ in 0..<count { Thread.detachNewThread { self.work() } }
    }

    private func work() -> Never {
        while true {
            waiting.wait()
            jobs.withLock { $0.removeFirst() }()
        }
    }

    /// Does `job` on one of the threads and gives what it gives. A job must not wait for another one.
    public func run<Value: Sendable>(_ job: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            jobs.withLock { $0.append { continuation.resume(with: Result(catching: job)) } }
            waiting.signal()
        }
    }
}
