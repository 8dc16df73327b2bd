/// The kinds of statement. A number's meaning never changes (docs/contract.md).
public enum StatementKind: UInt64, Sendable, CaseIterable {
    case genesis = 1
    case admit = 2
    case suspend = 3
    case rotateRoot = 4
    case enrol = 5
    case retire = 6
    case deposit = 7
    case append = 8
    case request = 9
    case route = 10
    case answer = 11
    case grant = 12
    case revoke = 13
    case release = 14
    case acknowledge = 15
    case remove = 16
    case attestErasure = 17
    case hold = 18
    case delegate = 19
    case undelegate = 20
    case emergency = 21
    case review = 22
    case adopt = 23
    case reassign = 24
    case veto = 25
    /// Not a statement of its own: it is carried inside a deposit or a route.
    case permit = 26
}

public enum OrganisationKind: UInt64, Sendable, CaseIterable {
    case hospital = 1
    case insurer = 2
    case laboratory = 3
    case auditor = 4
    case authority = 5

    /// Whether such an organisation keeps records of patients.
    public var isCustodian: Bool { self == .hospital || self == .laboratory }
}

public enum Role: UInt64, Sendable, CaseIterable {
    case clinician = 1
    case registrar = 2
    case gateway = 3
    case officer = 4
    case auditor = 5
}

public enum Purpose: UInt64, Sendable, CaseIterable {
    case treatment = 1
    case claim = 2
    case coverage = 3
    case research = 4
    case legal = 5
}

public enum GrantKind: UInt64, Sendable, CaseIterable {
    case read = 1
    case transfer = 2
}

public enum Verdict: UInt64, Sendable, CaseIterable {
    case approved = 1
    case rejected = 2
}

/// Why a release needs no grant.
public enum Basis: UInt64, Sendable, CaseIterable {
    /// The custodian's own staff, caring for the patient.
    case care = 1
    /// The custodian's own staff, administering the record.
    case administration = 2
    /// The record's owner.
    case owner = 3
}

/// An organisation's root lets a key speak for a member.
public struct Enrol: Hashable, Sendable {
    public var organisation: OrganisationName
    public var member: PublicKey
    public var role: Role
    /// SHA-256 of the member's age recipient as text.
    public var recipientHash: Digest
    /// SHA-256 of the member's certificate, DER.
    public var certificateHash: Digest
    public var expires: LedgerTime

    public init(
        organisation: OrganisationName, member: PublicKey, role: Role, recipientHash: Digest,
        certificateHash: Digest, expires: LedgerTime
    ) {
        self.organisation = organisation
        self.member = member
        self.role = role
        self.recipientHash = recipientHash
        self.certificateHash = certificateHash
        self.expires = expires
    }
}

/// An organisation's root ends a member's key at once.
public struct Retire: Hashable, Sendable {
    public var organisation: OrganisationName
    public var member: PublicKey

    public init(
        organisation: OrganisationName, member: PublicKey
    ) {
        self.organisation = organisation
        self.member = member
    }
}

/// A member of the custodian records ciphertext under a permit of the patient's.
public struct Deposit: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var permit: [UInt8]?
    /// SHA-256 of the record key's recipient as text.
    public var recipientHash: Digest
    public var descriptor: Digest
    public var ownerEnvelope: Digest
    public var custodianEnvelope: Digest
    public var files: [Digest]

    public init(
        organisation: OrganisationName, record: RecordHandle, permit: [UInt8]?, recipientHash: Digest,
        descriptor: Digest, ownerEnvelope: Digest, custodianEnvelope: Digest, files: [Digest]
    ) {
        self.organisation = organisation
        self.record = record
        self.permit = permit
        self.recipientHash = recipientHash
        self.descriptor = descriptor
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.files = files
    }
}

/// A member asks a custodian for access to somebody's records; who and what stands in the sealed letter.
public struct Request: Hashable, Sendable {
    public var organisation: OrganisationName
    public var custodian: OrganisationName
    public var purpose: Purpose
    /// Until when access is asked for; the request itself ends then too.
    public var notAfter: LedgerTime
    public var letter: Digest

    public init(
        organisation: OrganisationName, custodian: OrganisationName, purpose: Purpose,
        notAfter: LedgerTime, letter: Digest
    ) {
        self.organisation = organisation
        self.custodian = custodian
        self.purpose = purpose
        self.notAfter = notAfter
        self.letter = letter
    }
}

/// The custodian has passed a request to a patient, whose permit names the answering key.
public struct Route: Hashable, Sendable {
    public var organisation: OrganisationName
    public var request: StatementID
    public var permit: [UInt8]?
    public var letter: Digest

    public init(
        organisation: OrganisationName, request: StatementID, permit: [UInt8]?, letter: Digest
    ) {
        self.organisation = organisation
        self.request = request
        self.permit = permit
        self.letter = letter
    }
}

