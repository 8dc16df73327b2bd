import Contract
import Dispatch
import Synchronization
import TransparencyLog

/// The one writer: takes what is waiting, executes it in one transaction, signs, anchors, and only then answers.
final class Sequencer: Sendable {
    /// What everybody may see of the ledger: nothing in it is ahead of the anchor.
    struct Published {
        var state: LedgerState
        var head: TreeHead
        var time: LedgerTime
        /// The signed checkpoint over `head`; empty when the ledger may not show one.
        var checkpoint: [UInt8]
    }

    private struct Proposal {
        let statement: VerifiedStatement
        let passages: [Receipt.Passage]
        let since: ContinuousClock.Instant
        let reply: @Sendable (Result<Outcome, LedgerError>) -> Void
    }

    /// A statement whose turn has come: when, and what was decided when.
    private struct Decided {
        let verdict: Result<Block.Verdict, LedgerError>
        let turn: ContinuousClock.Instant
        let decision: ContinuousClock.Instant
    }

    private struct Waiting {
        var proposals: [Proposal] = []
        var isDraining = false
        var isClosed = false
    }

    /// What only the writing queue touches: the end of the log as committed, and whether the anchor says so too.
    private struct Writing {
        var head: Head
        var checkpoint: [UInt8]
        var isAnchored: Bool
        var readOnlyReason: ReadOnlyReason?
    }

    /// Statements in one transaction: bounds how long it takes and how much a failure rolls back.
    static let blockStatementsMax = 512
    /// Statements that may wait; more are refused rather than kept.
    static let waitingMax = 8192

    private let database: LedgerDatabase
    private let directory: LedgerDirectory
    private let signer: NoteSigner
    private let clock: @Sendable () -> UInt64
    private let broadcast: SizeBroadcast
    private let queue = DispatchQueue(label: "medseal.ledger.sequencer")
    private let waiting = Mutex(Waiting())
    private let writing: Mutex<Writing>
    private let published: Mutex<Published>

    init(
        _ opening: Opening, database: LedgerDatabase, directory: LedgerDirectory, signer: NoteSigner,
        clock: @escaping @Sendable () -> UInt64
    ) {
        self.database = database
        self.directory = directory
        self.signer = signer
        self.clock = clock
        let reason = opening.readOnlyReason
        broadcast = SizeBroadcast(size: opening.head.size)
        writing = Mutex(
            Writing(head: opening.head, checkpoint: opening.checkpoint, isAnchored: true, readOnlyReason: reason))
        published = Mutex(
            Published(
                state: reason.map { .readOnly($0) } ?? .healthy, head: opening.head.tree.head,
                time: opening.head.time, checkpoint: opening.checkpoint))
    }

    var present: Published { published.withLock { $0 } }

    func sizes(after position: UInt64?) -> AsyncStream<UInt64> { broadcast.sizes(after: position) }

    /// Takes no more statements, answers those that wait, and ends the streams.
    func close() {
        waiting.withLock { $0.isClosed = true }
        queue.sync { drain() }
        published.withLock { $0.state = .closed }
        broadcast.finish()
    }

    // MARK: Order

    /// Gives a verified statement its turn and waits for its outcome. The stage began at `since`, after `passages`.
    func order(
        _ statement: VerifiedStatement, passages: [Receipt.Passage], since: ContinuousClock.Instant
    ) async throws(LedgerError) -> Outcome {
        let outcome: Result<Outcome, LedgerError> = await withCheckedContinuation { continuation in
            enqueue(
                Proposal(statement: statement, passages: passages, since: since) { continuation.resume(returning: $0) })
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

    /// Answers everything that waits, block by block; what arrives meanwhile makes the next block.
    private func drain() {
        while true {
            let block: [Proposal] = waiting.withLock { waiting in
                let block = Array(waiting.proposals.prefix(Self.blockStatementsMax))
                waiting.proposals.removeFirst(block.count)
                if block.isEmpty { waiting.isDraining = false }
                return block
            }
            if block.isEmpty { return }
            writing.withLock { execute(block, &$0) }
        }
    }

    // MARK: Validate and commit

    /// One block: executed, committed, anchored, answered.
    private func execute(_ proposals: [Proposal], _ writing: inout Writing) {
        if let reason = writing.readOnlyReason { return fail(proposals, .readOnly(reason)) }
        do throws(LedgerError) {
            let decided = try commit(proposals, &writing)
            try publish(&writing)
            answer(proposals, decided, writing.checkpoint)
        } catch {
            if case .damaged = error, proposals.count > 1 {
                // Nothing of the block was recorded. If one statement met the damage, the others need not suffer.
                for proposal in proposals { execute([proposal], &writing) }
            } else {
                stop(error, &writing)
                fail(proposals, error)
            }
        }
    }

    /// Executes the statements in one transaction and signs. When it throws, nothing was recorded.
    private func commit(_ proposals: [Proposal], _ writing: inout Writing) throws(LedgerError) -> [Decided] {
        let before = writing.head
        let (decided, head, checkpoint) = try database.write { tables in
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
                decided.append(Decided(verdict: verdict, turn: turn, decision: .now))
            }
            return (decided, block.head, block.head.size > before.size ? try block.seal(with: signer) : nil)
        }
        if let checkpoint {
            writing.head = head
            writing.checkpoint = checkpoint
            writing.isAnchored = false
        }
        return decided
    }

    /// Anchors the newest checkpoint, unless it is, and shows it. A failure here is made good by the next block.
    private func publish(_ writing: inout Writing) throws(LedgerError) {
        guard !writing.isAnchored else { return }
        try directory.writeAnchor(writing.checkpoint)
        writing.isAnchored = true
        let head = writing.head
        let checkpoint = writing.checkpoint
        published.withLock { published in
            published.head = head.tree.head
            published.time = head.time
            published.checkpoint = checkpoint
        }
        broadcast.yield(head.size)
    }

    private func answer(_ proposals: [Proposal], _ decided: [Decided], _ checkpoint: [UInt8]) {
        let committed = ContinuousClock.now
        for (proposal, decided) in zip(proposals, decided) {
            proposal.reply(
                decided.verdict.map { verdict in
                    let (position, time, passages): (UInt64, LedgerTime, [Receipt.Passage])
                    switch verdict {
                    case .rejected(let code): return .rejected(code)
                    case .present(let at, let then): (position, time, passages) = (at, then, [])
                    case .appended(let at, let then):
                        (position, time) = (at, then)
                        passages =
                            proposal.passages + [
                                .init(stage: .order, duration: decided.turn - proposal.since),
                                .init(stage: .validate, duration: decided.decision - decided.turn),
                                .init(stage: .commit, duration: committed - decided.decision),
                            ]
                    }
                    return .committed(
                        Receipt(
                            statement: proposal.statement.id, position: position, time: time, checkpoint: checkpoint,
                            passages: passages))
                })
        }
    }

    // MARK: Failing

    /// A full disk is no reason to stop for good; whatever else fails in writing leaves open what the disk holds.
    private func stop(_ error: LedgerError, _ writing: inout Writing) {
        let reason: ReadOnlyReason
        switch error {
        case .storage(let message): reason = .storageFailed(message)
        case .damaged(let finding): reason = .damaged(finding)
        default: return
        }
        writing.readOnlyReason = reason
        published.withLock { $0.state = .readOnly(reason) }
    }

    private func fail(_ proposals: [Proposal], _ error: LedgerError) {
        for proposal in proposals { proposal.reply(.failure(error)) }
    }
}
