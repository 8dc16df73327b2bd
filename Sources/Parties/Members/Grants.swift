import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Remote
import Sealing

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
    public func grants() async throws -> [Granted] {
        var grants = [Granted]()
        var positions = Set(try await connection.positions(about: key.bytes, kind: .grant))
        positions.formUnion(try await connection.positions(about: organisation.name.bytes, kind: .grant))
        for position in positions.sorted() {
            let statement = try await connection.statement(at: position)
            guard case .grant(let grant) = statement.assertion, grant.organisation == organisation.name,
                grant.grantee == key || grant.role == keys.home.role,
                let granted = try await granted(statement)
            else { continue }
            grants.append(granted)
        }
        return grants
    }

    /// The grants to this member that answer a request of its own. Throws `Problem` with the contract's
    /// reason when there are none.
    public func grants(answering request: StatementID) async throws -> [StatementID] {
        guard let state: RequestState = try await connection.state(.request(request)) else {
            throw PartyError.rejected(.requestUnknown)
        }
        let grants = try await grants(answering: request, letters: nil)
        guard grants.isEmpty else { return grants }
        switch state.stage {
        case .open, .routed:
            throw PartyError.refused("medical data access denied: the patient has not answered yet")
        case .rejected:
            throw PartyError.refused("medical data access denied: the patient has rejected the request")
        case .approved: throw PartyError.rejected(.grantUnknown)
        }
    }

    /// The grants that this member got in answer to a request of its own: those that name it, and those in
    /// the patient's letter. `letters` are those that the custodian's server has for this member; nil: not asked yet.
    func grants(answering id: StatementID, letters: [Wire.Letter]?) async throws -> [StatementID] {
        var grants = [StatementID]()
        for position in try await connection.positions(about: id.bytes, kind: .grant) {
            let statement = try await connection.statement(at: position)
            if case .grant(let grant) = statement.assertion, grant.grantee == key, grant.request == id {
                grants.append(statement.id)
            }
        }
        var all = letters
        if all == nil, let state: RequestState = try await connection.state(.request(id)) {
            all = try await connection.letters(at: state.custodian, about: id)
        }
        for letter in all ?? [] where letter.request == id && letter.addressee == .key(key) {
            guard
                let answer = try? Letter.open(
                    [UInt8](letter.body), with: keys.identity, as: AnswerLetter.self),
                answer.request == id
            else { continue }
            // Anybody could write such a letter: what counts is the ledger.
            for granted in answer.grants where !grants.contains(granted.grant) {
                guard let state: GrantState = try await connection.state(.grant(granted.grant)),
                    state.grantee == key
                else { continue }
                grants.append(granted.grant)
            }
        }
        return grants
    }

    /// The grant of that id. Whether it is this member's to use is for the contract to say. Throws the
    /// contract's reason where there is none.
    func granted(_ id: StatementID) async throws -> Granted {
        guard let statement = try await connection.statement(id, kind: .grant),
            let granted = try await granted(statement)
        else { throw PartyError.rejected(.grantUnknown) }
        return granted
    }

    private func granted(_ statement: VerifiedStatement) async throws -> Granted? {
        guard case .grant(let grant) = statement.assertion else { return nil }
        let names = network.custodians.map(\.name)
        let values = try await connection.state(
            [.grant(statement.id)] + names.map { .custody(grant.record, $0) })
        guard let bytes = values[.grant(statement.id)], let state = GrantState(bytes: bytes) else {
            throw PartyError.unverified("the ledger's state does not know grant \(statement.id)")
        }
        // A re-sealing, which the owner has agreed to, replaces the envelope.
        let hasItsEnvelope = state.envelope == grant.envelope || state.sealing > 0
        guard state.record == grant.record, state.grantee == grant.grantee, hasItsEnvelope,
            state.role == grant.role, state.notAfter == grant.notAfter
        else {
            throw PartyError.unverified(
                "the ledger's state is not what the owner signed in \(statement.id)")
        }
        return Granted(
            id: statement.id, nonce: statement.statement.nonce, grant: grant, state: state,
            custodians: names.filter { values[.custody(grant.record, $0)] != nil })
    }
}
