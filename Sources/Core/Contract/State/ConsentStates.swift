// What the state says of requests, grants and releases.

public struct RequestState: StateValue, Hashable, Sendable {
    public enum Stage: UInt64, Sendable {
        case open = 1
        case routed = 2
        case approved = 3
        case rejected = 4
    }
    public var requester: PublicKey
    public var organisation: OrganisationName
    public var custodian: OrganisationName
    public var purpose: Purpose
    public var notAfter: LedgerTime
    public var stage: Stage
    /// The permit key that may answer, once routed.
    public var answeringKey: PublicKey?

    public init(
        requester: PublicKey, organisation: OrganisationName, custodian: OrganisationName, purpose: Purpose,
        notAfter: LedgerTime, stage: Stage, answeringKey: PublicKey?
    ) {
        self.requester = requester
        self.organisation = organisation
        self.custodian = custodian
        self.purpose = purpose
        self.notAfter = notAfter
        self.stage = stage
        self.answeringKey = answeringKey
    }

    public var items: [CBOR] {
        [
            .bytes32(requester),
            .name(organisation),
            .name(custodian),
            .unsigned(purpose.rawValue),
            .unsigned(notAfter),
            .unsigned(stage.rawValue),
            answeringKey.map { .bytes32($0) } ?? .null,
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        requester = try items.bytes32()
        organisation = try items.name()
        custodian = try items.name()
        purpose = try items.choice()
        notAfter = try items.unsigned()
        stage = try items.choice()
        answeringKey = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
    }
}

public struct GrantState: StateValue, Hashable, Sendable {
    public var record: RecordHandle
    public var organisation: OrganisationName
    public var grantee: PublicKey?
    public var role: Role?
    public var kind: GrantKind
    public var purpose: Purpose
    public var notBefore: LedgerTime
    public var notAfter: LedgerTime
    public var releasesAllowed: UInt64
    public var releasesUsed: UInt64
    public var envelope: Digest?
    /// The sealing that its envelope opens.
    public var sealing: UInt64
    public var revoked: Bool
    public var coverage: Coverage
    /// `RecordState.contents` when it was given.
    public var contents: StatementID
    /// The list of the single files that it is for.
    public var manifest: Digest?
    /// Who owned the record when it was given: it ends with that ownership.
    public var owner: PublicKey
    /// The delegation by which it was given, if it was a delegate: it ends with that, too.
    public var delegation: StatementID?

    public init(
        record: RecordHandle, organisation: OrganisationName, grantee: PublicKey?, role: Role? = nil,
        kind: GrantKind, purpose: Purpose, notBefore: LedgerTime, notAfter: LedgerTime,
        releasesAllowed: UInt64, releasesUsed: UInt64, envelope: Digest?, sealing: UInt64 = 0, revoked: Bool,
        coverage: Coverage = .present, contents: StatementID, manifest: Digest? = nil, owner: PublicKey,
        delegation: StatementID? = nil
    ) {
        self.record = record
        self.organisation = organisation
        self.grantee = grantee
        self.role = role
        self.kind = kind
        self.purpose = purpose
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.releasesAllowed = releasesAllowed
        self.releasesUsed = releasesUsed
        self.envelope = envelope
        self.sealing = sealing
        self.revoked = revoked
        self.coverage = coverage
        self.contents = contents
        self.manifest = manifest
        self.owner = owner
        self.delegation = delegation
    }

    public var items: [CBOR] {
        [
            .bytes32(record),
            .name(organisation),
            grantee.map { .bytes32($0) } ?? .null,
            role.map { .unsigned($0.rawValue) } ?? .null,
            .unsigned(kind.rawValue),
            .unsigned(purpose.rawValue),
            .unsigned(notBefore),
            .unsigned(notAfter),
            .unsigned(releasesAllowed),
            .unsigned(releasesUsed),
            envelope.map { .bytes32($0) } ?? .null,
            .unsigned(sealing),
            .bool(revoked),
            .unsigned(coverage.rawValue),
            .bytes32(contents),
            manifest.map { .bytes32($0) } ?? .null,
            .bytes32(owner),
            delegation.map { .bytes32($0) } ?? .null,
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        record = try items.bytes32()
        organisation = try items.name()
        grantee = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        role = try items.optional { item throws(CBOR.Malformed) in try item.choice() }
        kind = try items.choice()
        purpose = try items.choice()
        notBefore = try items.unsigned()
        notAfter = try items.unsigned()
        releasesAllowed = try items.unsigned()
        releasesUsed = try items.unsigned()
        envelope = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        sealing = try items.unsigned()
        revoked = try items.bool()
        coverage = try items.choice()
        contents = try items.bytes32()
        manifest = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        owner = try items.bytes32()
        delegation = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
    }

    /// Whether it ended with the right by which it was given: `record`, which it is for, has another owner at
    /// `time`, or the delegation was taken back or replaced (docs/decisions/0028).
    public func hasLapsed(in record: RecordState, at time: LedgerTime) -> Bool {
        owner != record.owner(at: time)
            || record.endedDelegations.contains { $0.delegation == delegation }
    }

    /// The parts of `record`, which it is for, that it covers: those there were when it was given, or all.
    /// One for single files covers none: its own manifest says which.
    public func covered(of record: RecordState) -> [RecordPart] {
        switch coverage {
        case .part: []
        case .growing: record.parts
        case .present:
            record.parts.firstIndex { $0.statement == contents }.map { Array(record.parts[...$0]) } ?? []
        }
    }

    /// Whether it covers all that there is of `record`, which it is for.
    func coversAll(of record: RecordState) -> Bool { covered(of: record).count == record.parts.count }

    /// Why a release at `time` would be refused, if it would be; what a server checks again before it serves.
    public func refusal(at time: LedgerTime) -> RejectionCode? {
        if revoked { return .grantRevoked }
        if time < notBefore { return .grantNotYetValid }
        if time >= notAfter { return .grantExpired }
        return nil
    }

    /// Whether `member`, a member in `role`, is whom it names.
    func names(_ member: PublicKey, of name: OrganisationName, in role: Role) -> Bool {
        name == organisation && (grantee.map { $0 == member } ?? (self.role == role))
    }
}

/// A release that was recorded: who may be served what, and since when.
public struct ReleaseState: StateValue, Hashable, Sendable {
    public var reader: PublicKey
    public var record: RecordHandle
    public var custodian: OrganisationName
    public var grant: StatementID?
    public var basis: Basis?
    public var emergency: StatementID?
    public var time: LedgerTime
    /// Whether its custodian has signed what it sent.
    public var dispatched: Bool

    public init(
        reader: PublicKey, record: RecordHandle, custodian: OrganisationName, grant: StatementID?,
        basis: Basis?, emergency: StatementID? = nil, time: LedgerTime, dispatched: Bool = false
    ) {
        self.reader = reader
        self.record = record
        self.custodian = custodian
        self.grant = grant
        self.basis = basis
        self.emergency = emergency
        self.time = time
        self.dispatched = dispatched
    }

    public var items: [CBOR] {
        [
            .bytes32(reader),
            .bytes32(record),
            .name(custodian),
            grant.map { .bytes32($0) } ?? .null,
            basis.map { .unsigned($0.rawValue) } ?? .null,
            emergency.map { .bytes32($0) } ?? .null,
            .unsigned(time),
            .bool(dispatched),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        reader = try items.bytes32()
        record = try items.bytes32()
        custodian = try items.name()
        grant = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        basis = try items.optional { item throws(CBOR.Malformed) in try item.choice() }
        emergency = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        time = try items.unsigned()
        dispatched = try items.bool()
    }
}
