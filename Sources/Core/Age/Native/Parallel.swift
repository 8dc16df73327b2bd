import Glibc

/// How many processors this process may use, at most 16.
enum Processors {
    static let count = min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 16)
}

/// Threads that work through numbers, each taking the next one.
final class Parallel: @unchecked Sendable {
    // `next` is guarded by `mutex`.
    private let count: Int
    private let body: (Int) -> Void
    private let mutex = Mutex()
    private var next = 0

    private init(_ count: Int, _ body: @escaping (Int) -> Void) {
        self.count = count
        self.body = body
    }

    /// Calls `body` once for every number below `count`, on this thread and as many more as there are
    /// processors.
    static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let loop = Parallel(count, body)
            let threads = (1..<max(min(Processors.count, count), 1)).compactMap { _ in Thread { loop.work() }
            }
            loop.work()
            for thread in threads { thread.join() }
        }
    }

    /// Calls `body` once for every number below `count`, as `forEach` does; gives the failure of the lowest number.
    static func firstFailure(_ count: Int, _ body: @Sendable (Int) -> AgeError?) -> AgeError? {
        let failures = Failures(count: count)
        forEach(count) { failures.set($0, body($0)) }
        return failures.first
    }

    private final class Failures: @unchecked Sendable {
        // `failures` is guarded by `mutex`.
        private let mutex = Mutex()
        private var failures: [AgeError?]

        init(count: Int) {
            failures = Array(repeating: nil, count: count)
        }

        func set(_ number: Int, _ failure: AgeError?) {
            guard let failure else { return }
            mutex.lock()
            failures[number] = failure
            mutex.unlock()
        }

        var first: AgeError? { failures.lazy.compactMap { $0 }.first }
    }

    private func work() {
        while true {
            mutex.lock()
            let number = next
            next += 1
            mutex.unlock()
            guard number < count else { return }
            body(number)
        }
    }
}

/// A POSIX mutex with a condition.
final class Mutex: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
    /// Gives the mutex up until something changes; it may return without cause.
    func wait() { pthread_cond_wait(condition, mutex) }
    /// Wakes the threads that wait.
    func signalChange() { pthread_cond_broadcast(condition) }
}

/// A POSIX thread, to be joined.
struct Thread {
    private let thread: pthread_t

    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    /// Nil when the system gives no further thread: then the caller works alone.
    init?(_ run: @escaping () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run))
        let failed = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard failed == 0 else {
            body.release()
            return nil
        }
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }
}
