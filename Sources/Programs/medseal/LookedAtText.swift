import Contract
import Remote
import Terminal

// What a list says of what it looked at: that nothing was found means little without.

extension LookedAt {
    /// Older confirmations say that too few validators are running: they confirm anew every 15 seconds.
    private static let usualSeconds: UInt64 = 120

    /// "No requests among the 40 statements of the ledger."
    func none(_ what: String) -> String { "No \(what) among the \(entries) statements of the ledger." }

    /// Says on standard error what the list does not show.
    func tellWhatIsMissing(at now: LedgerTime = machineTime()) {
        for notice in notices(at: now) { Standard.error("medseal: \(notice)") }
    }

    func notices(at now: LedgerTime) -> [String] {
        var notices = away.map { "\($0)'s server does not answer: what only it knows is missing here" }
        let age = confirmed.map { now > $0 ? now - $0 : 0 } ?? 0
        if unconfirmed > 0 || age > Self.usualSeconds {
            let newer =
                unconfirmed == 0 ? "newer statements, if there are any," : "\(unconfirmed) newer statement(s)"
            let shown = confirmed.map { ", as of \(Moment.text($0, on: .error))" } ?? ""
            notices.append(
                "\(newer) are not shown: too few validators have confirmed them. Here is what they had confirmed\(shown)"
            )
        }
        return notices
    }
}
