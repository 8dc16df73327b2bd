public import Contract

/// Proof to the submitter that a statement is on the ledger.
public struct Receipt: Sendable {
    /// One stage and the time it took.
    public struct Passage: Hashable, Sendable {
        public let stage: Stage
        public let duration: Duration

        public init(stage: Stage, duration: Duration) {
            self.stage = stage
            self.duration = duration
        }
    }

    public let statement: StatementID
    /// Its place in the log, from 0.
    public let position: UInt64
    /// The ledger time that it was decided at.
    public let time: LedgerTime
    /// How far it had come when this was written.
    public let level: Acknowledgement
    /// A signed checkpoint (c2sp.org/tlog-checkpoint) that covers the position; empty for `sequenced`.
    public let checkpoint: [UInt8]
    /// The stages in order; empty when the statement was on the ledger already.
    public let passages: [Passage]

    public init(
        statement: StatementID, position: UInt64, time: LedgerTime, level: Acknowledgement,
        checkpoint: [UInt8], passages: [Passage]
    ) {
        self.statement = statement
        self.position = position
        self.time = time
        self.level = level
        self.checkpoint = checkpoint
        self.passages = passages
    }
}

/// The way of a statement through a permissioned network: as the embedded ledger goes it; on
/// Fabric the peers of several organisations endorse before an orderer orders, and all peers validate.
public enum Stage: UInt8, Sendable, CaseIterable {
    /// The bytes were decoded: they are the one encoding of a statement.
    case propose = 1
    /// The ledger vouches for its signatures. (Validators of other organisations add theirs to checkpoints
    /// afterwards.)
    case endorse = 2
    /// The one sequencer has given it its turn and its time.
    case order = 3
    /// The contract has decided on it, on the state that the statement before it left.
    case validate = 4
    /// It is durable, under a signed checkpoint that is anchored outside the database.
    case commit = 5
}
