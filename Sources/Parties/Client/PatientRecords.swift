public import API
public import Contract
import Foundation
import Identity
import Primitives
import Remote
import TransparencyLog

extension Patient {
    /// A grant as its record's owner sees it.
    public struct GivenGrant: Sendable {
        public let id: StatementID
        /// Who may open it, verified; or why it is not to be trusted.
        public let grantee: String
        public let state: GrantState
    }

    /// An own record with what it holds and who may open it.
    public struct RecordView: Sendable {
        public let record: OwnRecord
        public let descriptor: Descriptor
        public let grants: [GivenGrant]
    }

    /// Own records, opened, with every grant on them.
    public func records() async throws -> [RecordView] {
        var views = [RecordView]()
        for record in try await ownRecords() {
            try await connected(at: record.depositedAt) { connection in
                let whole = try await opened(record, connection)
                views.append(
                    RecordView(
                        record: record, descriptor: whole.descriptor,
                        grants: try await grants(of: record.handle, connection)))
            }
        }
        return views
    }

    private func grants(of record: RecordHandle, _ connection: Connection) async throws -> [GivenGrant] {
        let positions = try await connection.positions(about: record.bytes, kind: .grant)
        guard !positions.isEmpty else { return [] }
        let checkpoint = try await home.remembered.advance(connection)
        var grants = [GivenGrant]()
        for position in positions {
            let statement = try await connection.statement(at: position)
            guard case .grant(let grant) = statement.assertion, grant.record == record,
                let state: GrantState = try await connection.state(.grant(statement.id))
            else { continue }
            grants.append(
                GivenGrant(
                    id: statement.id, grantee: try await shown(granteeOf: grant, checkpoint, connection),
                    state: state))
        }
        return grants
    }

    private func shown(
        granteeOf grant: Grant, _ checkpoint: VerifiedCheckpoint, _ connection: Connection
    ) async throws -> String {
        guard let key = grant.grantee else {
            return "any \(grant.role?.name ?? "member") of \(grant.organisation)"
        }
        do {
            return try await connection.verifiedMember(key, under: checkpoint).shown
        } catch let failure as ClientFailure where failure.leavesUnverified {
            return "\(key.hex.prefix(16)) of \(grant.organisation): \(failure.message)"
        }
    }

    // MARK: Revoking

    /// Ends a grant at once.
    @discardableResult
    public func revoke(_ grant: StatementID) async throws -> Wire.Receipt {
        var found: GrantState?
        try await everywhere { _, connection in
            if found == nil { found = try await connection.state(.grant(grant)) }
        }
        guard let state = found else { throw Problem.rejected(.grantUnknown) }
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
                .make(.revoke(Revoke(record: record.handle, grant: grant)), now: machineTime()),
                signedBy: ownerKey(of: record))
        }
    }
}

extension GrantState {
    /// How it stands, in a word or two.
    public func stage(at time: LedgerTime) -> String {
        switch refusal(at: time) {
        case .grantRevoked: "revoked"
        case .grantNotYetValid: "not yet valid"
        case .grantExpired: "expired"
        default: releasesUsed < releasesAllowed ? "in force" : "used up"
        }
    }
}
