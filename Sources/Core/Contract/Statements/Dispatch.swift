/// The sending custodian of a transfer says what it sent: one half of the receipt.
public struct Dispatch: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var grant: StatementID
    public var release: StatementID
    /// The statement that added files last, or brought the first: it stands for every file there was then.
    public var contents: StatementID

    public init(
        organisation: OrganisationName, record: RecordHandle, grant: StatementID, release: StatementID,
        contents: StatementID
    ) {
        self.organisation = organisation
        self.record = record
        self.grant = grant
        self.release = release
        self.contents = contents
    }
}

extension Dispatch: StatementContent {
    static let kind = StatementKind.dispatch
    static let name = "dispatch"

    init<Fields: FieldVisitor>(_ it: Dispatch?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        grant = try fields.required(5, "grant", it?.grant)
        release = try fields.required(6, "release", it?.release)
        contents = try fields.required(7, "contents", it?.contents)
    }

    var subjects: [Subject] {
        [.organisation(organisation), .record(record), .statement(grant), .statement(release)]
    }

    var sentence: Sentence { "\(organisation) signed what it has sent (\(who))" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.copy(record, of: organisation) + [
            .grant(grant), .release(release),
        ]
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.dispatch(self) }
}

extension Case {
    func dispatch(_ it: Dispatch) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let record = try record(it.record)
        _ = try custody(it.record, of: it.organisation)
        try require(it.contents == record.contents, .contentDiffers)
        let grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(grant.kind == .transfer, .grantOfOtherKind)
        var release = try value(.release(it.release), as: ReleaseState.self, else: .releaseMissing)
        try require(release.grant == it.grant && release.custodian == it.organisation, .releaseMissing)
        try require(!release.dispatched, .nothingChanges)
        release.dispatched = true
        return [write(.release(it.release), release), clock(it.record)]
    }
}
