import API
public import Contract
import Evidence
import Foundation
public import Homes
import Identity
import Remote
import Sealing
import TransparencyLog
import Workflow

/// How often a grant was used.
public struct GrantUse: Encodable, Sendable {
    public let grant: StatementID
    public let record: RecordHandle
    public let grantee: String
    public let kind: String
    /// How often it was opened or, where it lets add to a record, added to.
    public let used: UInt64
    public let stage: String

    /// `opened twice`, `never opened`.
    public var text: String {
        let what = kind == GrantKind.append.name ? "added to" : "opened"
        return switch used {
        case 0: "never \(what)"
        case 1: "\(what) once"
        case 2: "\(what) twice"
        default: "\(what) \(used) times"
        }
    }
}

extension Patient {
    /// All that happened to this wallet's records and to the requests that were passed on to it, in its
    /// order, proven to be on the ledger; and how often each grant was used.
    public func history() async throws -> (events: [HistoryEvent], grants: [GrantUse]) {
        var events = [UInt64: HistoryEvent]()
        // A grant is found under its record and under the request that it names.
        var uses = [UInt64: GrantUse]()
        let records = try await ownRecords()
        let own = Set(records.map { ownerKey(of: $0).key })
        try await everywhere { membership, connection in
            let checkpoint = try await remembered.advance(connection)
            let keys = try await answeringKeys(at: membership, connection)
            var narrator = Narrator(connection, under: checkpoint, own: own.union(keys.keys))
            var subjects = records.filter { $0.depositedAt == membership.name }.map(\.handle.bytes)
            let permits = try await connection.state(keys.keys.map { .permit($0) })
            for value in permits.values {
                if case .request(let id)? = PermitState(bytes: value)?.use { subjects.append(id.bytes) }
            }
            for subject in subjects {
                for (entry, statement) in try await narrator.statements(about: subject) {
                    events[entry.position] = try await narrator.event(entry, statement)
                    if case .grant(let grant) = statement.assertion {
                        uses[entry.position] = try await use(of: statement.id, grant, &narrator)
                    }
                }
            }
        }
        return (
            events.values.sorted { $0.position < $1.position },
            uses.sorted { $0.key < $1.key }.map(\.value)
        )
    }

    private func use(
        of id: StatementID, _ grant: Grant, _ narrator: inout Narrator
    ) async throws -> GrantUse {
        guard let state: GrantState = try await narrator.connection.state(.grant(id)) else {
            throw ClientFailure.unverified("the ledger's state does not know grant \(id)")
        }
        var grantee = "any \(grant.role?.name ?? "member") of \(grant.organisation)"
        if let key = grant.grantee { grantee = try await narrator.name(key) }
        return GrantUse(
            grant: id, record: grant.record, grantee: grantee, kind: grant.kind.name,
            used: state.releasesUsed, stage: state.stage(at: surroundings.now()))
    }
}