/// The patient answers a request.
public struct Answer: Hashable, Sendable {
    public var request: StatementID
    public var verdict: Verdict
    /// A letter sealed to the requester, which names the grants.
    public var letter: Digest?

    public init(
        request: StatementID, verdict: Verdict, letter: Digest?
    ) {
        self.request = request
        self.verdict = verdict
        self.letter = letter
    }
}

/// A record's owner lets one member read or receive it.
public struct Grant: Hashable, Sendable {
    public var record: RecordHandle
    public var organisation: OrganisationName
    public var grantee: PublicKey
    public var kind: GrantKind
    public var purpose: Purpose
    public var notBefore: LedgerTime
    public var notAfter: LedgerTime
    public var releases: UInt64
    public var envelope: Digest
    /// The request that it answers, where naming it links no two records.
    public var request: StatementID?

    public init(
        record: RecordHandle, organisation: OrganisationName, grantee: PublicKey, kind: GrantKind,
        purpose: Purpose, notBefore: LedgerTime, notAfter: LedgerTime, releases: UInt64,
        envelope: Digest, request: StatementID?
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
    }
}

/// A record's owner ends a grant.
public struct Revoke: Hashable, Sendable {
    public var record: RecordHandle
    public var grant: StatementID

    public init(
        record: RecordHandle, grant: StatementID
    ) {
        self.record = record
        self.grant = grant
    }
}

/// What must be on the ledger before a custodian serves a byte.
public struct Release: Hashable, Sendable {
    /// The reader's organisation; nil for the record's owner.
    public var organisation: OrganisationName?
    public var record: RecordHandle
    public var custodian: OrganisationName
    public var grant: StatementID?
    public var basis: Basis?

    public init(
        organisation: OrganisationName?, record: RecordHandle, custodian: OrganisationName,
        grant: StatementID?, basis: Basis?
    ) {
        self.organisation = organisation
        self.record = record
        self.custodian = custodian
        self.grant = grant
        self.basis = basis
    }
}

/// The receiving organisation of a transfer holds the same bytes.
public struct Acknowledge: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var grant: StatementID
    public var release: StatementID
    public var descriptor: Digest
    public var ownerEnvelope: Digest
    public var custodianEnvelope: Digest
    public var files: [Digest]

    public init(
        organisation: OrganisationName, record: RecordHandle, grant: StatementID, release: StatementID,
        descriptor: Digest, ownerEnvelope: Digest, custodianEnvelope: Digest, files: [Digest]
    ) {
        self.organisation = organisation
        self.record = record
        self.grant = grant
        self.release = release
        self.descriptor = descriptor
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.files = files
    }
}

/// What a statement says.
public enum Assertion: Hashable, Sendable {
    case enrol(Enrol)
    case retire(Retire)
    case deposit(Deposit)
    case request(Request)
    case route(Route)
    case answer(Answer)
    case grant(Grant)
    case revoke(Revoke)
    case release(Release)
    case acknowledge(Acknowledge)

    public var kind: StatementKind {
        switch self {
        case .enrol: .enrol
        case .retire: .retire
        case .deposit: .deposit
        case .request: .request
        case .route: .route
        case .answer: .answer
        case .grant: .grant
        case .revoke: .revoke
        case .release: .release
        case .acknowledge: .acknowledge
        }
    }
}

/// A statement's payload: what it says, until when it may be ordered, and a nonce that makes it unique.
public struct Statement: Hashable, Sendable {
    public static let nonceBytes = 16

    public var assertion: Assertion
    /// At this ledger time and later it is refused as stale.
    public var validUntil: LedgerTime
    public var nonce: [UInt8]

    public init(_ assertion: Assertion, validUntil: LedgerTime, nonce: [UInt8]) {
        precondition(nonce.count == Self.nonceBytes, "a nonce has 16 bytes")
        self.assertion = assertion
        self.validUntil = validUntil
        self.nonce = nonce
    }

    public func encoded() -> [UInt8] {
        let common: [CBOR.Pair] = [
            .init(0, .unsigned(assertion.kind.rawValue)), .init(1, .unsigned(validUntil)),
            .init(2, .bytes(nonce)),
        ]
        return CBOR.map(common + assertion.fields).encoded()
    }

    /// Throws when `bytes` are not the one encoding of a statement of a kind that this version knows.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> Statement {
        var fields = try FieldReader(try CBOR.decode(bytes))
        guard let kind = StatementKind(rawValue: try fields.unsigned(0)) else {
            throw CBOR.Malformed("an unknown kind of statement")
        }
        let validUntil = try fields.unsigned(1)
        let nonce = try fields.bytes(2)
        guard nonce.count == nonceBytes else { throw CBOR.Malformed("the nonce has not 16 bytes") }
        let assertion = try Assertion(kind, &fields)
        try fields.finish()
        return Statement(assertion, validUntil: validUntil, nonce: nonce)
    }
}
