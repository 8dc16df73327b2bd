public import Contract
import Ledger
public import Vault

// How bytes come into a vault: under one record, as one kind, by those whose statements may name them so.

extension RecordKeeping {
    /// Who may store envelopes of a record's grants at an organisation, besides its staff.
    public enum RecordKey: Sendable {
        case owner
        /// A delegate that the owner lets grant.
        case decidingDelegate
    }

    /// What `key` may say now about a record that the organisation keeps; nil when nothing, or when there is no such
    /// record.
    public func recordKey(
        _ key: PublicKey, of record: RecordHandle, at custodian: Custodian
    ) throws -> RecordKey? {
        let now = ledger.now()
        guard try keeps(record, custodian.name),
            let state = try state(.record(record), as: RecordState.self), state.removed == nil
        else { return nil }
        if state.owner(at: now) == key { return .owner }
        guard
            let delegation = try self.state(.delegation(record, key), as: DelegationState.self),
            !delegation.isOver(at: now, in: state), delegation.scope.allowsDeciding
        else { return nil }
        return .decidingDelegate
    }

    /// Takes one blob into the vault of `custodian`, under `record` and as what it is named; `receive` writes it. Throws
    /// the contract's `recordRemoved`, `VaultError`, and what `receive` throws; then nothing is kept.
    public func store(
        _ blob: BlobName, in record: RecordHandle, at custodian: Custodian,
        _ receive: (any IncomingBlob) async throws -> Void
    ) async throws {
        try requirePresent(record)
        let incoming = try await custodian.vault.begin(blob, in: record)
        do {
            try await receive(incoming)
        } catch {
            await incoming.abort()
            throw error
        }
        try await finish(incoming, of: record, at: custodian)
    }

    /// A removal erases what came before it; what comes after is not taken, and nothing of it stays.
    func finish(_ incoming: any IncomingBlob, of record: RecordHandle, at custodian: Custodian) async throws {
        do {
            try await custodian.turns.sharing(record) {
                try requirePresent(record)
                try await incoming.finish()
            }
        } catch {
            await incoming.abort()
            throw error
        }
    }

    func requirePresent(_ record: RecordHandle) throws {
        if try state(.record(record), as: RecordState.self)?.removed != nil {
            throw RejectionCode.recordRemoved
        }
    }
}
