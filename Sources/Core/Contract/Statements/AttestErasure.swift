/// A custodian has erased what it had to: all of a removed record, or what a re-sealing has replaced.
public struct AttestErasure: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle

    public init(organisation: OrganisationName, record: RecordHandle) {
        self.organisation = organisation
        self.record = record
    }
}

extension AttestErasure: StatementContent {
    static let kind = StatementKind.attestErasure
    static let name = "attest-erasure"

    init<Fields: FieldVisitor>(_ it: AttestErasure?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
    }

    var subjects: [Subject] { [.organisation(organisation), .record(record)] }

    var keeper: Keeper? { .organisation(organisation) }

    func note(in copy: inout Retention, as id: StatementID) { copy.attestErasure(at: organisation) }

    var sentence: Sentence { "\(organisation) has signed that it is gone there (\(who))" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.copy(record, of: organisation)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.attestErasure(self) }
}

extension Case {
    func attestErasure(_ it: AttestErasure) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        let isWhole = record.removed != nil || custody.sealing != record.sealing
        try require(isWhole || custody.erasedSealings < record.sealing, .nothingToErase)
        try require(custody.hold.map { time >= $0.until } ?? true, .recordHeld)
        custody.erasedSealings = record.sealing
        if isWhole { custody.erased = time }
        return [write(.custody(it.record, it.organisation), custody), clock(it.record)]
    }
}
