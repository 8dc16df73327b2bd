public import Contract
public import Ledger

/// Why a validator's copy does not take what a log shows. Nothing was written.
public enum CopyError: Error, Hashable, Sendable {
    /// The log has committed to an entry that this machine's own execution does not confirm.
    case fault(ReplayError)
    /// The checkpoint's tree of `size` entries is not the one that was executed here: the log shows another
    /// history.
    case fork(size: UInt64)
    /// The log does not prove that its checkpoint goes on from the `size` entries that would be here:
    /// another history, or entries or a proof that do not belong to the checkpoint.
    case unproven(size: UInt64, checkpoint: UInt64)
    /// The checkpoint is of fewer entries than the log has shown before.
    case goesBack(confirmed: UInt64, shown: UInt64)
    /// The checkpoint covers entries that were not executed here yet.
    case incomplete(executed: UInt64, checkpoint: UInt64)
    /// The entry's time is too far from this machine's: ahead of `now`, or before `now`, the moment at which
    /// this copy confirmed a checkpoint without it.
    case clock(position: UInt64, time: LedgerTime, now: UInt64)
    /// The checkpoint is not signed by the ledger's key, or not of its log.
    case otherLog
    /// This machine's own storage failed or is damaged.
    case ledger(LedgerError)
}

extension CopyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .fault(let fault): "entry \(fault.position): \(fault.reason)"
        case .fork(let size): "the log's first \(size) entries are not those that were executed here"
        case .unproven(let size, let checkpoint):
            "the log does not prove that its checkpoint of \(checkpoint) entries goes on from the \(size) here"
        case .goesBack(let confirmed, let shown):
            "the log shows \(shown) entries, after it had shown \(confirmed)"
        case .incomplete(let executed, let checkpoint):
            "the checkpoint covers \(checkpoint) entries, of which \(executed) were executed here"
        case .clock(let position, let time, let now):
            "entry \(position): its time \(time) is not near enough to this machine's, \(now)"
        case .otherLog: "the checkpoint is not of this ledger"
        case .ledger(let error): "the validator's copy: \(error)"
        }
    }
}
