import Contract
import Dispatch
import Ledger
import Synchronization
import TransparencyLog

/// The one writer: it takes what is waiting, executes it in one transaction, signs the result and hands it to
/// the publisher.
final class Sequencer: Sendable {
    fileprivate struct Submission {
        let statement: VerifiedStatement
        let level: Acknowledgement
        let passages: [Receipt.Passage]
        let since: ContinuousClock.Instant
        let answer: Answer

        func reply(_ result: Result<Outcome, LedgerError>) { answer.give(result) }
    }

    /// Gives one answer, the first: a caller that was told that its statement has its turn hears nothing
    /// more.
    fileprivate final class Answer: Sendable {
        private let continuation: Mutex<CheckedContinuation<Result<Outcome, LedgerError>, Never>?>

        init(_ continuation: CheckedContinuation<Result<Outcome, LedgerError>, Never>) {
            self.continuation = Mutex(continuation)
        }

        func give(_ result: Result<Outcome, LedgerError>) {
            let waiting = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            waiting?.resume(returning: result)
        }
    }

    /// A submission whose turn has come: when, and what was decided when.
    fileprivate struct Decided {
        let submission: Submission
        let verdict: Result<Execution.Verdict, LedgerError>
        let turn: ContinuousClock.Instant
        let decision: ContinuousClock.Instant
    }

    private struct Waiting {
        var submissions: [Submission] = []
        var isDraining = false
        var isClosed = false
    }

    /// Statements in one transaction: bounds how long it takes and how much a failure rolls back.
    static let groupStatementsMax = 512
    /// Statements that may wait; more are refused rather than kept.
    static let waitingMax = 8192

    private let database: LedgerDatabase
    private let publisher: Publisher
    private let signer: NoteSigner
    private let clock: @Sendable () -> UInt64
    private let queue = DispatchQueue(label: "medseal.ledger.sequencer")
    private let waiting = Mutex(Waiting())
    /// The end of the log as committed. Only the queue touches it.
    private let head: Mutex<LogHead>

    init(
        from head: LogHead, database: LedgerDatabase, publisher: Publisher, signer: NoteSigner,
        clock: @escaping @Sendable () -> UInt64
    ) {
        self.database = database
        self.publisher = publisher
        self.signer = signer
        self.clock = clock
        self.head = Mutex(head)
    }

    /// Takes no more statements and has those that wait executed.
    func close() {
        waiting.withLock { $0.isClosed = true }
        queue.sync { drain() }
    }

    // MARK: Order

    /// Gives a verified statement its turn and waits for its outcome: until it is decided for `sequenced`, or
    /// else until it is durable. The stage began at `since`, after `passages`.
    func order(
        _ statement: VerifiedStatement, until level: Acknowledgement, passages: [Receipt.Passage],
        since: ContinuousClock.Instant
    ) async throws(LedgerError) -> Outcome {
        let outcome: Result<Outcome, LedgerError> = await withCheckedContinuation { continuation in
            enqueue(
                Submission(
                    statement: statement, level: level, passages: passages, since: since,
                    answer: Answer(continuation)))
        }
        return try outcome.get()
    }

    private func enqueue(_ submission: Submission) {
        let (refusal, startsDraining): (LedgerError?, Bool) = waiting.withLock { waiting in
            if waiting.isClosed { return (.closed, false) }
            guard waiting.submissions.count < Self.waitingMax else { return (.overloaded, false) }
            waiting.submissions.append(submission)
            defer { waiting.isDraining = true }
            return (nil, !waiting.isDraining)
        }
        if let refusal { submission.reply(.failure(refusal)) }
        if startsDraining { queue.async { self.drain() } }
    }

    /// Executes everything that waits, group by group; what arrives meanwhile makes the next group.
    private func drain() {
        while true {
            let group: [Submission] = waiting.withLock { waiting in
                let group = Array(waiting.submissions.prefix(Self.groupStatementsMax))
                waiting.submissions.removeFirst(group.count)
                if group.isEmpty { waiting.isDraining = false }
                return group
            }
            if group.isEmpty { return }
            head.withLock { execute(group, &$0) }
        }
    }

    // MARK: Validate and commit

    private func execute(_ submissions: [Submission], _ head: inout LogHead) {
        if case .readOnly(let reason) = publisher.present.state {
            return fail(submissions, .readOnly(reason))
        }
        do throws(LedgerError) {
            let (decided, tip) = try commit(submissions, &head)
            publisher.publish(tip) { Self.answer(decided, $0) }
        } catch {
            if case .damaged = error, submissions.count > 1 {
                // Nothing of the group was recorded. If one statement met the damage, the others need not
                // suffer.
                for submission in submissions { execute([submission], &head) }
            } else {
                publisher.stop(after: error)
                fail(submissions, error)
            }
        }
    }

