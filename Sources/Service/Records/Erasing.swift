import Contract
import Identity
import Ledger
import Vault

// What an organisation must not have any more leaves its vault.

extension RecordKeeping {
    /// Erases what `attestation` says is gone, before it is ordered: then it is true. What the contract would
    /// refuse erases nothing. To be called alone at the record.
    func erase(before attestation: SignedStatement, of it: AttestErasure, at custodian: Custodian)
        async throws
    {
        guard let statement = attestation.verified(), case .accepted = try foresee(statement) else { return }
        let retention = try retention(of: it.record, by: it.organisation)
        try await erase(retention, retention.ended, at: custodian)
    }

    /// Erases again whatever the organisations that are served here have attested to be gone: a vault that
    /// was put back from a backup has it again (T48). To be called before anything is served. Gives how many
    /// blobs it found.
    public func reapplyErasures() async throws -> Int {
        var found = 0
        for (name, custodian) in custodians {
            var after: UInt64?
            while true {
                let query = EntryQuery(subject: name.bytes, kind: .attestErasure)
                let page = try ledger.positions(of: query, after: after, limit: 1_000)
                for position in page {
                    guard case .attestErasure(let it) = try statement(at: position).statement.assertion,
                        it.organisation == name
                    else { continue }
                    let retention = try retention(of: it.record, by: name)
                    do {
                        found += try await custodian.turns.alone(it.record) {
                            try await erase(retention, retention.erased, at: custodian)
                        }
                    } catch is UnfitManifestError {
                        // What it keeps is not to be told from what is gone: nothing is erased, the audit names it, and
                        // the other records are served.
                        continue
                    }
                }
                guard let last = page.last else { break }
                after = last
            }
        }
        return found
    }

    /// Erases what the vault has of `gone`; of a record that the organisation keeps nothing of, all that lies under
    /// its handle, with or without a statement. Gives how many blobs that were.
    @discardableResult
    private func erase(
        _ retention: Retention, _ gone: [BlobName], at custodian: Custodian
    ) async throws -> Int {
        let record = retention.record
        let present = try await custodian.vault.blobs(of: record).map(\.name)
        guard !retention.kept.isEmpty else {
            try await custodian.vault.erase(record)
            return present.count
        }
        let stored = Set(present)
        let kept = try await kept(retention, of: stored, at: custodian)
        let files = StoredFiles(vault: custodian.vault, record: record)
        var ended = Set(gone)
        for manifest in gone where manifest.kind == .manifest && stored.contains(manifest) {
            if let found = try? await files.named(by: manifest) {
                ended.formUnion(found.files.map { BlobName($0, .file) })
            } else {
                // It does not say any more what goes with it: whatever no other manifest keeps.
                ended.formUnion(present.filter { $0.kind == .file })
            }
        }
        let erased = present.filter { ended.contains($0) && !kept.contains($0) }
        // Manifests last: what is left after a crash is found by them again.
        let inOrder = erased.filter { $0.kind != .manifest } + erased.filter { $0.kind == .manifest }
        for blob in inOrder { try await custodian.vault.erase(blob, in: record) }
        return erased.count
    }

    /// What must be there of a record: what statements name, and the files of those manifests among them that are `stored`.
    func kept(
        _ retention: Retention, of stored: Set<BlobName>, at custodian: Custodian
    ) async throws -> Set<BlobName> {
        let files = StoredFiles(vault: custodian.vault, record: retention.record)
        var kept = Set(retention.kept)
        for manifest in retention.kept where manifest.kind == .manifest && stored.contains(manifest) {
            kept.formUnion(try await files.named(by: manifest).files.map { BlobName($0, .file) })
        }
        return kept
    }

    /// What an organisation keeps of a record, as the log says.
    func retention(of record: RecordHandle, by name: OrganisationName) throws -> Retention {
        var retention = Retention(organisation: name, record: record)
        try forEachStatement(about: record) { retention.note(verified($0)) }
        return retention
    }

    /// Hands the statements about a record to `receive`, in their order.
    func forEachStatement(
        about record: RecordHandle, _ receive: (SignedStatement) throws -> Void
    ) throws {
        var after: UInt64?
        while true {
            let page = try ledger.positions(of: EntryQuery(subject: record.bytes), after: after, limit: 1_000)
            for position in page { try receive(try statement(at: position)) }
            guard let last = page.last else { return }
            after = last
        }
    }

    private func statement(at position: UInt64) throws -> SignedStatement {
        guard let leaf = try ledger.entries(from: position, limit: 1).first,
            let entry = try? LogEntry.decode(leaf),
            let statement = try? SignedStatement(entry.statement, network: ledger.network)
        else { preconditionFailure("the ledger holds what it would never have accepted") }
        return statement
    }

    private func verified(_ statement: SignedStatement) -> VerifiedStatement {
        guard let verified = statement.verified() else {
            preconditionFailure("the ledger holds what it would never have accepted")
        }
        return verified
    }
}
