/// The receiving organisation of a transfer holds the same bytes: the other half of the receipt.
public struct Acknowledge: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var grant: StatementID
    public var release: StatementID
    /// The statement that added files last, or brought the first: it stands for every file there was then.
    public var contents: StatementID
    public var ownerEnvelope: Digest
    public var custodianEnvelope: Digest

    public init(
        organisation: OrganisationName, record: RecordHandle, grant: StatementID, release: StatementID,
        contents: StatementID, ownerEnvelope: Digest, custodianEnvelope: Digest
    ) {
        self.organisation = organisation
        self.record = record
        self.grant = grant
        self.release = release
        self.contents = contents
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
    }
}

extension Acknowledge: StatementContent {
    static let kind = StatementKind.acknowledge
    static let name = "acknowledge"

    init<Fields: FieldVisitor>(_ it: Acknowledge?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        grant = try fields.required(5, "grant", it?.grant)
        release = try fields.required(6, "release", it?.release)
        contents = try fields.required(7, "contents", it?.contents)
        ownerEnvelope = try fields.required(8, "ownerEnvelope", it?.ownerEnvelope)
        custodianEnvelope = try fields.required(9, "custodianEnvelope", it?.custodianEnvelope)
    }

    var subjects: [Subject] {
        [.organisation(organisation), .record(record), .statement(grant), .statement(release)]
    }

    var keeper: Keeper? { .organisation(organisation) }

    var blobs: [NamedBlob] {
        .one(ownerEnvelope, .ownerEnvelope) + .one(custodianEnvelope, .custodianEnvelope)
    }

    func note(in copy: inout Retention, as id: StatementID) { copy.receive(blobs, at: organisation) }

    var sentence: Sentence { "\(organisation) has received it and keeps it too (\(who))" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.copy(record, of: organisation) + [
            .grant(grant), .release(release),
        ]
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.acknowledge(self) }
}

extension Case {
    func acknowledge(_ it: Acknowledge) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        let record = try record(it.record)
        let present: CustodyState? = value(.custody(it.record, it.organisation))
        let isBehind = present.map { $0.erased != nil || $0.generation < record.generation } ?? true
        try require(isBehind, .alreadyCustodian)
        try require(it.contents == record.contents, .contentDiffers)
        try require(record.removed == nil, .recordRemoved)
        let grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(grant.kind == .transfer, .grantOfOtherKind)
        try require(grant.organisation == it.organisation, .notTheGrantee)
        if let refusal = grant.refusal(at: time) { throw refusal }
        let release = try value(.release(it.release), as: ReleaseState.self, else: .releaseMissing)
        try require(release.grant == it.grant, .releaseMissing)
        try require(grant.sealing == record.sealing && grant.coversAll(of: record), .superseded)
        try requireGiver(of: grant, in: record, it.record)
        // What it has erased already it need not erase again.
        let kept = present.flatMap { $0.erased == nil ? $0 : nil }
        let custody = CustodyState(
            ownerEnvelope: it.ownerEnvelope, custodianEnvelope: it.custodianEnvelope, sealing: record.sealing,
            generation: record.generation, hold: kept?.hold,
            erasedSealings: kept?.erasedSealings ?? record.sealing)
        return [write(.custody(it.record, it.organisation), custody), clock(it.record)]
    }
}
