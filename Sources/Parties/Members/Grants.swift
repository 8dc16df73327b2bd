import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Remote
import Sealing
public import Workflow

extension Member {
    /// The grants to this member or to whoever has its role, oldest first.
    public func grants() async throws -> [Granted] {
        let reader = keys.reader
        return try await connection.read(under: nil) { ledger throws(Pause) in try ledger.grants(to: reader) }
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
}
