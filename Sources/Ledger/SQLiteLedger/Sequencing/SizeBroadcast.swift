import Synchronization

/// Tells every listener the log's newest size.
final class SizeBroadcast: Sendable {
    private struct Listeners {
        var size: UInt64
        var isFinished = false
        var nextID = 0
        var continuations: [Int: AsyncStream<UInt64>.Continuation] = [:]
    }

    private let listeners: Mutex<Listeners>

    init(size: UInt64) { listeners = Mutex(Listeners(size: size)) }

    /// Sizes from now on, and the present one at once when there are entries after `position`.
    func sizes(after position: UInt64?) -> AsyncStream<UInt64> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
        let id: Int? = listeners.withLock { listeners in
            guard !listeners.isFinished else { return nil }
            defer { listeners.nextID += 1 }
            listeners.continuations[listeners.nextID] = continuation
            let isBehind =
                position.map { listeners.size > 0 && $0 < listeners.size - 1 } ?? (listeners.size > 0)
            if isBehind { continuation.yield(listeners.size) }
            return listeners.nextID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.continuations.removeValue(forKey: id) }
        }
        return stream
    }

    func yield(_ size: UInt64) {
        listeners.withLock { listeners in
            listeners.size = size
            for continuation in listeners.continuations.values { continuation.yield(size) }
        }
    }

    /// Ends every stream. Outside the lock: ending one calls back for it.
    func finish() {
        let continuations = listeners.withLock { listeners in
            listeners.isFinished = true
            return Array(listeners.continuations.values)
        }
        for continuation in continuations { continuation.finish() }
    }
}