    /// Executes the statements in one transaction and signs its end. When it throws, nothing was recorded.
    private func commit(
        _ submissions: [Submission], _ head: inout LogHead
    ) throws(LedgerError) -> (decided: [Decided], tip: Tip?) {
        let before = head
        let (decided, after, checkpoint) = try database.write { tables in
            var execution = Execution(after: before, clock: clock(), tables: tables)
            var decided = [Decided]()
            decided.reserveCapacity(submissions.count)
            for submission in submissions {
                let turn = ContinuousClock.now
                let verdict: Result<Execution.Verdict, LedgerError>
                do {
                    verdict = .success(try execution.append(submission.statement))
                } catch let error as LedgerError {
                    // A damaged row was read, before anything was written for this statement.
                    verdict = .failure(error)
                }
                let decision = Decided(
                    submission: submission, verdict: verdict, turn: turn, decision: .now)
                if submission.level == .sequenced, let outcome = decision.sequenced {
                    submission.reply(.success(outcome))
                } else {
                    decided.append(decision)
                }
            }
            let isLonger = execution.head.size > before.size
            return (decided, execution.head, isLonger ? try execution.seal(with: signer) : nil)
        }
        head = after
        let tip = checkpoint.map { Tip(head: after.tree.head, time: after.time, checkpoint: $0) }
        return (decided, tip)
    }

    // MARK: Follow

    /// Records what was ordered elsewhere (`EmbeddedLedger.follow`).
    func follow(_ ordered: OrderedBlock, network: NetworkID) async throws(LedgerError) {
        let result: Result<Tip, LedgerError> = await withCheckedContinuation { continuation in
            queue.async {
                self.head.withLock { head in
                    do throws(LedgerError) {
                        let tip = try self.execute(ordered, network, &head)
                        self.publisher.publish(tip) { continuation.resume(returning: $0) }
                    } catch {
                        self.publisher.stop(after: error)
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        }
        _ = try result.get()
    }

    /// The tip after it; nil when it holds nothing for the log.
    private func execute(
        _ ordered: OrderedBlock, _ network: NetworkID, _ head: inout LogHead
    ) throws(LedgerError) -> Tip? {
        switch publisher.present.state {
        // Other organisations confirm the copy later.
        case .healthy, .readOnly(.awaitingValidators): break
        case .readOnly(let reason): throw .readOnly(reason)
        case .closed: throw .closed
        }
        let before = head
        let executed: Result<(LogHead, [UInt8]?), ReplayError> = try database.attempt { tables in
            var execution = Execution(after: before, tables: tables)
            do {
                for item in ordered.items { try execution.follow(item, network: network) }
            } catch let fault as ReplayError {
                return .failure(fault)
            }
            try tables.setFollowed(ordered.mark)
            return .success((execution.head, ordered.items.isEmpty ? nil : try execution.seal(with: signer)))
        }
        switch executed {
        case .success(let (after, checkpoint)):
            head = after
            return checkpoint.map { Tip(head: after.tree.head, time: after.time, checkpoint: $0) }
        case .failure(let fault):
            let reason = ReadOnlyReason.contradicts(
                block: ordered.mark.number, position: fault.position, fault.reason)
            publisher.stop(because: reason)
            throw .readOnly(reason)
        }
    }

    private func fail(_ submissions: [Submission], _ error: LedgerError) {
        for submission in submissions { submission.reply(.failure(error)) }
    }

    // MARK: Answer

    private static func answer(_ decided: [Decided], _ tip: Result<Tip, LedgerError>) {
        let committed = ContinuousClock.now
        for decided in decided {
            decided.submission.reply(tip.flatMap { tip in decided.outcome(tip, committed) })
        }
    }
}

extension Sequencer.Decided {
    /// The answer for `sequenced`; nil if the statement was not appended.
    fileprivate var sequenced: Outcome? {
        guard case .success(.appended(let position, let time)) = verdict else { return nil }
        return .committed(
            Receipt(
                statement: submission.statement.id, position: position, time: time, level: .sequenced,
                checkpoint: [], passages: passages))
    }

    fileprivate func outcome(
        _ tip: Tip, _ committed: ContinuousClock.Instant
    ) -> Result<Outcome, LedgerError> {
        verdict.map { verdict in
            switch verdict {
            case .rejected(let code): .rejected(code)
            case .present(let position, let time): .committed(receipt(position, time, tip, passages: []))
            case .appended(let position, let time):
                .committed(
                    receipt(
                        position, time, tip,
                        passages: passages + [.init(stage: .commit, duration: committed - decision)]))
            }
        }
    }

    /// The stages up to the decision.
    private var passages: [Receipt.Passage] {
        submission.passages + [
            .init(stage: .order, duration: turn - submission.since),
            .init(stage: .validate, duration: decision - turn),
        ]
    }

    private func receipt(
        _ position: UInt64, _ time: LedgerTime, _ tip: Tip, passages: [Receipt.Passage]
    ) -> Receipt {
        Receipt(
            statement: submission.statement.id, position: position, time: time, level: .durable,
            checkpoint: tip.checkpoint, passages: passages)
    }
}
