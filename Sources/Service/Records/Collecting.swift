import Contract
import Identity
import Ledger
import Synchronization
import Vault

// Ciphertext that no statement came to name leaves the vaults: of deposits that were cut off, of drafts that
// nobody agreed to.

extension RecordKeeping {
    /// How long ciphertext waits for the statement that names it: thirty days. A statement is valid for one; the
    /// others are for whoever puts an older ledger back and finds out later that entries are missing from it.
    public static let collectionGraceSeconds = 30 * Limits.validitySecondsMax

    /// Removes from the vaults of the organisations that are served here what was put more than
    /// `collectionGraceSeconds` before `now` (seconds since 1970) and what no statement names, but for grants
    /// that were revoked. Gives how many that were.
    ///
    /// Not for a ledger that is read-only: it may be older than the vaults. It reads the whole log: once a day
    /// is often enough. Throws `LedgerError` and `VaultError`; what was
    /// removed before stays removed.
    public func collectUnnamed(now: UInt64) async throws -> Int {
        var removed = 0
        for custodian in custodians.values {
            let unnamed = UnnamedNow(Unnamed(try await custodian.vault.digests()), ledger)
            let report = try await custodian.vault.scrub(
                referenced: { !(try unnamed.contains($0)) },
                olderThan: Int(Self.collectionGraceSeconds), now: Int(now))
            removed += report.removed.count
        }
        return removed
    }
}

/// Those of some digests that no entry of the log has named: asked again, it has read on.
private final class UnnamedNow: Sendable {
    private let unnamed: Mutex<Unnamed>
    private let ledger: any ConsentLedger

    init(_ unnamed: Unnamed, _ ledger: any ConsentLedger) {
        self.unnamed = Mutex(unnamed)
        self.ledger = ledger
    }

    func contains(_ digest: Digest) throws -> Bool {
        try unnamed.withLock { unnamed in
            // Each time also of what was ordered since it was last asked.
            try unnamed.read(ledger)
            return unnamed.digests.contains(digest.bytes)
        }
    }
}

/// Those of some digests that no entry of the log has named so far.
private struct Unnamed {
    private(set) var digests: Set<[UInt8]>
    private var position: UInt64 = 0

    init(_ digests: Set<Digest>) { self.digests = Set(digests.map(\.bytes)) }

    /// Reads on to the end of the log.
    mutating func read(_ ledger: any ConsentLedger) throws {
        while case let leaves = try ledger.entries(from: position, limit: 2_048), !leaves.isEmpty {
            for leaf in leaves {
                guard let entry = try? LogEntry.decode(leaf),
                    let statement = try? SignedStatement(entry.statement, network: ledger.network)
                else { preconditionFailure("the ledger holds what it would never have accepted") }
                for blob in statement.statement.assertion.blobs
                where try !isRevoked(blob, in: statement, ledger) {
                    digests.remove(blob.digest.bytes)
                }
            }
            position += UInt64(leaves.count)
        }
    }

    /// Whether it is the envelope of a grant that was revoked.
    private func isRevoked(
        _ blob: NamedBlob, in statement: SignedStatement, _ ledger: any ConsentLedger
    ) throws -> Bool {
        guard digests.contains(blob.digest.bytes), case .grantEnvelope(let grant) = blob.role,
            let bytes = try ledger.value(of: .grant(grant ?? statement.id))
        else { return false }
        return GrantState(bytes: bytes)?.revoked == true
    }
}
