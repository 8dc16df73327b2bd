/// The custodian adds files to a record, as its owner has granted or agrees now (`approvals`).
public struct Append: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    /// The owner's standing consent: a grant of the kind `append`.
    public var grant: StatementID?
    /// Takes the place of the present one.
    public var descriptor: Digest
    /// The further files.
    public var files: [Digest]
    /// The Merkle root of the entries of the one file, where that is a batch (docs/reference/format.md).
    public var batch: Digest?

    public init(
        organisation: OrganisationName, record: RecordHandle, grant: StatementID? = nil, descriptor: Digest,
        files: [Digest], batch: Digest? = nil
    ) {
        self.organisation = organisation
        self.record = record
        self.grant = grant
        self.descriptor = descriptor
        self.files = files
        self.batch = batch
    }
}

extension Append: StatementContent {
    static let kind = StatementKind.append
    static let name = "append"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: Append?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        grant = try fields.optional(5, "grant", it?.grant)
        descriptor = try fields.required(6, "descriptor", it?.descriptor)
        files = try fields.required(7, "files", it?.files)
        batch = try fields.optional(8, "batch", it?.batch)
    }

    func check() throws(CBOR.Malformed) {
        guard batch == nil || files.count == 1 else { throw CBOR.Malformed("a batch is one file") }
    }

    var subjects: [Subject] {
        [.organisation(organisation), .record(record)] + (grant.map { [.statement($0)] } ?? [])
    }

    var keeper: Keeper? { .organisation(organisation) }

    var blobs: [NamedBlob] { .contents(files, descriptor) }

    func note(in copy: inout Retention, as id: StatementID) { copy.add(blobs, at: organisation) }

    var sentence: Sentence { "\(who) added \(files.count) file(s) at \(organisation)" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.copy(record, of: organisation)
            + (grant.map { [.grant($0)] } ?? [])
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.append(self) }
}

extension Case {
    func append(_ it: Append) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try require(record.removed == nil, .recordRemoved)
        var writes = [Write]()
        if let id = it.grant {
            var grant = try usable(id, of: it.record, kinds: [.append])
            grant.releasesUsed += 1
            writes.append(write(.grant(id), grant))
        } else {
            try requireConsent(of: record)
        }
        let files = record.files + it.files
        try require(
            files.count <= Limits.filesPerRecordMax && Set(files).count == files.count, .filesNotAllowed)
        try require(custody.generation == record.generation, .superseded)
        record.files = files
        record.descriptor = it.descriptor
        record.generation += 1
        custody.generation = record.generation
        return writes + [
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ]
    }
}
