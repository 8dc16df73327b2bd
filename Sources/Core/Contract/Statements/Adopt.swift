/// A record that was deposited without a permit gets its owner: the key of the permit.
public struct Adopt: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var permit: [UInt8]?
    public var ownerEnvelope: Digest

    public init(
        organisation: OrganisationName, record: RecordHandle, permit: [UInt8]? = nil, ownerEnvelope: Digest
    ) {
        self.organisation = organisation
        self.record = record
        self.permit = permit
        self.ownerEnvelope = ownerEnvelope
    }
}

extension Adopt: StatementContent {
    static let kind = StatementKind.adopt
    static let name = "adopt"

    init<Fields: FieldVisitor>(_ it: Adopt?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        permit = try fields.permit(5, "permit", it?.permit)
        ownerEnvelope = try fields.required(6, "ownerEnvelope", it?.ownerEnvelope)
    }

    var subjects: [Subject] { [.organisation(organisation), .record(record)] }

    var keeper: Keeper? { .organisation(organisation) }

    var blobs: [NamedBlob] { .one(ownerEnvelope, .ownerEnvelope) }

    func note(in copy: inout Retention, as id: StatementID) { copy.add(blobs, at: organisation) }

    var sentence: Sentence { "\(organisation) made it yours (\(who))" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.permit + keys.copy(record, of: organisation)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.adopt(self) }
}

extension Case {
    func adopt(_ it: Adopt) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let permit = try permit(for: it.organisation)
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try requireNoPart(permit.key)
        try require(record.owner == nil, .recordOwned)
        record.owner = permit.key
        custody.ownerEnvelope = it.ownerEnvelope
        return [
            write(.permit(permit.key), PermitState(use: .record(it.record))),
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ]
    }
}
