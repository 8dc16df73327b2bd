public import Evidence

/// Looks into a ledger that lead to a result: a function of what a server has answered so far.
///
/// The function is run anew after each answer. Where one is missing it stops and says which calls would bring it on;
/// so it reads from top to bottom like any other, and does no IO. It must always ask the same of the same answers:
/// no clock, no randomness, nothing is signed or sealed in it.
///
///     while case .calls(let calls) = try reading.next() {
///         for call in calls { reading.take(answer(to: call), to: call) }
///     }
public struct Reading<Result> {
    public enum Step {
        /// Make these calls, in any order or at once, and take what comes of each.
        case calls([Call])
        case done(Result)
    }

    /// What was shown so far.
    public private(set) var ledger: LedgerView
    private let body: (inout LedgerView) throws(Pause) -> Result

    public init(
        _ ledger: LedgerView, _ body: @escaping (inout LedgerView) throws(Pause) -> Result
    ) {
        self.ledger = ledger
        self.body = body
    }

    /// Throws what the function found wrong.
    public mutating func next() throws(PartyError) -> Step {
        do throws(Pause) {
            return .done(try body(&ledger))
        } catch {
            switch error {
            case .calls(let calls): return .calls(calls)
            case .failure(let failure): throw failure
            }
        }
    }

    public mutating func take(_ answer: CallOutcome, to call: Call) { ledger.take(answer, to: call) }
}

/// Why a reading goes no further.
public enum Pause: Error {
    /// It needs the answers to these.
    case calls([Call])
    case failure(PartyError)
}
