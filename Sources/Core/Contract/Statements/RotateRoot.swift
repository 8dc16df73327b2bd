/// Enough organisations replace the root key of one: its old key is not asked.
public struct RotateRoot: Hashable, Sendable {
    public var organisation: OrganisationName
    /// The new root, which agrees too (`approvals`).
    public var root: PublicKey
    public var endorsers: [OrganisationName]

    public init(organisation: OrganisationName, root: PublicKey, endorsers: [OrganisationName]) {
        self.organisation = organisation
        self.root = root
        self.endorsers = endorsers
    }
}

extension RotateRoot: StatementContent {
    static let kind = StatementKind.rotateRoot
    static let name = "rotate-root"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: RotateRoot?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        root = try fields.required(4, "root", it?.root)
        endorsers = try fields.required(5, "endorsers", it?.endorsers)
    }

    var subjects: [Subject] {
        [.organisation(organisation), .key(root)] + endorsers.map { .organisation($0) }
    }

    var sentence: Sentence { "\(who): rotate-root" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        [.network, .organisation(organisation)] + endorsers.map { .organisation($0) } + keys.parts(of: root)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.rotateRoot(self) }
}

extension Case {
    func rotateRoot(_ it: RotateRoot) throws(RejectionCode) -> [Write] {
        var organisation = try value(
            .organisation(it.organisation), as: OrganisationState.self, else: .organisationUnknown)
        _ = try endorsed(by: it.endorsers, and: [it.root])
        try requireNoPart(it.root)
        organisation.root = it.root
        return [
            write(.organisation(it.organisation), organisation),
            write(.networkKey(it.root), NetworkKeyState(part: .root)),
        ]
    }
}
