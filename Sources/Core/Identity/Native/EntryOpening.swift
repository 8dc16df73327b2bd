public import Contract
import Dispatch
import Primitives
import Synchronization

/// Opens log entries on every core, in the background: decodes them and checks their signatures, which is most
/// of the work of executing a log again.
///
/// Begin with the next entries before the present ones are executed: then no core waits.
public final class EntryOpening: Sendable {
    private let entries: Mutex<[OpenedEntry?]>
    private let group = DispatchGroup()

    /// Begins to open `leaves` (`LogEntry.encoded`).
    public init(of leaves: [[UInt8]], network: NetworkID) {
        entries = Mutex(Array(repeating: nil, count: leaves.count))
        DispatchQueue.global().async(group: group) {
            DispatchQueue.concurrentPerform(iterations: leaves.count) { index in
                let opened = OpenedEntry(
                    leaves[index], network: network, hash: SHA256.digest, isValid: Signatures.isValid)
                self.entries.withLock { $0[index] = opened }
            }
        }
    }

    /// What each leaf holds; waits until all are open.
    public func opened() -> [OpenedEntry] {
        group.wait()
        return entries.withLock { $0.compactMap { $0 } }
    }
}

extension EntryOpening {
    /// Gives each of `leaves` to `execute`, in order, opened; while `chunk` of them are executed, as many after
    /// them are opened.
    public static func ahead<Failure: Error>(
        of leaves: [[UInt8]], by chunk: Int, network: NetworkID,
        execute: (_ leaf: [UInt8], _ opened: OpenedEntry) throws(Failure) -> Void
    ) throws(Failure) {
        var (next, end) = (EntryOpening(of: Array(leaves.prefix(chunk)), network: network), 0)
        while end < leaves.count {
            let opened = next.opened()
            let present = leaves[end..<min(end + chunk, leaves.count)]
            end = present.endIndex
            next = EntryOpening(of: Array(leaves[end...].prefix(chunk)), network: network)
            for (leaf, opened) in zip(present, opened) { try execute(leaf, opened) }
        }
    }
}
