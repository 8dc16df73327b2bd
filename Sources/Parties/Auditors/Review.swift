public import API
public import Contract
import Evidence
import Homes
import Remote

extension Auditor {
    /// Every emergency that was ever declared, in its order.
    public func emergencies() async throws -> [(id: StatementID, state: EmergencyState)] {
        var all = [(id: StatementID, state: EmergencyState)]()
        for position in try await connection.positions(about: nil, kind: .emergency) {
            let id = try await connection.statement(at: position).id
            guard let state: EmergencyState = try await connection.state(.emergency(id)) else { continue }
            all.append((id, state))
        }
        return all
    }

    /// Says what looking into an emergency has found.
    public func review(_ id: StatementID, finding: ReviewFinding) async throws -> Wire.Receipt {
        guard let state: EmergencyState = try await connection.state(.emergency(id)) else {
            throw PartyError.rejected(.emergencyUnknown)
        }
        let review = Review(
            organisation: member.organisation.name, record: state.record, emergency: id, finding: finding)
        return try await connection.submit(
            connection.surroundings.statement(.review(review)), signedBy: member.signingKey)
    }
}
