public import API
public import Contract
import Evidence
import Homes
import Identity
import Remote
import Workflow

extension Patient {
    /// Ends a grant at once.
    @discardableResult
    public func revoke(_ grant: StatementID) async throws -> Wire.Receipt {
        var found: GrantState?
        try await everywhere { _, connection in
            if found == nil { found = try await connection.state(.grant(grant)) }
        }
        guard let state = found else { throw PartyError.rejected(.grantUnknown) }
        return try await revoke(grant, of: try await ownRecord(state.record))
    }

    /// Ends every grant on a record. Gives their ids, with the receipts of their ends.
    public func revokeAll(
        of handle: RecordHandle
    ) async throws -> [(grant: StatementID, receipt: Wire.Receipt)] {
        try await revokeAll(of: try await ownRecord(handle)) { _ in true }
    }

    func revokeAll(
        of record: OwnRecord, where isMeant: (GrantState) -> Bool
    ) async throws -> [(grant: StatementID, receipt: Wire.Receipt)] {
        let all = try await connected(at: record.depositedAt) { try await grants(of: record.handle, $0) }
        var revoked = [(grant: StatementID, receipt: Wire.Receipt)]()
        for grant in all where !grant.state.revoked && isMeant(grant.state) {
            revoked.append((grant.id, try await revoke(grant.id, of: record)))
        }
        return revoked
    }

    private func revoke(_ grant: StatementID, of record: OwnRecord) async throws -> Wire.Receipt {
        try await connected(at: record.depositedAt) { connection in
            try await connection.submit(
                surroundings.statement(.revoke(Revoke(record: record.handle, grant: grant))),
                signedBy: ownerKey(of: record))
        }
    }

    /// Ends every grant in force on every record, or those to `grantee` alone. Gives their ids, with the
    /// receipts of their ends.
    public func revokeAll(
        to grantee: PublicKey?
    ) async throws -> [(grant: StatementID, receipt: Wire.Receipt)] {
        var revoked = [(grant: StatementID, receipt: Wire.Receipt)]()
        for record in try await ownRecords() {
            revoked += try await revokeAll(of: record) { grantee == nil || $0.grantee == grantee }
        }
        return revoked
    }
}
