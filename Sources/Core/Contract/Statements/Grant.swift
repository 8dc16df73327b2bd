/// A record's owner, or a delegate, lets one member, or any with a role, read or receive it, or a custodian
/// append.
public struct Grant: Hashable, Sendable {
    public var record: RecordHandle
    public var organisation: OrganisationName
    /// Left out where a role is named.
    public var grantee: PublicKey?
    public var kind: GrantKind
    public var purpose: Purpose
    public var notBefore: LedgerTime
    public var notAfter: LedgerTime
    /// How often; for the kind `append`, how many statements.
    public var releases: UInt64
    /// Left out for the kind `append`, which opens nothing.
    public var envelope: Digest?
    /// The request that it answers, where naming it links no two records.
    public var request: StatementID?
    /// Any member of the organisation in this role.
    public var role: Role?
    /// Which of the record's files it is for.
    public var coverage: Coverage
    /// Where it is for single files: their list, and the Merkle root over their digests.
    public var manifest: Digest?
    public var root: Digest?

    public init(
        record: RecordHandle, organisation: OrganisationName, grantee: PublicKey? = nil, kind: GrantKind,
        purpose: Purpose, notBefore: LedgerTime, notAfter: LedgerTime, releases: UInt64,
        envelope: Digest? = nil, request: StatementID? = nil, role: Role? = nil,
        coverage: Coverage = .present, manifest: Digest? = nil, root: Digest? = nil
    ) {
        self.record = record
        self.organisation = organisation
        self.grantee = grantee
        self.kind = kind
        self.purpose = purpose
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.releases = releases
        self.envelope = envelope
        self.request = request
        self.role = role
        self.coverage = coverage
        self.manifest = manifest
        self.root = root
    }
}

extension Grant: StatementContent {
    static let kind = StatementKind.grant
    static let name = "grant"

    init<Fields: FieldVisitor>(_ it: Grant?, _ fields: inout Fields) throws(Fields.Failure) {
        record = try fields.required(3, "record", it?.record)
        organisation = try fields.required(4, "organisation", it?.organisation)
        grantee = try fields.optional(5, "grantee", it?.grantee)
        kind = try fields.required(6, "kind", it?.kind)
        purpose = try fields.required(7, "purpose", it?.purpose)
        notBefore = try fields.time(8, "notBefore", it?.notBefore)
        notAfter = try fields.time(9, "notAfter", it?.notAfter)
        releases = try fields.required(10, "releases", it?.releases)
        envelope = try fields.optional(11, "envelope", it?.envelope)
        request = try fields.optional(12, "request", it?.request)
        role = try fields.optional(13, "role", it?.role)
        coverage = try fields.required(14, "coverage", it?.coverage)
        manifest = try fields.optional(15, "manifest", it?.manifest)
        root = try fields.optional(16, "root", it?.root)
    }

    func check() throws(CBOR.Malformed) {
        guard (grantee == nil) != (role == nil) else {
            throw CBOR.Malformed("a grant names a member or a role")
        }
        guard (envelope == nil) == (kind == .append) else {
            throw CBOR.Malformed("a grant has an envelope unless it lets append")
        }
        guard (manifest != nil) == (coverage == .part), (root != nil) == (coverage == .part) else {
            throw CBOR.Malformed("a grant of single files has their manifest and its root")
        }
        guard kind == .read || coverage != .part, kind != .append || coverage == .present else {
            throw CBOR.Malformed("a grant of this kind is for no such files")
        }
    }

    var subjects: [Subject] {
        [.record(record), .organisation(organisation)] + (grantee.map { [.key($0)] } ?? [])
            + (request.map { [.statement($0)] } ?? [])
    }

    var keeper: Keeper? { envelope.map { _ in .anyCustodian(of: record) } }

    var blobs: [NamedBlob] {
        .one(envelope, .grantEnvelope(of: nil)) + .one(manifest, .grantManifest(of: nil))
    }

    func note(in copy: inout Retention, as id: StatementID) {
        copy.addOwners(
            .one(envelope, .grantEnvelope(of: id)) + .one(manifest, .grantManifest(of: id)))
    }

