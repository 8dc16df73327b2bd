public import API
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Remote
import Sealing

/// What a member asks a custodian for.
public struct AccessRequest: Sendable {
    public let custodian: OrganisationName
    /// The patient's number there.
    public let patient: String
    public let purpose: Purpose
    public let days: Int
    /// To read, or to receive and keep.
    public let kind: GrantKind
    /// What the patient shall read.
    public let text: String

    public init(
        of custodian: OrganisationName, patient: String, purpose: Purpose, days: Int,
        kind: GrantKind = .read, text: String = ""
    ) {
        self.custodian = custodian
        self.patient = patient
        self.purpose = purpose
        self.days = days
        self.kind = kind
        self.text = text
    }
}

extension Member {
    /// Asks a custodian for access to the records of a patient: what for stands in a letter that only its desk opens;
    /// the ledger gets the letter's hash.
    public func request(_ it: AccessRequest) async throws -> (id: StatementID, receipt: Wire.Receipt) {
        let custodian = try network.organisation(it.custodian)
        guard custodian.kind.isCustodian else {
            throw PartyError.badInput("\(it.custodian) keeps no records")
        }
        guard (1...3_650).contains(it.days) else {
            throw PartyError.badInput("access is asked for 1 to 3650 days")
        }
        guard it.kind == .read || organisation.kind.isCustodian else {
            throw PartyError.badInput("only an organisation that keeps records receives a transfer")
        }
        let letter = try Letter.seal(
            RequestLetter(
                patient: it.patient, requester: keys.home.name, kind: it.kind.name, text: it.text),
            to: custodian.deskRecipient)
        let request = Request(
            organisation: organisation.name, custodian: it.custodian, purpose: it.purpose,
            notAfter: surroundings.now() + UInt64(it.days) * 86_400, letter: Digest(hashing: letter))
        let (id, bytes) = surroundings.statement(.request(request)).identified(
            by: keys.signingKey, network: network.id)
        try await connection.call(
            .post, Routes.Organisation(it.custodian).letters,
            json: Wire.Letter(addressee: .desk, request: id, body: Data(letter)))
        return (id, try await connection.submit(bytes, signedBy: keys.signingKey))
    }
}
