import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Remote
import Sealing
import TransparencyLog
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
        let letters = try await connection.letters(at: state.custodian, about: request)
        let grants = try await grants(
            answering: request, letters: letters, under: try await remembered.advance(connection))
        guard grants.isEmpty else { return grants }
        switch state.stage {
        case .open, .routed:
            throw PartyError.refused("medical data access denied: the patient has not answered yet")
        case .rejected:
            throw PartyError.refused("medical data access denied: the patient has rejected the request")
        case .approved: throw PartyError.rejected(.grantUnknown)
        }
    }

    /// The grants that the patient gave this member in answer to a request of its own: those in the one of `letters` that
    /// the answer in the log of `checkpoint` names. No other grant counts, though it be true and name the request: any
    /// owner of a record can give one (T74).
    func grants(
        answering id: StatementID, letters: [Wire.Letter], under checkpoint: VerifiedCheckpoint
    ) async throws -> [StatementID] {
        guard let answer = try await answer(to: id, under: checkpoint) else { return [] }
        let bodies = letters.map { [UInt8]($0.body) }
        guard let letter = AnswerLetter(named: answer, among: bodies, with: keys.identity) else { return [] }
        var grants = [StatementID]()
        for granted in letter.grants where !grants.contains(granted.grant) {
            guard let state: GrantState = try await connection.state(.grant(granted.grant)),
                state.grantee == key, state.record == granted.record
            else { continue }
            grants.append(granted.grant)
        }
        return grants
    }

    /// The answer to a request, which the contract takes only from the patient that it was routed to.
    private func answer(
        to request: StatementID, under checkpoint: VerifiedCheckpoint
    ) async throws -> Answer? {
        let size = checkpoint.checkpoint.head.size
        for position in try await connection.positions(about: request.bytes, kind: .answer)
        where position < size {
            let (_, statement) = try await connection.provenStatement(at: position, under: checkpoint)
            if case .answer(let answer) = statement.assertion, answer.request == request { return answer }
        }
        return nil
    }
}
