// What the state says of emergencies.

/// A short access without a grant, and what those found who have looked into it.
public struct EmergencyState: StateValue, Hashable, Sendable {
    public var record: RecordHandle
    public var custodian: OrganisationName
    /// The reader's.
    public var organisation: OrganisationName
    public var reader: PublicKey
    /// The clinician who signed it.
    public var declared: PublicKey
    /// The clinician who agreed.
    public var second: PublicKey
    public var reason: EmergencyReason
    public var notAfter: LedgerTime
    /// After this it is overdue.
    public var reviewBy: LedgerTime
    public var envelope: Digest?
    public var sealing: UInt64
    /// One of each reviewer, in the order in which they came.
    public var findings: [EmergencyFinding]

    public init(
        record: RecordHandle, custodian: OrganisationName, organisation: OrganisationName, reader: PublicKey,
        declared: PublicKey, second: PublicKey, reason: EmergencyReason, notAfter: LedgerTime,
        reviewBy: LedgerTime, envelope: Digest?, sealing: UInt64, findings: [EmergencyFinding] = []
    ) {
        self.record = record
        self.custodian = custodian
        self.organisation = organisation
        self.reader = reader
        self.declared = declared
        self.second = second
        self.reason = reason
        self.notAfter = notAfter
        self.reviewBy = reviewBy
        self.envelope = envelope
        self.sealing = sealing
        self.findings = findings
    }

    public var items: [CBOR] {
        [
            .bytes32(record),
            .name(custodian),
            .name(organisation),
            .bytes32(reader),
            .bytes32(declared),
            .bytes32(second),
            .unsigned(reason.rawValue),
            .unsigned(notAfter),
            .unsigned(reviewBy),
            envelope.map { .bytes32($0) } ?? .null,
            .unsigned(sealing),
            .array(findings.map { .array($0.items) }),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        record = try items.bytes32()
        custodian = try items.name()
        organisation = try items.name()
        reader = try items.bytes32()
        declared = try items.bytes32()
        second = try items.bytes32()
        reason = try items.choice()
        notAfter = try items.unsigned()
        reviewBy = try items.unsigned()
        envelope = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        sealing = try items.unsigned()
        findings = try items.list()
    }

    /// Whether somebody has looked into it who is not of the custodian that declared it.
    public var isReviewed: Bool { findings.contains { $0.organisation != custodian } }
}

/// What one reviewer of an emergency has found.
public struct EmergencyFinding: StateValue, Hashable, Sendable {
    /// The reviewer's; nil for an owner of the record.
    public var organisation: OrganisationName?
    public var owner: PublicKey?
    public var finding: ReviewFinding

    public init(organisation: OrganisationName?, owner: PublicKey?, finding: ReviewFinding) {
        self.organisation = organisation
        self.owner = owner
        self.finding = finding
    }

    public var items: [CBOR] {
        [
            organisation.map { .name($0) } ?? .null,
            owner.map { .bytes32($0) } ?? .null,
            .unsigned(finding.rawValue),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        organisation = try items.optional { item throws(CBOR.Malformed) in try item.name() }
        owner = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        finding = try items.choice()
    }

    func isSameReviewer(as other: EmergencyFinding) -> Bool {
        organisation == other.organisation && owner == other.owner
    }
}
