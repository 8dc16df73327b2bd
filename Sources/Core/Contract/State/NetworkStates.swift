// What the state says of organisations, members, permits and statements.

/// How many organisations take part: more than half of their roots decide about them. And whether their
/// validators can meet the quorum.
public struct NetworkState: StateValue, Hashable, Sendable {
    public var activeOrganisations: UInt64
    /// One for each rule of the network's quorum, in their order.
    public var quorum: [QuorumStanding]

    public init(activeOrganisations: UInt64, quorum: [QuorumStanding] = []) {
        self.activeOrganisations = activeOrganisations
        self.quorum = quorum
    }

    public var items: [CBOR] { [.unsigned(activeOrganisations), .array(quorum.map { .array($0.items) })] }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        activeOrganisations = try items.unsigned()
        quorum = try items.list()
    }

    /// How many roots must agree.
    public var majority: UInt64 { activeOrganisations / 2 + 1 }

    /// Whether the validators of the organisations that take part are enough for every rule of the quorum.
    var canMeetQuorum: Bool { quorum.allSatisfy { $0.validators >= $0.count } }
}

/// A rule of the network's quorum, and how many validators there are that can meet it.
public struct QuorumStanding: StateValue, Hashable, Sendable {
    /// How many must have cosigned.
    public var count: UInt64
    /// Of which kinds, in rising order.
    public var kinds: [OrganisationKind]
    /// How many organisations of those kinds take part whose validators' cosignatures count.
    public var validators: UInt64

    public init(count: UInt64, kinds: [OrganisationKind], validators: UInt64) {
        self.count = count
        self.kinds = kinds
        self.validators = validators
    }

    public var items: [CBOR] {
        [.unsigned(count), .array(kinds.map { .unsigned($0.rawValue) }), .unsigned(validators)]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        count = try items.unsigned()
        kinds = try items.choices()
        validators = try items.unsigned()
    }
}

public struct OrganisationState: StateValue, Hashable, Sendable {
    public var kind: OrganisationKind
    public var root: PublicKey
    public var suspended: Bool
    /// Whether its validator's cosignatures count for the quorum: those of the genesis' organisations do.
    public var cosigns: Bool

    public init(kind: OrganisationKind, root: PublicKey, suspended: Bool, cosigns: Bool = true) {
        self.kind = kind
        self.root = root
        self.suspended = suspended
        self.cosigns = cosigns
    }

    public var items: [CBOR] {
        [
            .unsigned(kind.rawValue),
            .bytes32(root),
            .bool(suspended),
            .bool(cosigns),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        kind = try items.choice()
        root = try items.bytes32()
        suspended = try items.bool()
        cosigns = try items.bool()
    }
}

public struct MemberState: StateValue, Hashable, Sendable {
    public var organisation: OrganisationName
    public var role: Role
    public var recipientHash: Digest
    public var certificateHash: Digest
    public var expires: LedgerTime
    public var suite: Suite
    public var retired: Bool

    public init(
        organisation: OrganisationName, role: Role, recipientHash: Digest, certificateHash: Digest,
        expires: LedgerTime, suite: Suite, retired: Bool
    ) {
        self.organisation = organisation
        self.role = role
        self.recipientHash = recipientHash
        self.certificateHash = certificateHash
        self.expires = expires
        self.suite = suite
        self.retired = retired
    }

    public var items: [CBOR] {
        [
            .name(organisation),
            .unsigned(role.rawValue),
            .bytes32(recipientHash),
            .bytes32(certificateHash),
            .unsigned(expires),
            .unsigned(suite.rawValue),
            .bool(retired),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        organisation = try items.name()
        role = try items.choice()
        recipientHash = try items.bytes32()
        certificateHash = try items.bytes32()
        expires = try items.unsigned()
        suite = try items.choice()
        retired = try items.bool()
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

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        switch try items.unsigned() {
        case 1: use = .record(try items.bytes32())
        case 2: use = .request(try items.bytes32())
        default: throw CBOR.Malformed("a permit was used for something unknown")
        }
    }
}

/// A key that the network itself speaks by, now or before: it has that part for ever, and can have no other.
public struct NetworkKeyState: StateValue, Hashable, Sendable {
    public enum Part: UInt64, Sendable {
        case ledger = 1
        case root = 2
        case validator = 3
    }
    public var part: Part

    public init(part: Part) { self.part = part }

    public var items: [CBOR] { [.unsigned(part.rawValue)] }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) { part = try items.choice() }
}

/// A statement that was accepted: it is never accepted again.
public struct StatementState: StateValue, Hashable, Sendable {
    public var kind: StatementKind
    public var time: LedgerTime

    public init(
        kind: StatementKind, time: LedgerTime
    ) {
        self.kind = kind
        self.time = time
    }

    public var items: [CBOR] {
        [
            .unsigned(kind.rawValue),
            .unsigned(time),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        kind = try items.choice()
        time = try items.unsigned()
    }
}
