/// The custodian seals a record anew under another key, because its owner orders it (`approvals`).
public struct Reseal: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var recipientHash: Digest
    public var suite: Suite
    public var descriptor: Digest
    public var ownerEnvelope: Digest
    public var custodianEnvelope: Digest
    /// The list of all its files, sealed anew, and the Merkle root over their digests.
    public var manifest: Digest
    public var root: Digest
    /// The grants that live on, and their new envelopes; all others open nothing any more.
    public var grants: [Rewrapped<StatementMeaning>]
    /// The delegates who may read on, and their new envelopes.
    public var delegates: [Rewrapped<KeyMeaning>]
    /// SHA-256 of the recipient, as text, to which the keys of what is added are sealed.
    public var additionsHash: Digest

    public init(
        organisation: OrganisationName, record: RecordHandle, recipientHash: Digest, suite: Suite,
        descriptor: Digest, ownerEnvelope: Digest, custodianEnvelope: Digest,
        manifest: Digest, root: Digest, grants: [Rewrapped<StatementMeaning>],
        delegates: [Rewrapped<KeyMeaning>], additionsHash: Digest
    ) {
        self.organisation = organisation
        self.record = record
        self.recipientHash = recipientHash
        self.suite = suite
        self.descriptor = descriptor
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.manifest = manifest
        self.root = root
        self.grants = grants
        self.delegates = delegates
        self.additionsHash = additionsHash
    }
}

extension Reseal: StatementContent {
    static let kind = StatementKind.reseal
    static let name = "reseal"
    static let takesApprovals = true

    init<Fields: FieldVisitor>(_ it: Reseal?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        recipientHash = try fields.required(5, "recipientHash", it?.recipientHash)
        suite = try fields.required(6, "suite", it?.suite)
        descriptor = try fields.required(7, "descriptor", it?.descriptor)
        ownerEnvelope = try fields.required(8, "ownerEnvelope", it?.ownerEnvelope)
        custodianEnvelope = try fields.required(9, "custodianEnvelope", it?.custodianEnvelope)
        manifest = try fields.required(10, "manifest", it?.manifest)
        root = try fields.required(11, "root", it?.root)
        grants = try fields.required(12, "grants", it?.grants)
        delegates = try fields.required(13, "delegates", it?.delegates)
        additionsHash = try fields.required(14, "additionsHash", it?.additionsHash)
    }

    func check() throws(CBOR.Malformed) {
        guard additionsHash != recipientHash else { throw CBOR.Malformed("what is added has other keys") }
    }

    var subjects: [Subject] {
        [.organisation(organisation), .record(record)] + grants.map { .statement($0.of) }
            + delegates.map { .key($0.of) }
    }

    var keeper: Keeper? { .organisation(organisation) }

    private var contents: [NamedBlob] { .contents(manifest, descriptor) }

    var blobs: [NamedBlob] {
        contents + .one(ownerEnvelope, .ownerEnvelope)
            + .one(custodianEnvelope, .custodianEnvelope)
            + grants.map { NamedBlob($0.envelope, .grantEnvelope(of: $0.of)) }
            + delegates.map { NamedBlob($0.envelope, .delegateEnvelope(of: $0.of)) }
    }

    func note(in copy: inout Retention, as id: StatementID) {
        copy.replaceEverywhere(at: organisation, with: blobs, contents: contents)
    }

    var sentence: Sentence {
        """
        \(who) sealed it anew at \(organisation): what was copied before stays readable to whoever has it, \
        and opens nothing new
        """
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.copy(record, of: organisation)
            + delegates.map { .delegation(record, $0.of) } + grants.map { .grant($0.of) }
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.reseal(self) }
}

