public import Contract
public import Ledger
import TransparencyLog

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
    public func followed() throws(LedgerError) -> BlockMark? { try read { try $0.followed() } }

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
