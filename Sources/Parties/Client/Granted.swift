import API
public import Contract
import Foundation
import Identity
public import Remote

/// A grant as the record's owner signed it.
public struct Granted: Sendable {
    public let id: StatementID
    /// Of the grant's statement: what its envelope is bound to.
    let nonce: [UInt8]
    public let grant: Grant
    public let state: GrantState
    /// The organisations that keep the record.
    public let custodians: [OrganisationName]
}

extension Member {
    /// The grants to this member or to whoever has its role, oldest first.
    public func grants(_ connection: Connection) async throws -> [Granted] {
        var grants = [Granted]()
        var positions = Set(try await connection.positions(about: signingKey.key.bytes, kind: .grant))
        positions.formUnion(try await connection.positions(about: organisation.name.bytes, kind: .grant))
        for position in positions.sorted() {
            let statement = try await connection.statement(at: position)
            guard case .grant(let grant) = statement.assertion, grant.organisation == organisation.name,
                grant.grantee == signingKey.key || grant.role == home.role,
                let granted = try await granted(statement, connection)
            else { continue }
            grants.append(granted)
        }
        return grants
    }

    /// The grant of that id. Whether it is this member's to use is for the contract to say. Throws the
    /// contract's reason where there is none.
    func granted(_ id: StatementID, _ connection: Connection) async throws -> Granted {
        guard let statement = try await connection.statement(id, kind: .grant),
            let granted = try await granted(statement, connection)
        else { throw Problem.rejected(.grantUnknown) }
        return granted
    }

    private func granted(_ statement: VerifiedStatement, _ connection: Connection) async throws -> Granted? {
        guard case .grant(let grant) = statement.assertion else { return nil }
        let names = network.custodians.map(\.name)
        let values = try await connection.state(
            [.grant(statement.id)] + names.map { .custody(grant.record, $0) })
        guard let bytes = values[.grant(statement.id)], let state = GrantState(bytes: bytes) else {
            throw ClientFailure.unverified("the ledger's state does not know grant \(statement.id)")
        }
        // A re-sealing, which the owner has agreed to, replaces the envelope.
        let hasItsEnvelope = state.envelope == grant.envelope || state.sealing > 0
        guard state.record == grant.record, state.grantee == grant.grantee, hasItsEnvelope,
            state.role == grant.role, state.notAfter == grant.notAfter
        else {
            throw ClientFailure.unverified(
                "the ledger's state is not what the owner signed in \(statement.id)")
        }
        return Granted(
            id: statement.id, nonce: statement.statement.nonce, grant: grant, state: state,
            custodians: names.filter { values[.custody(grant.record, $0)] != nil })
    }
}
