// Who may speak: organisations and their members.

/// Enough organisations let another one join.
public struct Admit: StatementContent, Hashable, Sendable {
    /// Its own root agrees too (`approvals`).
    public var organisation: Genesis.Organisation
    /// The organisations whose roots agree, in rising order.
    public var endorsers: [OrganisationName]

    public init(
        organisation: Genesis.Organisation, endorsers: [OrganisationName]
    ) {
        self.organisation = organisation
        self.endorsers = endorsers
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, organisation.item),
            .init(4, .array(endorsers.map { .name($0) })),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisationDescription(3)
        endorsers = try fields.organisations(4)
    }
}

/// Enough organisations end what one of them and its members may do, or let it go on.
public struct Suspend: StatementContent, Hashable, Sendable {
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

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .array(endorsers.map { .name($0) })),
            .init(5, .unsigned(standing.rawValue)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        endorsers = try fields.organisations(4)
        standing = try fields.choice(5)
    }
}

/// Enough organisations replace the root key of one: its old key is not asked.
public struct RotateRoot: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    /// The new root, which agrees too (`approvals`).
    public var root: PublicKey
    public var endorsers: [OrganisationName]

    public init(
        organisation: OrganisationName, root: PublicKey, endorsers: [OrganisationName]
    ) {
        self.organisation = organisation
        self.root = root
        self.endorsers = endorsers
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(root)),
            .init(5, .array(endorsers.map { .name($0) })),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        root = try fields.bytes32(4)
        endorsers = try fields.organisations(5)
    }
}

/// An organisation's root lets a key speak for a member.
public struct Enrol: StatementContent, Hashable, Sendable {
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

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(member)),
            .init(5, .unsigned(role.rawValue)),
            .init(6, .bytes32(recipientHash)),
            .init(7, .bytes32(certificateHash)),
            .init(8, .unsigned(expires)),
            .init(9, .unsigned(suite.rawValue)),
            .init(10, replaces.map { .bytes32($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        member = try fields.bytes32(4)
        role = try fields.choice(5)
        recipientHash = try fields.bytes32(6)
        certificateHash = try fields.bytes32(7)
        expires = try fields.unsigned(8)
        suite = try fields.choice(9)
        replaces = try fields.optionalBytes32(10)
    }
}

/// An organisation's root ends a member's key at once.
public struct Retire: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var member: PublicKey

    public init(
        organisation: OrganisationName, member: PublicKey
    ) {
        self.organisation = organisation
        self.member = member
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(member)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        member = try fields.bytes32(4)
    }
}
