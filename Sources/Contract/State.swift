/// A value of the state. What the contract wrote it can read: anything else is a damaged state and stops the
/// process that would decide on it; the ledger checks every row before it hands it over.
public protocol StateValue {
    var items: [CBOR] { get }
    init?(items: [CBOR])
}

extension StateValue {
    public func encoded() -> [UInt8] { CBOR.array(items).encoded() }

    /// Nil when `bytes` are not such a value.
    public init?(bytes: [UInt8]) {
        guard case .array(let items)? = try? CBOR.decode(bytes) else { return nil }
        self.init(items: items)
    }
}

public struct OrganisationState: StateValue, Hashable, Sendable {
    public var kind: OrganisationKind
    public var root: PublicKey
    public var suspended: Bool

    public init(kind: OrganisationKind, root: PublicKey, suspended: Bool) {
        self.kind = kind
        self.root = root
        self.suspended = suspended
    }

    public var items: [CBOR] { [.unsigned(kind.rawValue), .bytes32(root), .bool(suspended)] }

    public init?(items: [CBOR]) {
        guard items.count == 3, case .unsigned(let kind) = items[0],
            let kind = OrganisationKind(rawValue: kind),
            let root: PublicKey = items[1].bytes32(), case .bool(let suspended) = items[2]
        else { return nil }
        self.init(kind: kind, root: root, suspended: suspended)
    }
}

public struct MemberState: StateValue, Hashable, Sendable {
    public var organisation: OrganisationName
    public var role: Role
    public var recipientHash: Digest
    public var certificateHash: Digest
    public var expires: LedgerTime
    public var retired: Bool

    public init(
        organisation: OrganisationName, role: Role, recipientHash: Digest, certificateHash: Digest,
        expires: LedgerTime, retired: Bool
    ) {
        self.organisation = organisation
        self.role = role
        self.recipientHash = recipientHash
        self.certificateHash = certificateHash
        self.expires = expires
        self.retired = retired
    }

    public var items: [CBOR] {
        [
            .name(organisation), .unsigned(role.rawValue), .bytes32(recipientHash), .bytes32(certificateHash),
            .unsigned(expires), .bool(retired),
        ]
    }

    public init?(items: [CBOR]) {
        guard items.count == 6, let organisation = items[0].name(), case .unsigned(let role) = items[1],
            let role = Role(rawValue: role), let recipientHash: Digest = items[2].bytes32(),
            let certificateHash: Digest = items[3].bytes32(), case .unsigned(let expires) = items[4],
            case .bool(let retired) = items[5]
        else { return nil }
        self.init(
            organisation: organisation, role: role, recipientHash: recipientHash,
            certificateHash: certificateHash,
            expires: expires, retired: retired)
    }
}

/// What a permit was used for: a record's handle or a request's id.
public struct PermitState: StateValue, Hashable, Sendable {
    public enum Use: Hashable, Sendable {
        case record(RecordHandle)
        case request(StatementID)
    }
    public var use: Use

    public init(use: Use) { self.use = use }

    public var items: [CBOR] {
        switch use {
        case .record(let handle): [.unsigned(1), .bytes32(handle)]
        case .request(let id): [.unsigned(2), .bytes32(id)]
        }
    }

    public init?(items: [CBOR]) {
        guard items.count == 2 else { return nil }
        switch items[0] {
        case .unsigned(1):
            guard let handle: RecordHandle = items[1].bytes32() else { return nil }
            self.init(use: .record(handle))
        case .unsigned(2):
            guard let id: StatementID = items[1].bytes32() else { return nil }
            self.init(use: .request(id))
        default: return nil
        }
    }
}

public struct RecordState: StateValue, Hashable, Sendable {
    public var owner: PublicKey
    public var recipientHash: Digest
    public var descriptor: Digest
    public var files: [Digest]

    public init(owner: PublicKey, recipientHash: Digest, descriptor: Digest, files: [Digest]) {
        self.owner = owner
        self.recipientHash = recipientHash
        self.descriptor = descriptor
        self.files = files
    }

