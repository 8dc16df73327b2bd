import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Primitives
import Remote
public import Sealing
import TransparencyLog
public import Workflow

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

    func grants(of record: RecordHandle, _ connection: Connection) async throws -> [GivenGrant] {
        let positions = try await connection.positions(about: record.bytes, kind: .grant)
        guard !positions.isEmpty else { return [] }
        let checkpoint = try await remembered.advance(connection)
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
        } catch let failure as PartyError where failure.leavesUnverified {
            return "\(key.hex.prefix(16)) of \(grant.organisation): \(failure.message)"
        }
    }
}
