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

extension SignatureCheck {
    /// Gives each of `leaves` to `execute`, in order, with the rule that says which signatures hold; while
    /// `chunk` of them are executed, the signatures of as many after them are checked.
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
            for leaf in present { try execute(leaf, claims.contains) }
        }
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