    public var items: [CBOR] {
        [.bytes32(owner), .bytes32(recipientHash), .bytes32(descriptor), .digests(files)]
    }

    public init?(items: [CBOR]) {
        guard items.count == 4, let owner: PublicKey = items[0].bytes32(),
            let hash: Digest = items[1].bytes32(),
            let descriptor: Digest = items[2].bytes32(), case .array(let list) = items[3]
        else { return nil }
        let files = list.compactMap { item -> Digest? in item.bytes32() }
        guard files.count == list.count else { return nil }
        self.init(owner: owner, recipientHash: hash, descriptor: descriptor, files: files)
    }
}

/// The latest ledger time that a statement about a record was accepted at.
public struct ClockState: StateValue, Hashable, Sendable {
    public var seen: LedgerTime
    public init(seen: LedgerTime) { self.seen = seen }
    public var items: [CBOR] { [.unsigned(seen)] }
    public init?(items: [CBOR]) {
        guard items.count == 1, case .unsigned(let seen) = items[0] else { return nil }
        self.init(seen: seen)
    }
}

/// One organisation keeps a record: the envelopes in its vault.
public struct CustodyState: StateValue, Hashable, Sendable {
    public var ownerEnvelope: Digest
    public var custodianEnvelope: Digest

    public init(ownerEnvelope: Digest, custodianEnvelope: Digest) {
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
    }

    public var items: [CBOR] { [.bytes32(ownerEnvelope), .bytes32(custodianEnvelope)] }

    public init?(items: [CBOR]) {
        guard items.count == 2, let owner: Digest = items[0].bytes32(),
            let custodian: Digest = items[1].bytes32()
        else { return nil }
        self.init(ownerEnvelope: owner, custodianEnvelope: custodian)
    }
}

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
            .bytes32(requester), .name(organisation), .name(custodian), .unsigned(purpose.rawValue),
            .unsigned(notAfter), .unsigned(stage.rawValue), answeringKey.map { .bytes32($0) } ?? .null,
        ]
    }

    public init?(items: [CBOR]) {
        guard items.count == 7, let requester: PublicKey = items[0].bytes32(),
            let organisation = items[1].name(),
            let custodian = items[2].name(), case .unsigned(let purpose) = items[3],
            let purpose = Purpose(rawValue: purpose), case .unsigned(let notAfter) = items[4],
            case .unsigned(let stage) = items[5], let stage = Stage(rawValue: stage)
        else { return nil }
        let answeringKey: PublicKey? = items[6].bytes32()
        guard answeringKey != nil || items[6] == .null else { return nil }
        self.init(
            requester: requester, organisation: organisation, custodian: custodian, purpose: purpose,
            notAfter: notAfter, stage: stage, answeringKey: answeringKey)
    }
}

public struct GrantState: StateValue, Hashable, Sendable {
    public var record: RecordHandle
    public var organisation: OrganisationName
    public var grantee: PublicKey
    public var kind: GrantKind
    public var purpose: Purpose
    public var notBefore: LedgerTime
    public var notAfter: LedgerTime
    public var releasesAllowed: UInt64
    public var releasesUsed: UInt64
    public var envelope: Digest
    public var revoked: Bool

    public init(
        record: RecordHandle, organisation: OrganisationName, grantee: PublicKey, kind: GrantKind,
        purpose: Purpose,
        notBefore: LedgerTime, notAfter: LedgerTime, releasesAllowed: UInt64, releasesUsed: UInt64,
        envelope: Digest,
        revoked: Bool
    ) {
        self.record = record
        self.organisation = organisation
        self.grantee = grantee
        self.kind = kind
        self.purpose = purpose
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.releasesAllowed = releasesAllowed
        self.releasesUsed = releasesUsed
        self.envelope = envelope
        self.revoked = revoked
    }

