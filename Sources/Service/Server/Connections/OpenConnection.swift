import NIOCore
import Synchronization

/// One connection that was accepted.
final class OpenConnection: Sendable {
    /// What every connection may fail in, and how fast that is forgotten.
    private static let failuresMax = 40.0
    private static let forgottenPerSecond = 2.0

    /// Later ones have greater numbers.
    let number: UInt64
    /// What it counts against; nil for a proxy's, and where it has no address.
    let address: CallerAddress?
    let isProxy: Bool
    private let channel: any Channel

    /// What it has shown. Who shows less makes room for who shows more.
    enum Stage: Int, Comparable {
        case silent, speaking, calling

        static func < (one: Stage, other: Stage) -> Bool { one.rawValue < other.rawValue }
    }

    private struct State {
        var stage = Stage.silent
        var failures = 0.0
        var failedAt = Duration.zero
        /// When it was last answered; nil while it calls.
        var idleSince: ContinuousClock.Instant?
        /// The calls that a proxy has forwarded and that are not answered, and whether each is one too many.
        var forwarded: [(address: CallerAddress, isTooMany: Bool)] = []

        func failures(at now: Duration) -> Double {
            max(0, failures - max(0, (now - failedAt) / .seconds(1)) * OpenConnection.forgottenPerSecond)
        }
    }
    private let state = Mutex(State())

    init(_ channel: any Channel, number: UInt64, address: CallerAddress?, isProxy: Bool) {
        self.channel = channel
        self.number = number
        self.address = isProxy ? nil : address
        self.isProxy = isProxy
    }

    /// Ends it at once, without a farewell.
    func end() { channel.triggerUserOutboundEvent(EndOfConnection(), promise: nil) }

    var stage: Stage { state.withLock { $0.stage } }

    /// Bytes came on it, or a whole request.
    func reached(_ stage: Stage) { state.withLock { $0.stage = max($0.stage, stage) } }

    // MARK: Failures

    /// Whether it may fail once more, at `now` of a clock that does not go back. What a connection failed in goes with it:
    /// the next one from the same address, or at the same place in memory, begins anew.
    func mayFail(at now: Duration) -> Bool { state.withLock { $0.failures(at: now) < Self.failuresMax } }

    func noteFailure(at now: Duration) {
        state.withLock { state in
            state.failures = state.failures(at: now) + 1
            state.failedAt = now
        }
    }

    // MARK: Calls

    var idleSince: ContinuousClock.Instant? { state.withLock { $0.idleSince } }

    /// A call begins; behind a proxy, whose it is.
    func callBegan(forwarded: (address: CallerAddress, isTooMany: Bool)?) {
        reached(.calling)
        state.withLock { state in
            state.idleSince = nil
            if let forwarded { state.forwarded.append(forwarded) }
        }
    }

    /// The oldest call was answered; behind a proxy, whose it was, unless it was one too many.
    func callEnded() -> CallerAddress? {
        state.withLock { state in
            state.idleSince = .now
            guard !state.forwarded.isEmpty else { return nil }
            let call = state.forwarded.removeFirst()
            return call.isTooMany ? nil : call.address
        }
    }

    /// Whose call is being answered.
    var caller: CallerAddress? { isProxy ? state.withLock { $0.forwarded.first?.address } : address }

    /// Behind a proxy: the call that is being answered is one too many of its address.
    var isCallTooMany: Bool { state.withLock { $0.forwarded.first?.isTooMany == true } }

    /// Behind a proxy: those who call when it ends.
    func unanswered() -> [CallerAddress] {
        state.withLock { state in
            defer { state.forwarded = [] }
            return state.forwarded.filter { !$0.isTooMany }.map(\.address)
        }
    }
}

/// Goes through a connection's handlers to the first, which closes the socket.
struct EndOfConnection: Sendable {}
