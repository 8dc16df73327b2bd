public import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Remote
import Sealing

extension Member {
    /// Passes a request on to the patient of that number, whose permit names the key that may answer.
    @discardableResult
    public func route(_ id: StatementID, toPatient number: String) async throws -> Wire.Receipt {
        let patient = try await patient(number)
        guard let statement = try await connection.statement(id, kind: .request),
            case .request(let request) = statement.assertion
        else { throw PartyError.rejected(.requestUnknown) }
        guard request.custodian == organisation.name else {
            throw PartyError.rejected(.requestOfOtherCustodian)
        }
        // The contract would first name the permit, which this request has used already.
        if let state: RequestState = try await connection.state(.request(id)), state.stage != .open {
            throw PartyError.rejected(.requestAlreadyRouted)
        }
        let routes = Routes.Organisation(organisation.name)
        let letters = try await connection.letters(at: organisation.name, about: id)
        guard let asked = requestLetter(letters, for: id, digest: request.letter) else {
            throw PartyError.unverified("the request's letter is not here or does not open")
        }
        guard let permit = try await permit(of: patient, for: id.bytes) else {
            throw PartyError.refused(
                "the patient's stock of permits at \(organisation.name) is used up: it may not be asked")
        }
        let forwarded = ForwardedLetter(
            request: id, custodian: organisation.name, kind: asked.kind, text: asked.text)
        let body = try Letter.seal(forwarded, to: patient.recipient)
        try await connection.call(
            .post, routes.letters,
            json: Wire.Letter(addressee: .key(patient.inbox), request: id, body: Data(body)))
        return try await say(
            .route(
                Route(
                    organisation: organisation.name, request: id, permit: permit,
                    letter: Digest(hashing: body))))
    }
}
