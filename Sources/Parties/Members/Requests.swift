import API
public import Contract
import Evidence
import Homes
import Identity
import Remote
import Sealing
import TransparencyLog

/// A request as a member sees it: of its own, or made to its organisation.
public struct RequestView: Encodable, Sendable {
    public let id: StatementID
    /// Name, organisation and role, verified; or why they are not to be trusted.
    public let requester: String
    public let requesterIsVerified: Bool
    public let organisation: OrganisationName
    public let custodian: OrganisationName
    public let purpose: String
    public let notAfter: LedgerTime
    public let stage: String
    /// From the sealed letter, for the custodian: the patient's number as the requester gave it.
    public let patient: String?
    public let kind: String?
    public let text: String?
    /// For the requester: what was granted in answer.
    public let grants: [StatementID]
}

extension Member {
    /// Requests to this member's organisation, where it works at a custodian's desk, and its own. Without
    /// `all`: those that wait.
    public func requests(all: Bool) async throws -> [RequestView] {
        var positions = Set(try await connection.positions(about: key.bytes, kind: .request))
        if keys.desk != nil {
            positions.formUnion(
                try await connection.positions(about: organisation.name.bytes, kind: .request))
        }
        let checkpoint = try await remembered.advance(connection)
        var views = [RequestView]()
        for position in positions.sorted() where position < checkpoint.checkpoint.head.size {
            let (_, statement) = try await connection.provenStatement(at: position, under: checkpoint)
            guard case .request(let request) = statement.assertion else { continue }
            let isOwn = statement.caller == key
            let isToUs = keys.desk != nil && request.custodian == organisation.name
            guard isOwn || isToUs,
                let state: RequestState = try await connection.state(.request(statement.id))
            else { continue }
            let isOpen = state.stage == .open && surroundings.now() < request.notAfter
            guard all || isOwn || isOpen else { continue }
            views.append(
                try await view(
                    statement, request, state,
                    letters: try await connection.lettersUnlessAway(
                        at: request.custodian, about: statement.id),
                    isOwn: isOwn, isToUs: isToUs, under: checkpoint))
        }
        return views
    }

    private func view(
        _ statement: VerifiedStatement, _ request: Request, _ state: RequestState, letters: [Wire.Letter],
        isOwn: Bool, isToUs: Bool, under checkpoint: VerifiedCheckpoint
    ) async throws -> RequestView {
        var requester: (text: String, isVerified: Bool)
        do {
            let member = try await connection.verifiedMember(statement.caller, under: checkpoint)
            requester = (member.shown, true)
        } catch let failure as PartyError where failure.leavesUnverified {
            requester = ("not verified: \(failure.message)", false)
        }
        let letter = isToUs ? requestLetter(letters, for: statement.id, digest: request.letter) : nil
        let grants =
            isOwn
            ? try await grants(answering: statement.id, letters: letters, under: checkpoint) : []
        return RequestView(
            id: statement.id, requester: requester.text, requesterIsVerified: requester.isVerified,
            organisation: request.organisation, custodian: request.custodian, purpose: request.purpose.name,
            notAfter: request.notAfter, stage: state.stage.name,
            patient: letter.map { SafeText.escaped($0.patient) },
            kind: letter?.kind, text: letter.map { SafeText.escaped($0.text) }, grants: grants)
    }

    /// The letter that the request's statement names, opened with the desk's key; nil when it is not there or
    /// does not open.
    func requestLetter(_ letters: [Wire.Letter], for id: StatementID, digest: Digest) -> RequestLetter? {
        guard let desk = keys.desk else { return nil }
        for letter in letters where letter.request == id && letter.addressee == .desk {
            let body = [UInt8](letter.body)
            if Digest(hashing: body) == digest { return try? Letter.open(body, with: desk) }
        }
        return nil
    }
}