    var sentence: Sentence {
        let what =
            switch kind {
            case .read: "read"
            case .transfer: "receive"
            case .append: "add to"
            }
        let extent: Sentence =
            switch coverage {
            case .present: "it"
            case .growing: "it and what is added"
            case .part: "single files of it"
            }
        let terms: Sentence = """
            \(what) \(extent) for \(purpose), at most \(releases) time(s), from \(time: notBefore) until \
            \(time: notAfter)
            """
        return grantee.map { "\(who) let \(holder: $0) \(terms)" }
            ?? "\(who) let any \(role?.name ?? "member") of \(organisation) \(terms)"
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.record(record) + [.delegation(record, keys.caller), .organisation(organisation)]
            + (grantee.map { [.member($0)] } ?? []) + (request.map { [.request($0)] } ?? [])
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.grant(self) }
}

extension Case {
    func grant(_ it: Grant) throws(RejectionCode) -> [Write] {
        let record = try record(it.record)
        let delegation = try delegation(for: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        try require(delegation, allows: { $0.allowsDeciding })
        if let id = it.request {
            let request = try value(.request(id), as: RequestState.self, else: .requestUnknown)
            try require(request.stage != .open, .requestNotRouted)
            try require(request.stage == .routed, .requestAlreadyAnswered)
            try require(time < request.notAfter, .requestExpired)
            try require(
                request.organisation == it.organisation
                    && (it.grantee ?? request.requester) == request.requester,
                .requestOfOtherMember)
            try require(request.purpose == it.purpose, .purposeDiffers)
        }
        let organisation = try value(
            .organisation(it.organisation), as: OrganisationState.self, else: .granteeUnknown)
        try require(!organisation.suspended, .granteeUnknown)
        var member: MemberState?
        if let grantee = it.grantee {
            member = activeMember(grantee, of: it.organisation)?.member
            try require(member != nil, .granteeUnknown)
        }
        try require(it.kind == .read || organisation.kind.isCustodian, .grantOfOtherKind)
        try require(it.notBefore < it.notAfter && time < it.notAfter, .expiryInvalid)
        let isInsurer = organisation.kind == .insurer
        let longest = isInsurer ? Limits.insurerGrantSecondsMax : Limits.grantSecondsMax
        try require(it.notAfter - min(it.notBefore, time) <= longest, .grantTooWide)
        try require(it.notAfter <= delegation?.notAfter ?? it.notAfter, .grantTooWide)
        try require((1...Limits.releasesPerGrantMax).contains(it.releases), .grantTooWide)
        try require(it.role == nil || !isInsurer, .grantTooWide)
        try require(it.purpose.isOpen(to: organisation.kind), .purposeNotAllowed)
        try require(it.kind == .append || (member?.suite ?? record.suite) >= record.suite, .suiteTooWeak)
        // The caller owns the record, or acts for whom the delegation says.
        let owner = delegation?.owner ?? statement.caller
        let grant = GrantState(
            record: it.record, organisation: it.organisation, grantee: it.grantee, role: it.role,
            kind: it.kind, purpose: it.purpose, notBefore: it.notBefore, notAfter: it.notAfter,
            releasesAllowed: it.releases, releasesUsed: 0, envelope: it.envelope, sealing: record.sealing,
            revoked: false, coverage: it.coverage, contents: record.contents, manifest: it.manifest,
            owner: owner, delegation: delegation?.statement)
        return [write(.grant(statement.id), grant), clock(it.record)]
    }

    /// Whoever gave the grant still has a say over the record.
    func requireGiver(
        of grant: GrantState, in record: RecordState, _ handle: RecordHandle
    ) throws(RejectionCode) {
        try require(!grant.hasLapsed(in: record, at: moment(of: handle)), .grantLapsed)
    }

    /// A grant that the caller may use now: of this record and one of `kinds`, for the caller, in its time,
    /// not used up. Whoever uses it counts it.
    func usable(
        _ id: StatementID, of handle: RecordHandle, kinds: [GrantKind]
    ) throws(RejectionCode) -> GrantState {
        let grant = try value(.grant(id), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == handle, .grantForOtherRecord)
        try require(kinds.contains(grant.kind), .grantOfOtherKind)
        guard let member: MemberState = value(.member(statement.caller)),
            grant.names(statement.caller, of: member.organisation, in: member.role)
        else { throw .notTheGrantee }
        if let refusal = grant.refusal(at: time) { throw refusal }
        try require(grant.releasesUsed < grant.releasesAllowed, .releasesUsedUp)
        return grant
    }
}
