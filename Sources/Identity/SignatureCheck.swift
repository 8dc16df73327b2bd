public import Contract
import Dispatch
import Synchronization

/// Checks the signatures of some log entries on every core, in the background: most of the work of executing
/// a log again.
///
/// Make the check of the next entries before the present ones are executed: then no core waits.
public final class SignatureCheck: Sendable {
    private let claims = Mutex(Set<SignatureClaim>())
    private let group = DispatchGroup()

    /// Begins to check the signatures of `leaves` (`LogEntry.encoded`). What is no entry of a statement is
    /// left out: whoever executes it finds that.
    public init(of leaves: [[UInt8]], network: NetworkID) {
        DispatchQueue.global().async(group: group) {
            DispatchQueue.concurrentPerform(iterations: leaves.count) { index in
                guard let entry = try? LogEntry.decode(leaves[index]),
                    let statement = try? SignedStatement(entry.statement, network: network)
                else { return }
                let valid = statement.claims.filter(Signatures.isValid)
                self.claims.withLock { $0.formUnion(valid) }
            }
        }
    }

    /// The signatures that hold; waits until all were checked.
    public func claimsThatHold() -> Set<SignatureClaim> {
        group.wait()
        return claims.withLock { $0 }
    }
}

/// The signatures checked already, as a replay's rule of acceptance.
public final class CheckedSignatures: Sendable {
    private let claims = Mutex(Set<SignatureClaim>())

    public init() {}

    /// From now on these, and no others, are accepted.
    public func replace(with claims: Set<SignatureClaim>) { self.claims.withLock { $0 = claims } }

    /// Whether the signature was checked and holds.
    public func contains(_ claim: SignatureClaim) -> Bool { claims.withLock { $0.contains(claim) } }
}
