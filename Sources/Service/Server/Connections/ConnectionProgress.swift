import NIOCore

/// How far one connection has come, and whether it must have come further by now. Pure: what happens is told with its
/// time.
struct ConnectionProgress {
    enum Verdict: Equatable {
        case overdue
        /// To be asked again then.
        case fine(until: NIODeadline)
    }

    private let limits: ConnectionLimits
    /// Since the connection was opened, or the last request was answered.
    private var waitingSince: NIODeadline
    private var requests = 0
    private var unanswered = 0
    /// A request's body is still to come.
    private(set) var isReceiving = false
    /// The server asks for bytes since; nil while it does not.
    private var askingSince: NIODeadline?
    /// How long it had asked before that, and how many bytes came, since the body began or last came far enough.
    private var asked = TimeAmount.zero
    private var received = 0
    /// The client takes nothing of the answer since.
    private var blockedSince: NIODeadline?
    private var refusedSince: NIODeadline?

    init(_ limits: ConnectionLimits, at now: NIODeadline) {
        self.limits = limits
        waitingSince = now
    }

    /// Its last request was answered before it was read: no more is read.
    var isRefused: Bool { refusedSince != nil }

    // MARK: What happens

    mutating func requestBegan() {
        requests += 1
        unanswered += 1
        isReceiving = true
        (asked, received, askingSince) = (.zero, 0, nil)
    }

    mutating func requestEnded() { isReceiving = false }

    mutating func answered(at now: NIODeadline) {
        unanswered -= 1
        waitingSince = now
        if isReceiving, unanswered == 0 { refusedSince = now }
    }

    mutating func asks(at now: NIODeadline) { askingSince = askingSince ?? now }

    mutating func received(_ count: Int) { received += count }

    /// What came was read; it asks anew for more, or not.
    mutating func paused(at now: NIODeadline) {
        if let askingSince { asked = asked + (now - askingSince) }
        askingSince = nil
    }

    mutating func isWritable(_ isWritable: Bool, at now: NIODeadline) {
        blockedSince = isWritable ? nil : now
    }

    // MARK: Whether it is far enough

    /// Never later than this after the last question: what happens meanwhile may bring an earlier end.
    private var interval: TimeAmount { min(limits.head, limits.stall, limits.idle) }

    mutating func verdict(at now: NIODeadline) -> Verdict {
        let end = deadline(at: now)
        if let end, end <= now { return .overdue }
        return .fine(until: min(end ?? .distantFuture, now + interval))
    }

    private mutating func deadline(at now: NIODeadline) -> NIODeadline? {
        if let refusedSince { return refusedSince + limits.linger }
        if let blockedSince { return blockedSince + limits.stall }
        if isReceiving {
            // A server that does not ask is the slow one.
            guard let askingSince else { return nil }
            guard received >= limits.stallBytes else { return askingSince + (limits.stall - asked) }
            (asked, received) = (.zero, 0)
            self.askingSince = now
            return nil
        }
        if unanswered > 0 { return nil }
        return waitingSince + (requests == 0 ? limits.head : limits.idle)
    }
}
