/// An organisation's root lets a key speak for a member. Who has the key agrees (`approvals`): a key that
/// somebody else has cannot be taken.
public struct Enrol: Hashable, Sendable {
    public var organisation: OrganisationName
    public var member: PublicKey
    public var role: Role
    /// SHA-256 of the member's age recipient as text.
    public var recipientHash: Digest
    /// SHA-256 of the member's certificate, DER.
    public var certificateHash: Digest
    public var expires: LedgerTime
    /// The kind of the member's age recipient.
    public var suite: Suite
    /// The member's present key, which this ends; the same key where only its role, recipient or end change.
    public var replaces: PublicKey?

    public init(
        organisation: OrganisationName, member: PublicKey, role: Role, recipientHash: Digest,
        certificateHash: Digest, expires: LedgerTime, suite: Suite, replaces: PublicKey? = nil
    ) {
        self.organisation = organisation
        self.member = member
        self.role = role
        self.recipientHash = recipientHash
        self.certificateHash = certificateHash
        self.expires = expires
        self.suite = suite
        self.replaces = replaces
    }
}

extension Enrol: StatementContent {
    static let kind = StatementKind.enrol
    static let name = "enrol"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: Enrol?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        member = try fields.required(4, "member", it?.member)
        role = try fields.required(5, "role", it?.role)
        recipientHash = try fields.required(6, "recipientHash", it?.recipientHash)
        certificateHash = try fields.required(7, "certificateHash", it?.certificateHash)
        expires = try fields.time(8, "expires", it?.expires)
        suite = try fields.required(9, "suite", it?.suite)
        replaces = try fields.optional(10, "replaces", it?.replaces)
    }

    var subjects: [Subject] {
        [.organisation(organisation), .key(member)] + (replaces.map { [.key($0)] } ?? [])
    }

    var sentence: Sentence { "\(who): enrol" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        [.organisation(organisation)] + keys.parts(of: member) + (replaces.map { [.member($0)] } ?? [])
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.enrol(self) }
}

extension Case {
    func enrol(_ it: Enrol) throws(RejectionCode) -> [Write] {
        let organisation = try organisation(it.organisation)
        try require(statement.caller == organisation.root, .notTheRoot)
        var replaced: MemberState?
        if let key = it.replaces {
            let present = try value(.member(key), as: MemberState.self, else: .memberUnknown)
            try require(present.organisation == it.organisation, .memberOfOtherOrganisation)
            try require(!present.retired, .memberRetired)
            replaced = present
        }
        try require(reads[.member(it.member)] == nil || it.replaces == it.member, .memberExists)
        let isNew = it.replaces != it.member
        if isNew { try require(statement.isApproved(by: it.member), .approvalMissing) }
        try require(time < it.expires && it.expires - time <= Limits.enrolmentSecondsMax, .expiryInvalid)
        if isNew { try requireNoPart(it.member) }
        let member = MemberState(
            organisation: it.organisation, role: it.role, recipientHash: it.recipientHash,
            certificateHash: it.certificateHash, expires: it.expires, suite: it.suite, retired: false)
        var writes = [write(.member(it.member), member)]
        if let key = it.replaces, key != it.member, var replaced {
            replaced.retired = true
            writes.append(write(.member(key), replaced))
        }
        return writes
    }
}
