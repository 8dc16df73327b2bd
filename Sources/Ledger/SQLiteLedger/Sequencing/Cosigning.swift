import Contract
import Identity
import Ledger
import Synchronization
import TransparencyLog

/// Gathers the validators' cosignatures: shows them one checkpoint at a time, and keeps the newest that
/// enough of them have cosigned.
final class Cosigning: Sendable {
    private struct Present {
        /// What the validators are asked to cosign, with the cosignatures that came since this start.
        var candidate: VerifiedCheckpoint?
        var candidateSince = ContinuousClock.now
        /// The newest checkpoint that meets the quorum.
        var cosigned: VerifiedCheckpoint?
    }

    /// For how long a checkpoint is shown while cosignatures are missing, before a newer one takes its place.
    static let candidateDuration = Duration.seconds(1)

    let keys: CheckpointKeys
    private let directory: LedgerDirectory
    private let broadcast: SizeBroadcast
    private let present: Mutex<Present>

    /// `written` is what the file held when the ledger opened, opened under `keys`.
    init(keys: CheckpointKeys, written: VerifiedCheckpoint?, directory: LedgerDirectory) {
        self.keys = keys
        self.directory = directory
        present = Mutex(Present(cosigned: written))
        broadcast = SizeBroadcast(size: written?.checkpoint.head.size ?? 0)
    }

    /// The newest checkpoint that meets the quorum: the note.
    var cosigned: [UInt8]? { present.withLock { $0.cosigned?.note.encoded } }

    /// The sizes of checkpoints that meet the quorum, as they grow.
    func sizes(after position: UInt64?) -> AsyncStream<UInt64> { broadcast.sizes(after: position) }

    /// The checkpoint that validators shall cosign now. The same one for a while, so that their cosignatures
    /// meet on it; `newest` takes its place once enough have come, or too few for too long.
    func candidate(
        newest: VerifiedCheckpoint, now: ContinuousClock.Instant = .now
    ) -> VerifiedCheckpoint {
        present.withLock { present in
            if let candidate = present.candidate {
                let isOver =
                    keys.meetsQuorum(candidate) || now - present.candidateSince > Self.candidateDuration
                if !isOver || candidate.checkpoint.head == newest.checkpoint.head { return candidate }
            }
            present.candidate = newest
            present.candidateSince = now
            return newest
        }
    }

    /// Takes the cosignatures of a note that is known to be of this log. True when the checkpoint that they
    /// are on meets the quorum with them. Of any other than the present candidate nothing is kept.
    ///
    /// A checkpoint that meets the quorum is durable before it is shown: after a crash the ledger never shows
    /// an older one.
    func add(_ checkpoint: VerifiedCheckpoint) throws(LedgerError) -> Bool {
        let cosigned = try present.withLock { (present) throws(LedgerError) -> VerifiedCheckpoint? in
            guard let merged = present.candidate?.merged(with: checkpoint) else { return nil }
            present.candidate = merged
            guard keys.meetsQuorum(merged) else { return nil }
            if merged != present.cosigned { try directory.writeCosigned(merged.note.encoded) }
            present.cosigned = merged
            return merged
        }
        guard let cosigned else { return false }
        broadcast.yield(cosigned.checkpoint.head.size)
        return true
    }

    /// Ends the streams.
    func close() { broadcast.finish() }
}

extension Receipt {
    /// The same, once a checkpoint that covers it has its cosignatures.
    func cosigned(under checkpoint: [UInt8], after duration: Duration) -> Receipt {
        var passages = passages
        if let last = passages.popLast() {
            passages.append(Passage(stage: last.stage, duration: last.duration + duration))
        }
        return Receipt(
            statement: statement, position: position, time: time, level: .cosigned, checkpoint: checkpoint,
            passages: passages)
    }
}
