import Contract
import Identity
import Ledger
import Vault

// What an organisation must not have any more leaves its vault.

extension RecordKeeping {
    /// Erases what `attestation` says is gone, before it is ordered: then it is true. What the contract would
    /// refuse erases nothing.
    func erase(before attestation: SignedStatement) async throws {
        guard case .attestErasure(let it) = attestation.statement.assertion,
            let custodian = custodians[it.organisation], let statement = attestation.verified(),
            case .accepted = try foresee(statement)
        else { return }
        try await erase(
            try retention(of: it.record, by: it.organisation).ended, of: it.record, at: custodian)
    }

    /// Erases again whatever the organisations that are served here have attested to be gone: a vault that
    /// was put back from a backup has it again (T48). To be called before anything is served. Gives how many
    /// ciphertexts it found.
    public func reapplyErasures() async throws -> Int {
        var found = 0
        for (name, custodian) in custodians {
            var after: UInt64?
            while true {
                let query = EntryQuery(subject: name.bytes, kind: .attestErasure)
                let page = try ledger.positions(of: query, after: after, limit: 1_000)
                for position in page {
                    guard case .attestErasure(let it) = try statement(at: position).assertion,
                        it.organisation == name
                    else { continue }
                    found += try await erase(
                        try retention(of: it.record, by: name).erased, of: it.record, at: custodian)
                }
                guard let last = page.last else { break }
                after = last
            }
        }
        return found
    }

    /// Erases those of `digests` that are there, and gives their number.
    @discardableResult
    private func erase(
        _ digests: [Digest], of record: RecordHandle, at custodian: Custodian
    ) async throws -> Int {
        var present = [Digest]()
        for digest in digests where try await custodian.vault.size(of: digest) != nil {
            present.append(digest)
        }
        let shared = try named(present, elsewhereThanIn: record)
        let own = present.filter { !shared.contains($0) }
        for digest in own { try await custodian.vault.erase(digest) }
        return own.count
    }

    /// Those of `digests` that a statement about another record names too. Whoever names another patient's
    /// ciphertext as part of a record of his own must not have it erased.
    ///
    /// Takes as long as reading the whole log once: erasing is rare, and an index of every hash would cost
    /// every deposit.
    private func named(_ digests: [Digest], elsewhereThanIn record: RecordHandle) throws -> Set<Digest> {
        guard !digests.isEmpty else { return [] }
        let sought = Set(digests)
        var found = Set<Digest>()
        var position: UInt64 = 0
        while true {
            let leaves = try ledger.entries(from: position, limit: 2_048)
            if leaves.isEmpty { return found }
            for leaf in leaves {
                // No more than is needed of a statement that is on the ledger: this goes through all of them.
                guard let entry = try? LogEntry.decode(leaf),
                    let message = try? CoseSign1.decode(entry.statement),
                    let assertion = try? Statement.decode(message.payload).assertion
                else { preconditionFailure("the ledger holds what it would never have accepted") }
                let named = assertion.blobs.lazy.map(\.digest).filter(sought.contains)
                guard !named.isEmpty, assertion.record != record else { continue }
                found.formUnion(named)
            }
            position += UInt64(leaves.count)
        }
    }

    /// What an organisation keeps of a record, as the log says.
    private func retention(of record: RecordHandle, by name: OrganisationName) throws -> Retention {
        var retention = Retention(organisation: name, record: record)
        var after: UInt64?
        while true {
            let page = try ledger.positions(of: EntryQuery(subject: record.bytes), after: after, limit: 1_000)
            for position in page { retention.note(try statement(at: position)) }
            guard let last = page.last else { return retention }
            after = last
        }
    }

    private func statement(at position: UInt64) throws -> VerifiedStatement {
        guard let leaf = try ledger.entries(from: position, limit: 1).first,
            let entry = try? LogEntry.decode(leaf),
            let statement = try? SignedStatement(entry.statement, network: ledger.network).verified()
        else { preconditionFailure("the ledger holds what it would never have accepted") }
        return statement
    }
}
