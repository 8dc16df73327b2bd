/// Two clinicians of the custodian let one clinician read a record for some hours without a grant.
public struct Emergency: Hashable, Sendable {
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
}

extension Emergency: StatementContent {
    static let kind = StatementKind.emergency
    static let name = "emergency"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: Emergency?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        readerOrganisation = try fields.required(5, "readerOrganisation", it?.readerOrganisation)
        reader = try fields.required(6, "reader", it?.reader)
        second = try fields.required(7, "second", it?.second)
        reason = try fields.required(8, "reason", it?.reason)
        notAfter = try fields.time(9, "notAfter", it?.notAfter)
        envelope = try fields.optional(10, "envelope", it?.envelope)
    }

    var subjects: [Subject] {
        [
            .organisation(organisation), .record(record), .organisation(readerOrganisation), .key(reader),
            .key(second),
        ]
    }

    var keeper: Keeper? { .organisation(organisation) }

    var blobs: [NamedBlob] { .one(envelope, .emergencyEnvelope) }

    func note(in copy: inout Retention, as id: StatementID) { copy.add(blobs, at: organisation) }

    var sentence: Sentence {
        """
        EMERGENCY (\(reason)): \(who) and \(holder: second) let \(holder: reader) open it until \
        \(time: notAfter)
        """
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation)
            + [.member(second), .organisation(readerOrganisation), .member(reader)]
            + keys.copy(record, of: organisation)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.emergency(self) }
}

extension Case {
    func emergency(_ it: Emergency) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician])
        try approver(
            it.second, of: it.organisation, kinds: OrganisationKind.allCases, roles: [.clinician])
        let record = try record(it.record)
        let custody = try custody(it.record, of: it.organisation)
        try require(record.removed == nil, .recordRemoved)
        guard let (organisation, reader) = activeMember(it.reader, of: it.readerOrganisation),
            organisation.kind.isCustodian, reader.role == .clinician
        else { throw .granteeUnknown }
        try require(time < it.notAfter, .expiryInvalid)
        try require(it.notAfter - time <= Limits.emergencySecondsMax, .grantTooWide)
        try require(reader.suite >= record.suite, .suiteTooWeak)
        try require(custody.sealing == record.sealing, .superseded)
        try require(record.emergencies == .allowed, .emergenciesRefused)
        let emergency = EmergencyState(
            record: it.record, custodian: it.organisation, organisation: it.readerOrganisation,
            reader: it.reader, declared: statement.caller, second: it.second, reason: it.reason,
            notAfter: it.notAfter, reviewBy: it.notAfter.later(by: Limits.reviewSeconds),
            envelope: it.envelope, sealing: record.sealing)
        return [write(.emergency(statement.id), emergency), clock(it.record)]
    }
}
