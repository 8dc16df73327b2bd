import Contract
import Dispatch
import Ledger
import Synchronization
import TransparencyLog

/// The end of the committed log: its signed head and what is known of it.
struct Tip: Sendable {
    let head: TreeHead
    let time: LedgerTime
    /// The signed checkpoint over `head`; empty when the ledger may not show one.
    let checkpoint: [UInt8]
}

/// The second half of a commit: anchors the newest checkpoint outside the database, shows it, and answers.
///
/// It works beside the sequencer, which executes the next group meanwhile, and makes up for more than one
/// group at a time. It never shows anything that is ahead of the anchor.
final class Publisher: Sendable {
    /// What the ledger shows.
    struct Published {
        var state: LedgerState
        var tip: Tip
    }

    typealias Answer = @Sendable (Result<Tip, LedgerError>) -> Void

    /// What waits for the anchor.
    private struct Waiting {
        /// The newest tip that is durable and not anchored.
        var tip: Tip?
        var answers: [Answer] = []
        var isDraining = false
    }

    private let directory: LedgerDirectory
    private let broadcast: SizeBroadcast
    private let queue = DispatchQueue(label: "medseal.ledger.publisher")
    private let waiting = Mutex(Waiting())
    private let published: Mutex<Published>

    init(_ check: StartupCheck, readOnlyReason: ReadOnlyReason?, directory: LedgerDirectory) {
        self.directory = directory
        let tip = Tip(
            head: check.head.tree.head, time: check.head.time, checkpoint: check.checkpoint)
        published = Mutex(
            Published(state: readOnlyReason.map { .readOnly($0) } ?? .healthy, tip: tip))
        broadcast = SizeBroadcast(size: tip.head.size)
    }

    var present: Published { published.withLock { $0 } }

    func sizes(after position: UInt64?) -> AsyncStream<UInt64> { broadcast.sizes(after: position) }

    /// Has `answer` called once everything that is durable by now is anchored: with the tip that is shown
    /// from then on, or with why it could not be anchored. `tip` is the new end of the log, if there is one.
    func publish(_ tip: Tip?, _ answer: @escaping Answer) {
        let startsDraining = waiting.withLock { waiting in
            if let tip { waiting.tip = tip }
            waiting.answers.append(answer)
            defer { waiting.isDraining = true }
            return !waiting.isDraining
        }
        if startsDraining { queue.async { self.drain() } }
    }

    /// Takes no statements from now on, if `error` leaves open what the disk holds. A full disk does not.
    func stop(after error: LedgerError) {
        let reason: ReadOnlyReason
        switch error {
        case .storage(let message): reason = .storageFailed(message)
        case .damaged(let finding): reason = .damaged(finding)
        default: return
        }
        stop(because: reason)
    }

    func stop(because reason: ReadOnlyReason) {
        published.withLock { published in
            if [.healthy, .readOnly(.awaitingValidators)].contains(published.state) {
                published.state = .readOnly(reason)
            }
        }
    }

    /// Takes statements, if the validators are all that was waited for.
    func resume() {
        published.withLock { if $0.state == .readOnly(.awaitingValidators) { $0.state = .healthy } }
    }

    /// Answers what waits and ends the streams.
    func close() {
        queue.sync { drain() }
        published.withLock { $0.state = .closed }
        broadcast.finish()
    }

    private func drain() {
        while true {
            let work = waiting.withLock { waiting -> (tip: Tip?, answers: [Answer])? in
                guard !waiting.answers.isEmpty else {
                    waiting.isDraining = false
                    return nil
                }
                defer { (waiting.tip, waiting.answers) = (nil, []) }
                return (waiting.tip, waiting.answers)
            }
            guard let (tip, answers) = work else { return }
            do throws(LedgerError) {
                if let tip { try anchor(tip) }
                let tip = present.tip
                for answer in answers { answer(.success(tip)) }
            } catch {
                // The next group makes up for it.
                waiting.withLock { $0.tip = $0.tip ?? tip }
                stop(after: error)
                for answer in answers { answer(.failure(error)) }
            }
        }
    }

    private func anchor(_ tip: Tip) throws(LedgerError) {
        try directory.writeAnchor(tip.checkpoint)
        published.withLock { $0.tip = tip }
        broadcast.yield(tip.head.size)
    }
}
