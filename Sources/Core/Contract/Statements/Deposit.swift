/// A member of the custodian records ciphertext under a permit of the patient's, or openly without one.
public struct Deposit: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var permit: [UInt8]?
    /// SHA-256 of the record key's recipient as text.
    public var recipientHash: Digest
    public var descriptor: Digest
    /// Left out where there is no owner yet.
    public var ownerEnvelope: Digest?
    public var custodianEnvelope: Digest
    /// The list of its files, and the Merkle root over their digests.
    public var manifest: Digest
    public var root: Digest
    /// The kind of the record key's recipient: nobody with a weaker one is granted anything.
    public var suite: Suite
    /// Why there is no permit.
    public var custodial: CustodialReason?
    /// The Merkle root of the entries of the one file, where that is a batch (docs/reference/format.md).
    public var batch: Digest?
    /// SHA-256 of the recipient, as text, to which the keys of what is added are sealed.
    public var additionsHash: Digest

    public init(
        organisation: OrganisationName, record: RecordHandle, permit: [UInt8]? = nil, recipientHash: Digest,
        descriptor: Digest, ownerEnvelope: Digest? = nil, custodianEnvelope: Digest, manifest: Digest,
        root: Digest, suite: Suite, custodial: CustodialReason? = nil, batch: Digest? = nil,
        additionsHash: Digest
    ) {
        self.organisation = organisation
        self.record = record
        self.permit = permit
        self.recipientHash = recipientHash
        self.descriptor = descriptor
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.manifest = manifest
        self.root = root
        self.suite = suite
        self.custodial = custodial
        self.batch = batch
        self.additionsHash = additionsHash
    }
}

extension Deposit: StatementContent {
    static let kind = StatementKind.deposit
    static let name = "deposit"

    init<Fields: FieldVisitor>(_ it: Deposit?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        permit = try fields.permit(5, "permit", it?.permit)
        recipientHash = try fields.required(6, "recipientHash", it?.recipientHash)
        descriptor = try fields.required(7, "descriptor", it?.descriptor)
        ownerEnvelope = try fields.optional(8, "ownerEnvelope", it?.ownerEnvelope)
        custodianEnvelope = try fields.required(9, "custodianEnvelope", it?.custodianEnvelope)
        manifest = try fields.required(10, "manifest", it?.manifest)
        root = try fields.required(11, "root", it?.root)
        suite = try fields.required(12, "suite", it?.suite)
        custodial = try fields.optional(13, "custodial", it?.custodial)
        batch = try fields.optional(14, "batch", it?.batch)
        additionsHash = try fields.required(15, "additionsHash", it?.additionsHash)
    }

    func check() throws(CBOR.Malformed) {
        guard permit == nil || custodial == nil, (ownerEnvelope == nil) == (custodial != nil) else {
            throw CBOR.Malformed("a record has an owner or a reason why it has none")
        }
        guard additionsHash != recipientHash else { throw CBOR.Malformed("what is added has other keys") }
    }

    var subjects: [Subject] { [.organisation(organisation), .record(record)] }

    var keeper: Keeper? { .organisation(organisation) }

    private var contents: [NamedBlob] { .contents(manifest, descriptor) }

    var blobs: [NamedBlob] {
        contents + .one(custodianEnvelope, .custodianEnvelope)
            + .one(ownerEnvelope, .ownerEnvelope)
    }

    func note(in copy: inout Retention, as id: StatementID) {
        copy.begin(at: organisation, with: blobs, contents: contents)
    }

    var sentence: Sentence {
        let under = custodial.map { "without your permit (\($0.name))" } ?? "under one of your permits"
        return "\(who) saved files at \(organisation), \(under)"
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.permit + keys.record(record)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.deposit(self) }
}

extension Case {
    func deposit(_ it: Deposit) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        let owner = try it.custodial == nil ? permit(for: it.organisation).key : nil
        try require(reads[.record(it.record)] == nil, .recordExists)
        if let owner { try requireNoPart(owner) }
        let record = RecordState(
            owner: owner, custodial: it.custodial, suite: it.suite, recipientHash: it.recipientHash,
            additionsHash: it.additionsHash,
            parts: [part(descriptor: it.descriptor, manifest: it.manifest, root: it.root)])
        let custody = CustodyState(ownerEnvelope: it.ownerEnvelope, custodianEnvelope: it.custodianEnvelope)
        return (owner.map { [write(.permit($0), PermitState(use: .record(it.record)))] } ?? []) + [
            write(.record(it.record), record), write(.clock(it.record), ClockState(seen: time)),
            write(.custody(it.record, it.organisation), custody),
        ]
    }
}
