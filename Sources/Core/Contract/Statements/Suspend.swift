/// Enough organisations end what one of them and its members may do, or let it go on.
public struct Suspend: Hashable, Sendable {
    public var organisation: OrganisationName
    public var endorsers: [OrganisationName]
    public var standing: Standing

    public init(
        organisation: OrganisationName, endorsers: [OrganisationName], standing: Standing
    ) {
        self.organisation = organisation
        self.endorsers = endorsers
        self.standing = standing
    }
}

extension Suspend: StatementContent {
    static let kind = StatementKind.suspend
    static let name = "suspend"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: Suspend?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        endorsers = try fields.required(4, "endorsers", it?.endorsers)
        standing = try fields.required(5, "standing", it?.standing)
    }

    var subjects: [Subject] { [.organisation(organisation)] + endorsers.map { .organisation($0) } }

    var sentence: Sentence { "\(who): suspend" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        [.network, .organisation(organisation)] + endorsers.map { .organisation($0) }
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.suspend(self) }
}

extension Case {
    func suspend(_ it: Suspend) throws(RejectionCode) -> [Write] {
        var organisation = try value(
            .organisation(it.organisation), as: OrganisationState.self, else: .organisationUnknown)
        var network = try endorsed(by: it.endorsers)
        try require(organisation.suspended != (it.standing == .suspended), .nothingChanges)
        try require(it.standing == .restored || network.activeOrganisations > 1, .lastOrganisation)
        organisation.suspended = it.standing == .suspended
        if organisation.suspended {
            network.activeOrganisations -= 1
        } else {
            network.activeOrganisations += 1
        }
        if organisation.cosigns {
            for index in network.quorum.indices where network.quorum[index].kinds.contains(organisation.kind)
            {
                if organisation.suspended {
                    network.quorum[index].validators -= 1
                } else {
                    network.quorum[index].validators += 1
                }
            }
        }
        // Nothing would ever be believed again, this statement's end included.
        try require(!organisation.suspended || network.canMeetQuorum, .quorumUnreachable)
        return [write(.network, network), write(.organisation(it.organisation), organisation)]
    }
}
