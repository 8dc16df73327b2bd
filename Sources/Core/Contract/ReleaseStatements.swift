// Who is served.

/// What must be on the ledger before a custodian serves a byte.
public struct Release: StatementContent, Hashable, Sendable {
    /// The reader's organisation; left out by the record's owner or a delegate.
    public var organisation: OrganisationName?
    public var record: RecordHandle
    public var custodian: OrganisationName
    public var grant: StatementID?
    public var basis: Basis?
    public var emergency: StatementID?

    public init(
        organisation: OrganisationName? = nil, record: RecordHandle, custodian: OrganisationName,
        grant: StatementID? = nil, basis: Basis? = nil, emergency: StatementID? = nil
    ) {
        self.organisation = organisation
        self.record = record
        self.custodian = custodian
        self.grant = grant
        self.basis = basis
        self.emergency = emergency
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, organisation.map { .name($0) }),
            .init(4, .bytes32(record)),
            .init(5, .name(custodian)),
            .init(6, grant.map { .bytes32($0) }),
            .init(7, basis.map { .unsigned($0.rawValue) }),
            .init(8, emergency.map { .bytes32($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.optionalOrganisation(3)
        record = try fields.bytes32(4)
        custodian = try fields.organisation(5)
        grant = try fields.optionalBytes32(6)
        basis = try fields.optionalChoice(7)
        emergency = try fields.optionalBytes32(8)
    }
}

/// Two clinicians of the custodian let one clinician read a record for some hours without a grant.
public struct Emergency: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var readerOrganisation: OrganisationName
    public var reader: PublicKey
    /// The other clinician, who agrees (`approvals`).
    public var second: PublicKey
    public var reason: EmergencyReason
    public var notAfter: LedgerTime
    /// For the reader, where the custodian makes one beforehand.
    public var envelope: Digest?

    public init(
        organisation: OrganisationName, record: RecordHandle, readerOrganisation: OrganisationName,
        reader: PublicKey, second: PublicKey, reason: EmergencyReason, notAfter: LedgerTime,
        envelope: Digest? = nil
    ) {
        self.organisation = organisation
        self.record = record
        self.readerOrganisation = readerOrganisation
        self.reader = reader
        self.second = second
        self.reason = reason
        self.notAfter = notAfter
        self.envelope = envelope
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, .name(readerOrganisation)),
            .init(6, .bytes32(reader)),
            .init(7, .bytes32(second)),
            .init(8, .unsigned(reason.rawValue)),
            .init(9, .unsigned(notAfter)),
            .init(10, envelope.map { .bytes32($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        readerOrganisation = try fields.organisation(5)
        reader = try fields.bytes32(6)
        second = try fields.bytes32(7)
        reason = try fields.choice(8)
        notAfter = try fields.unsigned(9)
        envelope = try fields.optionalBytes32(10)
    }
}

/// The record's owner or a reviewer has looked into an emergency.
public struct Review: StatementContent, Hashable, Sendable {
    /// The reviewer's organisation; left out by the record's owner.
    public var organisation: OrganisationName?
    public var record: RecordHandle
    public var emergency: StatementID
    public var finding: ReviewFinding

    public init(
        organisation: OrganisationName? = nil, record: RecordHandle, emergency: StatementID,
        finding: ReviewFinding
    ) {
        self.organisation = organisation
        self.record = record
        self.emergency = emergency
        self.finding = finding
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, organisation.map { .name($0) }),
            .init(4, .bytes32(record)),
            .init(5, .bytes32(emergency)),
            .init(6, .unsigned(finding.rawValue)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.optionalOrganisation(3)
        record = try fields.bytes32(4)
        emergency = try fields.bytes32(5)
        finding = try fields.choice(6)
    }
}
