/// The custodian has passed a request to a patient, whose permit names the answering key.
public struct Route: Hashable, Sendable {
    public var organisation: OrganisationName
    public var request: StatementID
    public var permit: [UInt8]?
    public var letter: Digest

    public init(
        organisation: OrganisationName, request: StatementID, permit: [UInt8]? = nil, letter: Digest
    ) {
        self.organisation = organisation
        self.request = request
        self.permit = permit
        self.letter = letter
    }
}

extension Route: StatementContent {
    static let kind = StatementKind.route
    static let name = "route"

    init<Fields: FieldVisitor>(_ it: Route?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        request = try fields.required(4, "request", it?.request)
        permit = try fields.permit(5, "permit", it?.permit)
        letter = try fields.required(6, "letter", it?.letter)
    }

    var subjects: [Subject] { [.organisation(organisation), .statement(request)] }

    var keeper: Keeper? { .organisation(organisation) }

    var blobs: [NamedBlob] { .one(letter, .letter) }

    var sentence: Sentence { "\(organisation) passed the request on to you (\(who))" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.permit + [.request(request)]
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.route(self) }
}

extension Case {
    func route(_ it: Route) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let permit = try permit(for: it.organisation)
        var request = try value(.request(it.request), as: RequestState.self, else: .requestUnknown)
        try require(request.custodian == it.organisation, .requestOfOtherCustodian)
        try require(request.stage == .open, .requestAlreadyRouted)
        try require(time < request.notAfter, .requestExpired)
        try requireNoPart(permit.key)
        request.stage = .routed
        request.answeringKey = permit.key
        return [
            write(.permit(permit.key), PermitState(use: .request(it.request))),
            write(.request(it.request), request),
        ]
    }
}
