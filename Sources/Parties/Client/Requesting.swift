public import API
public import Contract
import Foundation
import Identity
import Primitives
public import Remote
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
    // MARK: Asking

    /// Asks a custodian for access to the records of its patient `number`.
    public func request(
        of custodian: OrganisationName, patient number: String, purpose: Purpose, days: Int, kind: GrantKind,
        text: String, _ connection: Connection
    ) async throws -> (id: StatementID, receipt: Wire.Receipt) {
        let keeper = try network.organisation(custodian)
        guard keeper.kind.isCustodian else { throw ClientFailure.badInput("\(custodian) keeps no records") }
        guard (1...3_650).contains(days) else {
            throw ClientFailure.badInput("access is asked for 1 to 3650 days")
        }
        guard kind == .read || organisation.kind.isCustodian else {
            throw ClientFailure.badInput("only an organisation that keeps records receives a transfer")
        }
        let letter = try Letter.seal(
            RequestLetter(patient: number, requester: home.name, kind: kind.name, text: text),
            to: keeper.deskRecipient)
        let now = machineTime()
        let request = Request(
            organisation: organisation.name, custodian: custodian, purpose: purpose,
            notAfter: now + UInt64(days) * 86_400, letter: Digest(hashing: letter))
        let (id, bytes) = Statement.make(.request(request), now: now).identified(
            by: signingKey, network: network.id)
        try await connection.call(
            .post, Routes.Organisation(custodian).letters,
            json: Wire.Letter(addressee: .desk, request: id, body: Data(letter)))
        return (id, try await connection.submit(bytes, signedBy: signingKey))
    }

    // MARK: Looking

    /// Requests to this member's organisation, where it works at a custodian's desk, and its own. Without
    /// `all`: those that wait.
    public func requests(all: Bool, _ connection: Connection) async throws -> [RequestView] {
        var positions = Set(try await connection.positions(about: signingKey.key.bytes, kind: .request))
        if desk != nil {
            positions.formUnion(
                try await connection.positions(about: organisation.name.bytes, kind: .request))
        }
        let checkpoint = try await home.remembered.advance(connection)
        var letters = [OrganisationName: [Wire.Letter]]()
        var views = [RequestView]()
        for position in positions.sorted() where position < checkpoint.checkpoint.head.size {
            let (_, statement) = try await connection.provenStatement(at: position, under: checkpoint)
            guard case .request(let request) = statement.assertion else { continue }
            let isOwn = statement.caller == signingKey.key
            let isToUs = desk != nil && request.custodian == organisation.name
            guard isOwn || isToUs,
                let state: RequestState = try await connection.state(.request(statement.id))
            else {
                continue
            }
            guard all || isOwn || (state.stage == .open && machineTime() < request.notAfter) else { continue }
            if letters[request.custodian] == nil {
                let answer: Wire.Letters = try await connection.call(
                    .get, Routes.Organisation(request.custodian).letters)
                letters[request.custodian] = answer.letters
            }
            views.append(
                try await view(
                    statement, request, state, letters: letters[request.custodian] ?? [], isOwn: isOwn,
                    isToUs: isToUs, under: checkpoint, connection))
        }
        return views
    }

    private func view(
        _ statement: VerifiedStatement, _ request: Request, _ state: RequestState, letters: [Wire.Letter],
        isOwn: Bool, isToUs: Bool, under checkpoint: VerifiedCheckpoint, _ connection: Connection
    ) async throws -> RequestView {
        var requester: (text: String, isVerified: Bool)
        do {
            let member = try await connection.verifiedMember(statement.caller, under: checkpoint)
            requester = (member.shown, true)
        } catch let failure as ClientFailure where failure.leavesUnverified {
            requester = ("not verified: \(failure.message)", false)
        }
        let letter = isToUs ? requestLetter(letters, for: statement.id, digest: request.letter) : nil
        let grants = isOwn ? try await self.grants(answering: statement.id, letters: letters, connection) : []
        return RequestView(
            id: statement.id, requester: requester.text, requesterIsVerified: requester.isVerified,
            organisation: request.organisation, custodian: request.custodian, purpose: request.purpose.name,
            notAfter: request.notAfter, stage: state.stage.name,
            patient: letter.map { SafeText.escaped($0.patient) },
            kind: letter?.kind, text: letter.map { SafeText.escaped($0.text) }, grants: grants)
    }

    /// The letter that the request's statement names, opened with the desk's key; nil when it is not there or
    /// does not open.
    private func requestLetter(
        _ letters: [Wire.Letter], for id: StatementID, digest: Digest
    ) -> RequestLetter? {
        guard let desk else { return nil }
        for letter in letters where letter.request == id && letter.addressee == .desk {
            let body = [UInt8](letter.body)
            if Digest(hashing: body) == digest { return try? Letter.open(body, with: desk) }
        }
        return nil
    }

    /// The grants that this member got in answer to a request of its own: those that name it, and those in
    /// the patient's letter.
    func grants(
        answering id: StatementID, letters: [Wire.Letter]? = nil, _ connection: Connection
    ) async throws -> [StatementID] {
        var grants = [StatementID]()
        for position in try await connection.positions(about: id.bytes, kind: .grant) {
            let statement = try await connection.statement(at: position)
            if case .grant(let grant) = statement.assertion, grant.grantee == signingKey.key,
                grant.request == id
            {
                grants.append(statement.id)
            }
        }
        var all = letters
        if all == nil, let state: RequestState = try await connection.state(.request(id)) {
            let answer: Wire.Letters = try await connection.call(
                .get, Routes.Organisation(state.custodian).letters, query: [("request", id.hex)])
            all = answer.letters
        }
        for letter in all ?? [] where letter.request == id && letter.addressee == .key(signingKey.key) {
            guard let answer = try? Letter.open([UInt8](letter.body), with: identity, as: AnswerLetter.self),
                answer.request == id
            else { continue }
            // Anybody could write such a letter: what counts is the ledger.
            for granted in answer.grants where !grants.contains(granted.grant) {
                guard let state: GrantState = try await connection.state(.grant(granted.grant)),
                    state.grantee == signingKey.key
                else { continue }
                grants.append(granted.grant)
            }
        }
        return grants
    }

    // MARK: Passing on

    /// Passes a request on to the patient of that number, whose permit names the key that may answer.
    @discardableResult
    public func route(
        _ id: StatementID, toPatient number: String, _ connection: Connection
    ) async throws -> Wire.Receipt {
        let desk = try Desk(self, connection)
        let patient = try await desk.patient(number)
        guard let statement = try await connection.statement(id, kind: .request),
            case .request(let request) = statement.assertion
        else { throw Problem.rejected(.requestUnknown) }
        guard request.custodian == organisation.name else { throw Problem.rejected(.requestOfOtherCustodian) }
        // The contract would first name the permit, which this request has used already.
        if let state: RequestState = try await connection.state(.request(id)), state.stage != .open {
            throw Problem.rejected(.requestAlreadyRouted)
        }
        let letters: Wire.Letters = try await connection.call(
            .get, Routes.Organisation(organisation.name).letters, query: [("request", id.hex)])
        guard let asked = requestLetter(letters.letters, for: id, digest: request.letter) else {
            throw ClientFailure.unverified("the request's letter is not here or does not open")
        }
        guard let permit = try await desk.permit(of: patient, for: id.bytes) else {
            throw ClientFailure.refused(
                "the patient's stock of permits at \(organisation.name) is used up: it may not be asked")
        }
        let forwarded = ForwardedLetter(
            request: id, custodian: organisation.name, kind: asked.kind, text: asked.text)
        let body = try Letter.seal(forwarded, to: patient.recipient)
        try await connection.call(
            .post, Routes.Organisation(organisation.name).letters,
            json: Wire.Letter(addressee: .key(patient.inbox), request: id, body: Data(body)))
        let route = Route(
            organisation: organisation.name, request: id, permit: permit, letter: Digest(hashing: body))
        return try await connection.submit(.make(.route(route), now: machineTime()), signedBy: signingKey)
    }
}
