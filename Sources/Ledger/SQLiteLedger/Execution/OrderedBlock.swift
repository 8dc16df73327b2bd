public import Contract
public import Ledger

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

    public let mark: BlockMark
    public let items: [Item]

    public init(mark: BlockMark, items: [Item]) {
        self.mark = mark
        self.items = items
    }
}
