import API
public import Contract
public import Evidence
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
        /// A part of it; or why that cannot be shown.
        public typealias Shown<Part> = Swift.Result<Part, PartyError>

        public let record: OwnRecord
        /// Of a record that is gone: what the home remembers of it.
        public let descriptor: Shown<Descriptor>
        public let grants: Shown<[GivenGrant]>
        /// Who had it removed; nil where that was not this wallet, or it was not removed.
        public let wasRemovedHere: Bool
    }

    /// Own records, opened, with every grant on them. What cannot be shown of one keeps no other from being shown.
    public func records() async throws -> [RecordView] {
        var views = [RecordView]()
        for record in try await ownRecords() {
            try await connected(at: record.depositedAt) { connection in
                let descriptor: RecordView.Shown<Descriptor> = try await shown {
                    if let kept = keptOpen(record) { return kept.descriptor }
                    guard !record.isGone else { throw PartyError.rejected(.recordRemoved) }
                    return try await opened(record, connection).descriptor
                }
                views.append(
                    RecordView(
                        record: record, descriptor: descriptor,
                        grants: try await shown { try await grants(of: record.handle, connection) },
                        wasRemovedHere: try await wasRemovedHere(record, connection)))
            }
        }
        return views
    }

    /// What is in `records`, of those that open.
    public func contents(of records: [OwnRecord]) async -> [RecordHandle: Descriptor] {
        var contents = [RecordHandle: Descriptor]()
        for record in records {
            contents[record.handle] = try? await connected(at: record.depositedAt) {
                try await opened(record, $0).descriptor
            }
        }
        return contents
    }

    /// What `body` gives, or why not where that is another party's or the network's doing.
    private func shown<Part>(_ body: () async throws -> Part) async throws -> RecordView.Shown<Part> {
        do {
            return .success(try await body())
        } catch let failure as PartyError {
            return .failure(failure)
        } catch let problem as Problem {
            return .failure(.refused(problem.detail))
        }
    }

    private func wasRemovedHere(_ record: OwnRecord, _ connection: Connection) async throws -> Bool {
        guard record.state.removed != nil else { return false }
        let key = ownerKey(of: record).key
        let removal = try await shown {
            for position in try await connection.positions(about: record.handle.bytes, kind: .remove) {
                if try await connection.statement(at: position).caller == key { return true }
            }
            return false
        }
        return (try? removal.get()) ?? false
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
