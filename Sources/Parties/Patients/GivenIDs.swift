public import Contract
import Homes
import Remote
import Workflow

// What a wallet knows by its ids, for completing one that was typed in part. Nothing is opened or verified for that.

extension Patient {
    /// A grant on a record, as the ledger's state has it.
    public typealias StatedGrant = (id: StatementID, state: GrantState)

    /// Every grant on the wallet's records.
    public func givenGrants() async throws -> [StatedGrant] {
        var grants = [StatedGrant]()
        for record in try await ownRecords() {
            grants += try await connected(at: record.depositedAt) { try await stated(record.handle, $0) }
        }
        return grants
    }

    /// Every grant on the records that were entrusted to the wallet.
    public func entrustedGrants() async throws -> [StatedGrant] {
        guard let place = joined.first else { return [] }
        let records = try await entrusted()
        return try await connected(at: place.name) { connection in
            var grants = [StatedGrant]()
            for record in records { grants += try await stated(record.handle, connection) }
            return grants
        }
    }

    func stated(_ record: RecordHandle, _ connection: Connection) async throws -> [StatedGrant] {
        var grants = [StatedGrant]()
        for position in try await connection.positions(about: record.bytes, kind: .grant) {
            let id = try await connection.statement(at: position).id
            guard let state: GrantState = try await connection.state(.grant(id)), state.record == record
            else {
                continue
            }
            grants.append((id, state))
        }
        return grants
    }

    /// The keys that were ever allowed to act for an own record.
    public func delegates(of handle: RecordHandle) async throws -> [PublicKey] {
        try await connected(at: try await ownRecord(handle).depositedAt) { connection in
            var keys = [PublicKey]()
            for position in try await connection.positions(about: handle.bytes, kind: .delegate) {
                if case .delegate(let it) = try await connection.statement(at: position).assertion,
                    it.record == handle
                {
                    keys.append(it.delegate)
                }
            }
            return keys
        }
    }

    /// Members whose keys begin with `digits`, as the server of an own record's hospital finds them.
    public func members(beginning digits: String, for handle: RecordHandle) async throws -> [PublicKey] {
        try await connected(at: try await ownRecord(handle).depositedAt) {
            try await $0.members(beginning: digits)
        }
    }
}
