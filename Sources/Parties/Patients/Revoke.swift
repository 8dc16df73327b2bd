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

    /// A grant that was to end.
    public struct Ending: Sendable {
        public let grant: StatementID
        public let record: RecordHandle
        /// The receipt of its end; or why it is still in force.
        public let outcome: Swift.Result<Wire.Receipt, any Error>
    }

    /// Ends every grant on a record.
    public func revokeAll(of handle: RecordHandle) async throws -> [Ending] {
        try await revokeAll(of: [try await ownRecord(handle)]) { _ in true }
    }

    /// Ends every grant in force on every record, or those to `grantee` alone.
    public func revokeAll(to grantee: PublicKey?) async throws -> [Ending] {
        try await revokeAll(of: try await ownRecords()) { grantee == nil || $0.grantee == grantee }
    }

    /// Finds all that are meant first, then ends as many as can be: what keeps one in force does not keep the others.
    private func revokeAll(
        of records: [OwnRecord], where isMeant: (GrantState) -> Bool
    ) async throws -> [Ending] {
        var meant = [(grant: StatementID, record: OwnRecord)]()
        for record in records {
            let all = try await connected(at: record.depositedAt) { try await stated(record.handle, $0) }
            meant += all.filter { !$0.state.revoked && isMeant($0.state) }.map { ($0.id, record) }
        }
        var endings = [Ending]()
        for (grant, record) in meant {
            var outcome: Swift.Result<Wire.Receipt, any Error>
            do {
                outcome = .success(try await revoke(grant, of: record))
            } catch let failure as PartyError where failure.rejection == .grantRevoked {
                // A guardian, or the wallet elsewhere, has ended it meanwhile.
                continue
            } catch { outcome = .failure(error) }
            endings.append(Ending(grant: grant, record: record.handle, outcome: outcome))
        }
        return endings
    }

    private func revoke(_ grant: StatementID, of record: OwnRecord) async throws -> Wire.Receipt {
        try await order(.revoke(Revoke(record: record.handle, grant: grant)), as: record)
    }
}
