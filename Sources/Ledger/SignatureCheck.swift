import Contract
import Dispatch
import Identity
import Synchronization

/// Checks the signatures of some entries on every core, in the background: most of the work of an
/// examination.
final class SignatureCheck: Sendable {
    private let claims = Mutex(Set<SignatureClaim>())
    private let group = DispatchGroup()

    init(of rows: [EntryRow], network: NetworkID) {
        DispatchQueue.global().async(group: group) {
            DispatchQueue.concurrentPerform(iterations: rows.count) { index in
                guard let entry = try? LogEntry.decode(rows[index].entry),
                    let statement = try? SignedStatement(entry.statement, network: network)
                else { return }
                let valid = statement.claims.filter(Signatures.isValid)
                self.claims.withLock { $0.formUnion(valid) }
            }
        }
    }

    /// The signatures that hold; waits until all were checked.
    func claimsThatHold() -> Set<SignatureClaim> {
        group.wait()
        return claims.withLock { $0 }
    }
}

/// The signatures checked already, as a replay's rule of acceptance.
final class CheckedSignatures: Sendable {
    private let claims = Mutex(Set<SignatureClaim>())

    func replace(with claims: Set<SignatureClaim>) { self.claims.withLock { $0 = claims } }
    func contains(_ claim: SignatureClaim) -> Bool { claims.withLock { $0.contains(claim) } }
}
