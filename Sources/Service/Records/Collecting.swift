import Contract
import Identity
import Ledger
import Vault

// Ciphertext that no statement came to name leaves the vaults: of deposits that were cut off, of drafts that
// nobody agreed to.

extension RecordKeeping {
    /// How long ciphertext waits for the statement that names it: thirty days. A statement is valid for one; the
    /// others are for whoever puts an older ledger back and finds out later that entries are missing from it.
    public static let collectionGraceSeconds = 30 * Limits.validitySecondsMax

    /// Removes from the vaults of the organisations that are served here what was put more than
    /// `collectionGraceSeconds` before `now` (seconds since 1970) and what no statement names as it is stored, but for
    /// grants that were revoked. Gives how many that were. Parts of which nothing came for `partSeconds` go too.
    ///
    /// Not for a ledger that is read-only: it may be older than the vaults. It asks for the statements about every
    /// record: once a day is often enough. Throws `LedgerError` and `VaultError`; what was removed before stays
    /// removed.
    public func collectUnnamed(now: UInt64) async throws -> Int {
        let time = Int(clamping: now) - Int(Self.collectionGraceSeconds)
        var removed = 0
        for custodian in custodians.values {
            _ = try await custodian.vault.removeLeftovers(begunBefore: Int(clamping: now) - Self.partSeconds)
            try await custodian.vault.forEachRecord { record in
                removed += try await collectUnnamed(of: record, at: custodian, putBefore: time)
            }
        }
        return removed
    }

    private func collectUnnamed(
        of record: RecordHandle, at custodian: Custodian, putBefore time: Int
    ) async throws -> Int {
        // A time in the future is not old: after a clock was set back nothing goes too early.
        func toCollect() async throws -> [BlobName] {
            let old = try await custodian.vault.blobs(of: record).filter { $0.time < time }
            return old.isEmpty ? [] : try await unnamed(old.map(\.name), in: record, at: custodian)
        }
        guard try await !toCollect().isEmpty else { return 0 }
        return try await custodian.turns.alone(record) {
            // Asked again: what was put or named meanwhile stays, and now nothing can be.
            let blobs = try await toCollect()
            for blob in blobs { try await custodian.vault.erase(blob, in: record) }
            return blobs.count
        }
    }

    /// Those of `blobs` that no statement about the record names, nor a manifest that one names, nor only as the envelope
    /// or the manifest of a revoked grant.
    private func unnamed(
        _ blobs: [BlobName], in record: RecordHandle, at custodian: Custodian
    ) async throws -> [BlobName] {
        var unnamed = Set(blobs)
        var manifests = Set<BlobName>()
        try forEachStatement(about: record) { statement in
            for blob in statement.statement.assertion.blobs {
                guard let name = blob.name, try !isRevoked(blob, in: statement) else { continue }
                unnamed.remove(name)
                if name.kind == .manifest { manifests.insert(name) }
            }
        }
        let files = StoredFiles(vault: custodian.vault, record: record)
        for manifest in manifests where unnamed.contains(where: { $0.kind == .file }) {
            guard try await custodian.vault.size(of: manifest, in: record) != nil else { continue }
            guard let found = try? await files.named(by: manifest) else {
                // It does not say any more what belongs to it: the record's files stay.
                unnamed = unnamed.filter { $0.kind != .file }
                break
            }
            for file in found.files { unnamed.remove(BlobName(file, .file)) }
        }
        return blobs.filter(unnamed.contains)
    }

    /// Whether it is named for a grant that was revoked.
    private func isRevoked(_ blob: NamedBlob, in statement: SignedStatement) throws -> Bool {
        switch blob.role {
        case .grantEnvelope(let grant), .grantManifest(let grant):
            try state(.grant(grant ?? statement.id), as: GrantState.self)?.revoked == true
        default: false
        }
    }
}