    public var items: [CBOR] {
        [
            .bytes32(record), .name(organisation), .bytes32(grantee), .unsigned(kind.rawValue),
            .unsigned(purpose.rawValue), .unsigned(notBefore), .unsigned(notAfter),
            .unsigned(releasesAllowed),
            .unsigned(releasesUsed), .bytes32(envelope), .bool(revoked),
        ]
    }

    public init?(items: [CBOR]) {
        guard items.count == 11, let record: RecordHandle = items[0].bytes32(),
            let organisation = items[1].name(),
            let grantee: PublicKey = items[2].bytes32(), case .unsigned(let kind) = items[3],
            let kind = GrantKind(rawValue: kind), case .unsigned(let purpose) = items[4],
            let purpose = Purpose(rawValue: purpose), case .unsigned(let notBefore) = items[5],
            case .unsigned(let notAfter) = items[6], case .unsigned(let allowed) = items[7],
            case .unsigned(let used) = items[8], let envelope: Digest = items[9].bytes32(),
            case .bool(let revoked) = items[10]
        else { return nil }
        self.init(
            record: record, organisation: organisation, grantee: grantee, kind: kind, purpose: purpose,
            notBefore: notBefore, notAfter: notAfter, releasesAllowed: allowed, releasesUsed: used,
            envelope: envelope,
            revoked: revoked)
    }

    /// Why a release at `time` would be refused, if it would be; what a server checks again before it serves.
    public func refusal(at time: LedgerTime) -> RejectionCode? {
        if revoked { return .grantRevoked }
        if time < notBefore { return .grantNotYetValid }
        if time >= notAfter { return .grantExpired }
        return nil
    }
}

/// A release that was recorded: who may be served what, and since when.
public struct ReleaseState: StateValue, Hashable, Sendable {
    public var reader: PublicKey
    public var record: RecordHandle
    public var custodian: OrganisationName
    public var grant: StatementID?
    public var basis: Basis?
    public var time: LedgerTime

    public init(
        reader: PublicKey, record: RecordHandle, custodian: OrganisationName, grant: StatementID?,
        basis: Basis?,
        time: LedgerTime
    ) {
        self.reader = reader
        self.record = record
        self.custodian = custodian
        self.grant = grant
        self.basis = basis
        self.time = time
    }

    public var items: [CBOR] {
        [
            .bytes32(reader), .bytes32(record), .name(custodian), grant.map { .bytes32($0) } ?? .null,
            basis.map { .unsigned($0.rawValue) } ?? .null, .unsigned(time),
        ]
    }

    public init?(items: [CBOR]) {
        guard items.count == 6, let reader: PublicKey = items[0].bytes32(),
            let record: RecordHandle = items[1].bytes32(), let custodian = items[2].name(),
            case .unsigned(let time) = items[5]
        else { return nil }
        let grant: StatementID? = items[3].bytes32()
        guard grant != nil || items[3] == .null else { return nil }
        var basis: Basis?
        if case .unsigned(let number) = items[4] { basis = Basis(rawValue: number) }
        guard basis != nil || items[4] == .null else { return nil }
        self.init(
            reader: reader, record: record, custodian: custodian, grant: grant, basis: basis, time: time)
    }
}

/// A statement that was accepted: it is never accepted again.
public struct StatementState: StateValue, Hashable, Sendable {
    public var kind: StatementKind
    public var time: LedgerTime

    public init(kind: StatementKind, time: LedgerTime) {
        self.kind = kind
        self.time = time
    }

    public var items: [CBOR] { [.unsigned(kind.rawValue), .unsigned(time)] }

    public init?(items: [CBOR]) {
        guard items.count == 2, case .unsigned(let kind) = items[0], let kind = StatementKind(rawValue: kind),
            case .unsigned(let time) = items[1]
        else { return nil }
        self.init(kind: kind, time: time)
    }
}

extension CBOR {
    func bytes32<Meaning>() -> Bytes32<Meaning>? {
        guard case .bytes(let bytes) = self else { return nil }
        return Bytes32(bytes)
    }

    func name() -> OrganisationName? {
        guard case .text(let bytes) = self else { return nil }
        return OrganisationName(bytes)
    }
}
