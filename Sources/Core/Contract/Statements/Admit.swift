/// Enough organisations let another one join.
public struct Admit: Hashable, Sendable {
    /// Its own root and its validator agree too (`approvals`).
    public var organisation: Genesis.Organisation
    /// The organisations whose roots agree, in rising order.
    public var endorsers: [OrganisationName]

    public init(organisation: Genesis.Organisation, endorsers: [OrganisationName]) {
        self.organisation = organisation
        self.endorsers = endorsers
    }
}

extension Admit: StatementContent {
    static let kind = StatementKind.admit
    static let name = "admit"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: Admit?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        endorsers = try fields.required(4, "endorsers", it?.endorsers)
    }

    var subjects: [Subject] { [.organisation(organisation.name)] + endorsers.map { .organisation($0) } }

    var sentence: Sentence { "\(who): admit" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        [.network, .organisation(organisation.name)] + endorsers.map { .organisation($0) }
            + keys.parts(of: organisation.root) + keys.parts(of: organisation.validator)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.admit(self) }
}

extension Case {
    func admit(_ it: Admit) throws(RejectionCode) -> [Write] {
        let (root, validator) = (it.organisation.root, it.organisation.validator)
        var network = try endorsed(by: it.endorsers, and: [root, validator])
        try require(reads[.organisation(it.organisation.name)] == nil, .organisationExists)
        try requireNoPart(root)
        try requireNoPart(validator)
        try require(root != validator, .keyNotOneTime)
        network.activeOrganisations += 1
        return [write(.network, network)] + it.organisation.writes(cosigns: false)
    }
}
