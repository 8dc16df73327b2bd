import Ledger
import TransparencyLog

extension LedgerDirectory {
    /// What stands between the anchor and the log of `database`, which ends with `head`; nil when the log
    /// begins with what the anchor covers.
    func conflict(
        with head: TreeHead, _ database: LedgerDatabase, key: VerifierKey
    ) throws(LedgerError) -> ReadOnlyReason? {
        // Before the first entry nothing was acknowledged: a crash while the ledger was being made may have
        // left no anchor.
        guard let note = try readAnchor() else { return head.size == 0 ? nil : .anchorMissing }
        guard let anchored = try? VerifiedCheckpoint(opening: note, log: key).checkpoint.head else {
            return .anchorDamaged
        }
        guard anchored.size <= head.size else {
            return .behindAnchor(anchored: anchored.size, present: head.size)
        }
        let present = try database.read { try TreeHead(size: anchored.size, reading: $0) }
        return present == anchored ? nil : .differsFromAnchor(size: anchored.size)
    }
}
