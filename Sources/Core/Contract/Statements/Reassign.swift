/// The custodian and a second organisation give the record of a lost wallet another owner, after a delay.
public struct Reassign: Hashable, Sendable {
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
}

extension Reassign: StatementContent {
    static let kind = StatementKind.reassign
    static let name = "reassign"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: Reassign?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        permit = try fields.permit(5, "permit", it?.permit)
        ownerEnvelope = try fields.required(6, "ownerEnvelope", it?.ownerEnvelope)
        secondOrganisation = try fields.required(7, "secondOrganisation", it?.secondOrganisation)
        second = try fields.required(8, "second", it?.second)
    }

    var subjects: [Subject] {
        [.organisation(organisation), .record(record), .organisation(secondOrganisation), .key(second)]
    }

    var keeper: Keeper? { .organisation(organisation) }

    var blobs: [NamedBlob] { .one(ownerEnvelope, .ownerEnvelope) }

    func note(in copy: inout Retention, as id: StatementID) { copy.add(blobs, at: organisation) }

    var sentence: Sentence {
        """
        \(who) and \(secondOrganisation) are giving it to another wallet: veto it if you have not lost yours
        """
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + [.organisation(secondOrganisation), .member(second)] + keys.permit
            + keys.copy(record, of: organisation)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.reassign(self) }
}

extension Case {
    func reassign(_ it: Reassign) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.registrar, .gateway])
        try approver(
            it.second, of: it.secondOrganisation, kinds: [.hospital, .laboratory, .auditor, .authority],
            roles: [.registrar, .officer, .auditor])
        try require(it.secondOrganisation != it.organisation, .approverNotAllowed)
        let permit = try permit(for: it.organisation)
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try require(record.removed == nil, .recordRemoved)
        try requireNoPart(permit.key)
        try require(record.owner != nil, .recordNotOwned)
        try require(custody.sealing == record.sealing, .superseded)
        try require(!record.awaitsReassignment(at: time), .reassignmentPending)
        // One that has taken effect before makes room.
        custody.ownerEnvelope = record.ownerEnvelope(in: custody, of: it.organisation, at: time)
        record.owner = record.owner(at: time)
        record.reassignment = Reassignment(
            owner: permit.key, effective: time.later(by: Limits.reassignmentSeconds),
            custodian: it.organisation, ownerEnvelope: it.ownerEnvelope)
        return [
            write(.permit(permit.key), PermitState(use: .record(it.record))),
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ]
    }
}
