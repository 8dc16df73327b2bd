/// The custodian adds files to a record, as its owner has granted or agrees now (`approvals`).
public struct Append: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    /// The owner's standing consent: a grant of the kind `append`.
    public var grant: StatementID?
    /// The statement that added files last, or brought the first: what this one is added to.
    public var after: StatementID
    /// Of the further files.
    public var descriptor: Digest
    /// The list of the further files, and the Merkle root over their digests.
    public var manifest: Digest
    public var root: Digest
    /// The Merkle root of the entries of the one file, where that is a batch (docs/reference/format.md).
    public var batch: Digest?
    /// SHA-256 of its own key's recipient as text: the further files and their descriptor are sealed to that.
    public var recipientHash: Digest
    /// Its own key, sealed to the record's key for what is added.
    public var envelope: Digest

    public init(
        organisation: OrganisationName, record: RecordHandle, grant: StatementID? = nil, after: StatementID,
        descriptor: Digest, manifest: Digest, root: Digest, batch: Digest? = nil, recipientHash: Digest,
        envelope: Digest
    ) {
        self.organisation = organisation
        self.record = record
        self.grant = grant
        self.after = after
        self.descriptor = descriptor
        self.manifest = manifest
        self.root = root
        self.batch = batch
        self.recipientHash = recipientHash
        self.envelope = envelope
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
        after = try fields.required(6, "after", it?.after)
        descriptor = try fields.required(7, "descriptor", it?.descriptor)
        manifest = try fields.required(8, "manifest", it?.manifest)
        root = try fields.required(9, "root", it?.root)
        batch = try fields.optional(10, "batch", it?.batch)
        recipientHash = try fields.required(11, "recipientHash", it?.recipientHash)
        envelope = try fields.required(12, "envelope", it?.envelope)
    }

    var subjects: [Subject] {
        [.organisation(organisation), .record(record)] + (grant.map { [.statement($0)] } ?? [])
    }

    var keeper: Keeper? { .organisation(organisation) }

    var blobs: [NamedBlob] { .contents(manifest, descriptor) + .one(envelope, .additionEnvelope) }

    func note(in copy: inout Retention, as id: StatementID) { copy.append(blobs, at: organisation) }

    var sentence: Sentence { "\(who) added files at \(organisation)" }

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
        var used: GrantState?
        if let id = it.grant {
            var grant = try usable(id, of: it.record, kinds: [.append])
            grant.releasesUsed += 1
            writes.append(write(.grant(id), grant))
            used = grant
        } else {
            try requireConsent(of: record)
        }
        var added = part(descriptor: it.descriptor, manifest: it.manifest, root: it.root)
        added.key = PartKey(recipientHash: it.recipientHash, envelope: it.envelope)
        try require(
            record.parts.count < Limits.partsPerRecordMax && record.adds(added), .filesNotAllowed)
        try require(
            custody.generation == record.generation && it.after == record.contents, .superseded)
        if let used { try requireGiver(of: used, in: record, it.record) }
        record.parts.append(added)
        record.generation += 1
        custody.generation = record.generation
        return writes + [
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ]
    }
}
