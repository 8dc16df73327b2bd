import Contract
import Synchronization

/// Reads that began while their release was fresh, so that they may go on after a break. They are remembered by this
/// process: after a restart a release that is not fresh any more has to be recorded anew.
final class BegunReads: Sendable {
    struct Read: Hashable {
        let release: StatementID
        let digest: Digest
    }

    /// What is shorter is read at once.
    private static let byteCountMin = 1 << 20
    private static let countMax = 1 << 15

    /// Those that began last, and those before them: what is remembered is bounded.
    private let reads = Mutex<(latest: Set<Read>, before: Set<Read>)>(([], []))

    func note(_ read: Read, byteCount: Int) {
        guard byteCount >= Self.byteCountMin else { return }
        reads.withLock { reads in
            if reads.latest.count >= Self.countMax, !reads.latest.contains(read) {
                reads = ([], reads.latest)
            }
            reads.latest.insert(read)
        }
    }

    func has(_ read: Read) -> Bool {
        reads.withLock { $0.latest.contains(read) || $0.before.contains(read) }
    }
}
