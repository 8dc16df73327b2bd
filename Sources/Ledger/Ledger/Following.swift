public import Contract
import Identity
import Primitives
import TransparencyLog

/// A block of a ledger that orders statements elsewhere: what of it belongs into this copy of the log.
public struct OrderedBlock: Sendable {
    /// What that ledger has ordered and accepted.
    public enum Item: Sendable {
        /// A statement, when it was decided on, and SHA-256 of `Write.encoded` of the writes that were agreed
        /// on there.
        case statement(VerifiedStatement, at: LedgerTime, writesDigest: Digest)
        /// An entry of the log that was moved there (`LogEntry.encoded`).
        case entry([UInt8])
    }

    public let mark: Mark
    public let items: [Item]

    public init(mark: Mark, items: [Item]) {
        self.mark = mark
        self.items = items
    }

    /// A block's place in its chain.
    public struct Mark: Hashable, Sendable {
        public let number: UInt64
        /// Of its header, 32 bytes.
        public let hash: [UInt8]

        public init(number: UInt64, hash: [UInt8]) {
            self.number = number
            self.hash = hash
        }
    }
}

extension EmbeddedLedger {
    /// Records what another ledger has ordered, all of a block or nothing, and that it was; durable and signed
    /// once this returns. Every statement is executed again here.
    ///
    /// For a copy, whose statements come from nowhere else: never submit to it as well. Throws `readOnly` when
    /// this execution does not come to what was accepted there (`contradicts`): then the copy takes nothing
    /// more. Throws what `submit` throws.
    public func follow(_ block: OrderedBlock) async throws(LedgerError) {
        try await sequencer.follow(block, network: network)
    }

    /// The newest block that was followed; nil before the first.
    public func followed() throws(LedgerError) -> OrderedBlock.Mark? { try read { try $0.followed() } }

    /// How many entries are shown.
    public var size: UInt64 { publisher.present.tip.head.size }

    /// The receipt of a statement that is on the ledger, once it has come as far as `level` says, or as far as
    /// it comes in time; nil when no checkpoint that is shown covers it yet.
    public func receipt(
        of id: StatementID, until level: Acknowledgement, passages: [Receipt.Passage]
    ) async throws(LedgerError) -> Receipt? {
        // What is stored is shown a moment later, under its checkpoint.
        let shown = publisher.present.tip
        guard let position = try position(of: id), position < shown.head.size else { return nil }
        let time = try read { try $0.logEntry(at: position).time }
        let receipt = Receipt(
            statement: id, position: position, time: time, level: .durable, checkpoint: shown.checkpoint,
            passages: passages)
        return level == .cosigned ? await cosigned(receipt) : receipt
    }
}

extension Block {
    /// Executes what was ordered elsewhere again and records it. Throws `Replay.Fault` where this execution
    /// comes to something else.
    mutating func follow(_ item: OrderedBlock.Item, network: NetworkID) throws {
        switch item {
        case .entry(let leaf):
            let opened = EntryOpening(of: [leaf], network: network).opened()
            try reexecute(leaf, opened[0], network: network) { _ in }
        case .statement(let statement, let time, let writesDigest):
            let entry = LogEntry(
                position: head.size, time: time, statement: statement.bytes, writesDigest: writesDigest,
                stateDigest: Replay.advance(head.stateDigest, by: writesDigest, hash: SHA256.digest))
            try reexecute(entry.encoded(), .decoded(entry, statement), network: network) { _ in }
        }
    }
}
