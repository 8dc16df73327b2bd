/// A member asks a custodian for access to somebody's records; who and what stands in the sealed letter.
public struct Request: Hashable, Sendable {
    public var organisation: OrganisationName
    public var custodian: OrganisationName
    public var purpose: Purpose
    /// Until when access is asked for; the request itself ends then too.
    public var notAfter: LedgerTime
    public var letter: Digest

    public init(
        organisation: OrganisationName, custodian: OrganisationName, purpose: Purpose, notAfter: LedgerTime,
        letter: Digest
    ) {
        self.organisation = organisation
        self.custodian = custodian
        self.purpose = purpose
        self.notAfter = notAfter
        self.letter = letter
    }
}

extension Request: StatementContent {
    static let kind = StatementKind.request
    static let name = "request"

    init<Fields: FieldVisitor>(_ it: Request?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        custodian = try fields.required(4, "custodian", it?.custodian)
        purpose = try fields.required(5, "purpose", it?.purpose)
        notAfter = try fields.time(6, "notAfter", it?.notAfter)
        letter = try fields.required(7, "letter", it?.letter)
    }

    var subjects: [Subject] { [.organisation(organisation), .organisation(custodian)] }

    var keeper: Keeper? { .organisation(custodian) }

    var blobs: [NamedBlob] { .one(letter, .letter) }

    var sentence: Sentence { "\(who) asked \(custodian) for access, for \(purpose), until \(time: notAfter)" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + [.organisation(custodian)]
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.request(self) }
}

extension Case {
    func request(_ it: Request) throws(RejectionCode) -> [Write] {
        let (organisation, _) = try caller(
            of: it.organisation, roles: [.clinician, .registrar, .gateway, .officer])
        let custodian = try value(
            .organisation(it.custodian), as: OrganisationState.self, else: .custodianUnknown)
        try require(custodian.kind.isCustodian && !custodian.suspended, .custodianUnknown)
        try require(time < it.notAfter && it.notAfter - time <= Limits.requestSecondsMax, .expiryInvalid)
        try require(
            it.purpose == .removal
                ? it.organisation == it.custodian : it.purpose.isOpen(to: organisation.kind),
            .purposeNotAllowed)
        let request = RequestState(
            requester: statement.caller, organisation: it.organisation, custodian: it.custodian,
            purpose: it.purpose, notAfter: it.notAfter, stage: .open, answeringKey: nil)
        return [write(.request(statement.id), request)]
    }
}
