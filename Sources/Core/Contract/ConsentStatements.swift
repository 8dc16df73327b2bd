// What the patient is asked, and what the patient orders.

/// A member asks a custodian for access to somebody's records; who and what stands in the sealed letter.
public struct Request: StatementContent, Hashable, Sendable {
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

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .name(custodian)),
            .init(5, .unsigned(purpose.rawValue)),
            .init(6, .unsigned(notAfter)),
            .init(7, .bytes32(letter)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        custodian = try fields.organisation(4)
        purpose = try fields.choice(5)
        notAfter = try fields.unsigned(6)
        letter = try fields.bytes32(7)
    }
}

/// The custodian has passed a request to a patient, whose permit names the answering key.
public struct Route: StatementContent, Hashable, Sendable {
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

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(request)),
            .init(5, permit.map { .bytes($0) }),
            .init(6, .bytes32(letter)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        request = try fields.bytes32(4)
        permit = try fields.optionalBytes(5)
        letter = try fields.bytes32(6)
    }
}

/// The patient answers a request.
public struct Answer: StatementContent, Hashable, Sendable {
    public var request: StatementID
    public var verdict: Verdict
    /// A letter sealed to the requester, which names the grants.
    public var letter: Digest?

    public init(
        request: StatementID, verdict: Verdict, letter: Digest? = nil
    ) {
        self.request = request
        self.verdict = verdict
        self.letter = letter
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(request)),
            .init(4, .unsigned(verdict.rawValue)),
            .init(5, letter.map { .bytes32($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        request = try fields.bytes32(3)
        verdict = try fields.choice(4)
        letter = try fields.optionalBytes32(5)
    }
}

/// A record's owner, or a delegate, lets one member, or any with a role, read or receive it, or a custodian
/// append.
public struct Grant: StatementContent, Hashable, Sendable {
    public var record: RecordHandle
    public var organisation: OrganisationName
    /// Left out where a role is named.
    public var grantee: PublicKey?
    public var kind: GrantKind
    public var purpose: Purpose
    public var notBefore: LedgerTime
    public var notAfter: LedgerTime
    /// How often; for the kind `append`, how many statements.
    public var releases: UInt64
    /// Left out for the kind `append`, which opens nothing.
    public var envelope: Digest?
    /// The request that it answers, where naming it links no two records.
    public var request: StatementID?
    /// Any member of the organisation in this role.
    public var role: Role?

    public init(
        record: RecordHandle, organisation: OrganisationName, grantee: PublicKey? = nil, kind: GrantKind,
        purpose: Purpose, notBefore: LedgerTime, notAfter: LedgerTime, releases: UInt64,
        envelope: Digest? = nil, request: StatementID? = nil, role: Role? = nil
    ) {
        self.record = record
        self.organisation = organisation
        self.grantee = grantee
        self.kind = kind
        self.purpose = purpose
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.releases = releases
        self.envelope = envelope
        self.request = request
        self.role = role
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(record)),
            .init(4, .name(organisation)),
            .init(5, grantee.map { .bytes32($0) }),
            .init(6, .unsigned(kind.rawValue)),
            .init(7, .unsigned(purpose.rawValue)),
            .init(8, .unsigned(notBefore)),
            .init(9, .unsigned(notAfter)),
            .init(10, .unsigned(releases)),
            .init(11, envelope.map { .bytes32($0) }),
            .init(12, request.map { .bytes32($0) }),
            .init(13, role.map { .unsigned($0.rawValue) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        record = try fields.bytes32(3)
        organisation = try fields.organisation(4)
        grantee = try fields.optionalBytes32(5)
        kind = try fields.choice(6)
        purpose = try fields.choice(7)
        notBefore = try fields.unsigned(8)
        notAfter = try fields.unsigned(9)
        releases = try fields.unsigned(10)
        envelope = try fields.optionalBytes32(11)
        request = try fields.optionalBytes32(12)
        role = try fields.optionalChoice(13)
        guard (grantee == nil) != (role == nil) else {
            throw CBOR.Malformed("a grant names a member or a role")
        }
        guard (envelope == nil) == (kind == .append) else {
            throw CBOR.Malformed("a grant has an envelope unless it lets append")
        }
    }
}

/// A record's owner, or a delegate, ends a grant.
public struct Revoke: StatementContent, Hashable, Sendable {
    public var record: RecordHandle
    public var grant: StatementID

    public init(
        record: RecordHandle, grant: StatementID
    ) {
        self.record = record
        self.grant = grant
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(record)),
            .init(4, .bytes32(grant)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        record = try fields.bytes32(3)
        grant = try fields.bytes32(4)
    }
}

/// A record's owner lets a guardian or proxy act for this record until a time.
public struct Delegate: StatementContent, Hashable, Sendable {
    public var record: RecordHandle
    public var delegate: PublicKey
    public var scope: DelegateScope
    public var notAfter: LedgerTime
    /// The record key for a delegate who may read.
    public var envelope: Digest?

    public init(
        record: RecordHandle, delegate: PublicKey, scope: DelegateScope, notAfter: LedgerTime,
        envelope: Digest? = nil
    ) {
        self.record = record
        self.delegate = delegate
        self.scope = scope
        self.notAfter = notAfter
        self.envelope = envelope
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(record)),
            .init(4, .bytes32(delegate)),
            .init(5, .unsigned(scope.rawValue)),
            .init(6, .unsigned(notAfter)),
            .init(7, envelope.map { .bytes32($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        record = try fields.bytes32(3)
        delegate = try fields.bytes32(4)
        scope = try fields.choice(5)
        notAfter = try fields.unsigned(6)
        envelope = try fields.optionalBytes32(7)
        guard (envelope != nil) == scope.allowsReading else {
            throw CBOR.Malformed("a delegate has an envelope who may read")
        }
    }
}

/// A record's owner ends a delegation at once.
public struct Undelegate: StatementContent, Hashable, Sendable {
    public var record: RecordHandle
    public var delegate: PublicKey

    public init(
        record: RecordHandle, delegate: PublicKey
    ) {
        self.record = record
        self.delegate = delegate
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(record)),
            .init(4, .bytes32(delegate)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        record = try fields.bytes32(3)
        delegate = try fields.bytes32(4)
    }
}

/// A record's owner says beforehand what may happen to it without asking.
public struct Instruct: StatementContent, Hashable, Sendable {
    public var record: RecordHandle
    public var emergencies: EmergencyRule

    public init(
        record: RecordHandle, emergencies: EmergencyRule
    ) {
        self.record = record
        self.emergencies = emergencies
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(record)),
            .init(4, .unsigned(emergencies.rawValue)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        record = try fields.bytes32(3)
        emergencies = try fields.choice(4)
    }
}

/// The custodian and a second organisation give the record of a lost wallet another owner, after a delay.
public struct Reassign: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    /// Of the patient's new wallet.
    public var permit: [UInt8]?
    public var ownerEnvelope: Digest
    public var secondOrganisation: OrganisationName
    /// A member of the second organisation, who agrees (`approvals`).
    public var second: PublicKey

    public init(
        organisation: OrganisationName, record: RecordHandle, permit: [UInt8]? = nil, ownerEnvelope: Digest,
        secondOrganisation: OrganisationName, second: PublicKey
    ) {
        self.organisation = organisation
        self.record = record
        self.permit = permit
        self.ownerEnvelope = ownerEnvelope
        self.secondOrganisation = secondOrganisation
        self.second = second
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, permit.map { .bytes($0) }),
            .init(6, .bytes32(ownerEnvelope)),
            .init(7, .name(secondOrganisation)),
            .init(8, .bytes32(second)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        permit = try fields.optionalBytes(5)
        ownerEnvelope = try fields.bytes32(6)
        secondOrganisation = try fields.organisation(7)
        second = try fields.bytes32(8)
    }
}

/// A record's present owner stops its reassignment.
public struct Veto: StatementContent, Hashable, Sendable {
    public var record: RecordHandle

    public init(
        record: RecordHandle
    ) {
        self.record = record
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(record))
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        record = try fields.bytes32(3)
    }
}
