public import Contract
import Dispatch
import Synchronization

/// Checks the signatures of some log entries on every core, in the background: most of the work of executing
/// a log again.
///
/// Make the check of the next entries before the present ones are executed: then no core waits.
public final class SignatureCheck: Sendable {
    private let claims: Mutex<[[SignatureClaim]]>
    private let group = DispatchGroup()

    /// Begins to check the signatures of `leaves` (`LogEntry.encoded`). What is no entry of a statement has
    /// none that hold: whoever executes it finds that.
    public init(of leaves: [[UInt8]], network: NetworkID) {
        claims = Mutex(Array(repeating: [], count: leaves.count))
        DispatchQueue.global().async(group: group) {
            DispatchQueue.concurrentPerform(iterations: leaves.count) { index in
                guard let entry = try? LogEntry.decode(leaves[index]),
                    let statement = try? SignedStatement(entry.statement, network: network)
                else { return }
                let valid = statement.claims.filter(Signatures.isValid)
                self.claims.withLock { $0[index] = valid }
            }
        }
    }

    /// The signatures that hold, of each leaf; waits until all were checked.
    public func claimsThatHold() -> [[SignatureClaim]] {
        group.wait()
        return claims.withLock { $0 }
    }
}

extension SignatureCheck {
    /// Gives each of `leaves` to `execute`, in order, with the rule that says which of its signatures hold;
    /// while `chunk` of them are executed, the signatures of as many after them are checked.
    public static func ahead<Failure: Error>(
        of leaves: [[UInt8]], by chunk: Int, network: NetworkID,
        execute: (_ leaf: [UInt8], _ isValid: (SignatureClaim) -> Bool) throws(Failure) -> Void
    ) throws(Failure) {
        var (next, end) = (SignatureCheck(of: Array(leaves.prefix(chunk)), network: network), 0)
        while end < leaves.count {
            let claims = next.claimsThatHold()
            let present = leaves[end..<min(end + chunk, leaves.count)]
            end = present.endIndex
            next = SignatureCheck(of: Array(leaves[end...].prefix(chunk)), network: network)
            for (leaf, valid) in zip(present, claims) { try execute(leaf, valid.contains) }
        }
    }
}
