/// Told now and then how many entries of how many are done.
public typealias LedgerProgress = (_ done: UInt64, _ total: UInt64) -> Void