extension Case {
    func reseal(_ it: Reseal) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try require(record.removed == nil, .recordRemoved)
        let delegations = try resealed(it.delegates, of: record, it.record)
        let grants = try resealed(it.grants, it.record, to: record.sealing + 1)
        let whole = part(descriptor: it.descriptor, manifest: it.manifest, root: it.root)
        try requireConsent(of: record)
        try require(it.suite >= record.suite, .suiteTooWeak)
        try require(record.adds(whole), .filesNotAllowed)
        try require(custody.generation == record.generation, .superseded)
        for (_, grant) in grants { try require(grant.coversAll(of: record), .superseded) }
        try require(!record.awaitsReassignment(at: time), .reassignmentPending)
        for (_, grant) in grants { try requireGiver(of: grant, in: record, it.record) }
        (record.owner, record.reassignment) = (record.owner(at: time), nil)
        (record.recipientHash, record.suite) = (it.recipientHash, it.suite)
        record.additionsHash = it.additionsHash
        record.parts = [whole]
        record.sealing += 1
        record.generation += 1
        (custody.ownerEnvelope, custody.custodianEnvelope) = (it.ownerEnvelope, it.custodianEnvelope)
        (custody.sealing, custody.generation) = (record.sealing, record.generation)
        return [
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ] + delegations
            + grants.map { key, state in
                var grant = state
                grant.contents = statement.id
                return write(key, grant)
            }
    }

    /// The delegations with their new envelopes.
    private func resealed(
        _ delegates: [Rewrapped<KeyMeaning>], of record: RecordState, _ handle: RecordHandle
    ) throws(RejectionCode) -> [Write] {
        var all = [(StateKey, DelegationState)]()
        for new in delegates {
            var delegation = try delegated(to: new.of, of: record, handle, else: .delegationEnded)
            try require(!delegation.isOver(at: time), .delegationEnded)
            (delegation.envelope, delegation.sealing) = (new.envelope, record.sealing + 1)
            all.append((.delegation(handle, new.of), delegation))
        }
        for (_, delegation) in all { try require(delegation.scope.allowsReading, .delegationTooNarrow) }
        return all.map { write($0, $1) }
    }

    /// The grants with their new envelopes.
    private func resealed(
        _ grants: [Rewrapped<StatementMeaning>], _ handle: RecordHandle, to sealing: UInt64
    ) throws(RejectionCode) -> [(StateKey, GrantState)] {
        var all = [(StateKey, GrantState)]()
        for new in grants {
            var grant = try value(.grant(new.of), as: GrantState.self, else: .grantUnknown)
            (grant.envelope, grant.sealing) = (new.envelope, sealing)
            all.append((.grant(new.of), grant))
        }
        for (_, grant) in all { try require(grant.record == handle, .grantForOtherRecord) }
        for (_, grant) in all {
            try require(grant.kind != .append && grant.coverage != .part, .grantOfOtherKind)
        }
        for (_, grant) in all { try require(!grant.revoked, .grantRevoked) }
        for (_, grant) in all { try require(time < grant.notAfter, .grantExpired) }
        return all
    }
}

/// A grant or a delegate whose envelope a re-sealing replaces.
public struct Rewrapped<Meaning>: Hashable, Sendable {
    public var of: Bytes32<Meaning>
    public var envelope: Digest

    public init(of: Bytes32<Meaning>, envelope: Digest) {
        self.of = of
        self.envelope = envelope
    }
}

/// In rising order of what they are of.
extension Rewrapped: ListedValue {
    var item: CBOR { .array([of.item, envelope.item]) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> Rewrapped {
        guard case .array(let parts) = item, parts.count == 2, let of: Bytes32<Meaning> = parts[0].bytes32(),
            let envelope: Digest = parts[1].bytes32()
        else { throw .wrongType(field) }
        return Rewrapped(of: of, envelope: envelope)
    }

    static func readList(_ items: [CBOR], field: UInt64) throws(CBOR.Malformed) -> [Rewrapped] {
        guard items.count <= Limits.rewrappedMax else { throw .wrongType(field) }
        var all = [Rewrapped]()
        for item in items {
            let next = try read(item, field: field)
            if let last = all.last, !(last.of < next.of) { throw .notRising(field) }
            all.append(next)
        }
        return all
    }

    var text: FieldText { .text(listed) }
    var listed: String { "\(of.hex): \(envelope.hex)" }
}
