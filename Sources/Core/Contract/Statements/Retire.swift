/// An organisation's root ends a member's key at once.
public struct Retire: Hashable, Sendable {
    public var organisation: OrganisationName
    public var member: PublicKey

    public init(organisation: OrganisationName, member: PublicKey) {
        self.organisation = organisation
        self.member = member
    }
}

extension Retire: StatementContent {
    static let kind = StatementKind.retire
    static let name = "retire"

    init<Fields: FieldVisitor>(_ it: Retire?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        member = try fields.required(4, "member", it?.member)
    }

    var subjects: [Subject] { [.organisation(organisation), .key(member)] }

    var sentence: Sentence { "\(who): retire" }

    func reads(_ keys: ReadKeys) -> [StateKey] { [.organisation(organisation), .member(member)] }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.retire(self) }
}

extension Case {
    func retire(_ it: Retire) throws(RejectionCode) -> [Write] {
        let organisation = try organisation(it.organisation)
        try require(statement.caller == organisation.root, .notTheRoot)
        var member = try value(.member(it.member), as: MemberState.self, else: .memberUnknown)
        try require(member.organisation == it.organisation, .memberOfOtherOrganisation)
        try require(!member.retired, .memberRetired)
        member.retired = true
        return [write(.member(it.member), member)]
    }
}
