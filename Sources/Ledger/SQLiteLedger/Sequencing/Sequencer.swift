import Contract
import Dispatch
import Ledger
import Synchronization
import TransparencyLog

/// The one writer: takes what is waiting, executes it in one transaction, signs, and hands it to the
/// publisher.
final class Sequencer: Sendable {
    fileprivate struct Proposal {
        let statement: VerifiedStatement
        let level: Acknowledgement
        let passages: [Receipt.Passage]
        let since: ContinuousClock.Instant
        let answer: Answer

        func reply(_ result: Result<Outcome, LedgerError>) { answer.give(result) }
    }

    /// Gives the first of its answers: whoever was told that a statement has its turn is not told again what
    /// became of it.
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

    /// A proposal whose turn has come: when, and what was decided when.
    fileprivate struct Decided {
        let proposal: Proposal
        let verdict: Result<Block.Verdict, LedgerError>
        let turn: ContinuousClock.Instant
        let decision: ContinuousClock.Instant
    }

    private struct Waiting {
        var proposals: [Proposal] = []
        var isDraining = false
        var isClosed = false
    }

    /// Statements in one transaction: bounds how long it takes and how much a failure rolls back.
    static let blockStatementsMax = 512
    /// Statements that may wait; more are refused rather than kept.
    static let waitingMax = 8192

    private let database: LedgerDatabase
    private let publisher: Publisher
    private let signer: NoteSigner
    private let clock: @Sendable () -> UInt64
    private let queue = DispatchQueue(label: "medseal.ledger.sequencer")
    private let waiting = Mutex(Waiting())
    /// The end of the log as committed. Only the queue touches it.
    private let head: Mutex<Head>

    init(
        from head: Head, database: LedgerDatabase, publisher: Publisher, signer: NoteSigner,
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
                Proposal(
                    statement: statement, level: level, passages: passages, since: since,
                    answer: Answer(continuation)))
        }
        return try outcome.get()
    }

    private func enqueue(_ proposal: Proposal) {
        let (refusal, startsDraining): (LedgerError?, Bool) = waiting.withLock { waiting in
            if waiting.isClosed { return (.closed, false) }
            guard waiting.proposals.count < Self.waitingMax else { return (.overloaded, false) }
            waiting.proposals.append(proposal)
            defer { waiting.isDraining = true }
            return (nil, !waiting.isDraining)
        }
        if let refusal { proposal.reply(.failure(refusal)) }
        if startsDraining { queue.async { self.drain() } }
    }

    /// Executes everything that waits, block by block; what arrives meanwhile makes the next block.
    private func drain() {
        while true {
            let block: [Proposal] = waiting.withLock { waiting in
                let block = Array(waiting.proposals.prefix(Self.blockStatementsMax))
                waiting.proposals.removeFirst(block.count)
                if block.isEmpty { waiting.isDraining = false }
                return block
            }
            if block.isEmpty { return }
            head.withLock { execute(block, &$0) }
        }
    }

    // MARK: Validate and commit

    private func execute(_ proposals: [Proposal], _ head: inout Head) {
        if case .readOnly(let reason) = publisher.present.state { return fail(proposals, .readOnly(reason)) }
        do throws(LedgerError) {
            let (decided, tip) = try commit(proposals, &head)
            publisher.publish(tip) { Self.answer(decided, $0) }
        } catch {
            if case .damaged = error, proposals.count > 1 {
                // Nothing of the block was recorded. If one statement met the damage, the others need not
                // suffer.
                for proposal in proposals { execute([proposal], &head) }
            } else {
                publisher.stop(after: error)
                fail(proposals, error)
            }
        }
    }

    /// Executes the statements in one transaction and signs its end. When it throws, nothing was recorded.
    private func commit(
        _ proposals: [Proposal], _ head: inout Head
    ) throws(LedgerError) -> (decided: [Decided], tip: Tip?) {
        let before = head
        let (decided, after, checkpoint) = try database.write { tables in
            var block = Block(after: before, clock: clock(), tables: tables)
            var decided = [Decided]()
            decided.reserveCapacity(proposals.count)
            for proposal in proposals {
                let turn = ContinuousClock.now
                let verdict: Result<Block.Verdict, LedgerError>
                do {
                    verdict = .success(try block.append(proposal.statement))
                } catch let error as LedgerError {
                    // A damaged row was read, before anything was written for this statement.
                    verdict = .failure(error)
                }
                let decision = Decided(
                    proposal: proposal, verdict: verdict, turn: turn, decision: .now)
                if proposal.level == .sequenced, let outcome = decision.sequenced {
                    proposal.reply(.success(outcome))
                } else {
                    decided.append(decision)
                }
            }
            let isLonger = block.head.size > before.size
            return (decided, block.head, isLonger ? try block.seal(with: signer) : nil)
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
        _ ordered: OrderedBlock, _ network: NetworkID, _ head: inout Head
    ) throws(LedgerError) -> Tip? {
        switch publisher.present.state {
        // Other organisations confirm the copy later.
        case .healthy, .readOnly(.awaitingValidators): break
        case .readOnly(let reason): throw .readOnly(reason)
        case .closed: throw .closed
        }
        let before = head
        let executed: Result<(Head, [UInt8]?), Replay.Fault> = try database.attempt { tables in
            var block = Block(after: before, tables: tables)
            do {
                for item in ordered.items { try block.follow(item, network: network) }
            } catch let fault as Replay.Fault {
                return .failure(fault)
            }
            try tables.setFollowed(ordered.mark)
            return .success((block.head, ordered.items.isEmpty ? nil : try block.seal(with: signer)))
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

    private func fail(_ proposals: [Proposal], _ error: LedgerError) {
        for proposal in proposals { proposal.reply(.failure(error)) }
    }

    // MARK: Answer

    private static func answer(_ decided: [Decided], _ tip: Result<Tip, LedgerError>) {
        let committed = ContinuousClock.now
        for decided in decided {
            decided.proposal.reply(tip.flatMap { tip in decided.outcome(tip, committed) })
        }
    }
}

extension Sequencer.Decided {
    /// The answer to whom it is enough that the statement has its turn; nil where that is not the answer.
    fileprivate var sequenced: Outcome? {
        guard case .success(.appended(let position, let time)) = verdict else { return nil }
        return .committed(
            Receipt(
                statement: proposal.statement.id, position: position, time: time, level: .sequenced,
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
        proposal.passages + [
            .init(stage: .order, duration: turn - proposal.since),
            .init(stage: .validate, duration: decision - turn),
        ]
    }

    private func receipt(
        _ position: UInt64, _ time: LedgerTime, _ tip: Tip, passages: [Receipt.Passage]
    ) -> Receipt {
        Receipt(
            statement: proposal.statement.id, position: position, time: time, level: .durable,
            checkpoint: tip.checkpoint, passages: passages)
    }
}
