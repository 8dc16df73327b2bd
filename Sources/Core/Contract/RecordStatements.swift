// What is kept, by whom, and that it is gone.

/// A member of the custodian records ciphertext under a permit of the patient's, or openly without one.
public struct Deposit: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var permit: [UInt8]?
    /// SHA-256 of the record key's recipient as text.
    public var recipientHash: Digest
    public var descriptor: Digest
    /// Left out where there is no owner yet.
    public var ownerEnvelope: Digest?
    public var custodianEnvelope: Digest
    public var files: [Digest]
    /// The kind of the record key's recipient: nobody with a weaker one is granted anything.
    public var suite: Suite
    /// Why there is no permit.
    public var custodial: CustodialReason?
    /// The Merkle root of the entries of the one file, where that is a batch (docs/format.md).
    public var batch: Digest?

    public init(
        organisation: OrganisationName, record: RecordHandle, permit: [UInt8]? = nil, recipientHash: Digest,
        descriptor: Digest, ownerEnvelope: Digest? = nil, custodianEnvelope: Digest, files: [Digest],
        suite: Suite, custodial: CustodialReason? = nil, batch: Digest? = nil
    ) {
        self.organisation = organisation
        self.record = record
        self.permit = permit
        self.recipientHash = recipientHash
        self.descriptor = descriptor
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.files = files
        self.suite = suite
        self.custodial = custodial
        self.batch = batch
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, permit.map { .bytes($0) }),
            .init(6, .bytes32(recipientHash)),
            .init(7, .bytes32(descriptor)),
            .init(8, ownerEnvelope.map { .bytes32($0) }),
            .init(9, .bytes32(custodianEnvelope)),
            .init(10, .digests(files)),
            .init(11, .unsigned(suite.rawValue)),
            .init(12, custodial.map { .unsigned($0.rawValue) }),
            .init(13, batch.map { .bytes32($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        permit = try fields.optionalBytes(5)
        recipientHash = try fields.bytes32(6)
        descriptor = try fields.bytes32(7)
        ownerEnvelope = try fields.optionalBytes32(8)
        custodianEnvelope = try fields.bytes32(9)
        files = try fields.digests(10)
        suite = try fields.choice(11)
        custodial = try fields.optionalChoice(12)
        batch = try fields.optionalBatch(13, files: files)
        guard permit == nil || custodial == nil, (ownerEnvelope == nil) == (custodial != nil) else {
            throw CBOR.Malformed("a record has an owner or a reason why it has none")
        }
    }
}

/// The custodian adds files to a record, as its owner has granted or agrees now (`approvals`).
public struct Append: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    /// The owner's standing consent: a grant of the kind `append`.
    public var grant: StatementID?
    /// Takes the place of the present one.
    public var descriptor: Digest
    /// The further files.
    public var files: [Digest]
    /// The Merkle root of the entries of the one file, where that is a batch (docs/format.md).
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

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, grant.map { .bytes32($0) }),
            .init(6, .bytes32(descriptor)),
            .init(7, .digests(files)),
            .init(8, batch.map { .bytes32($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        grant = try fields.optionalBytes32(5)
        descriptor = try fields.bytes32(6)
        files = try fields.digests(7)
        batch = try fields.optionalBatch(8, files: files)
    }
}

/// The custodian seals a record anew under another key, because its owner orders it (`approvals`).
public struct Reseal: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var recipientHash: Digest
    public var suite: Suite
    public var descriptor: Digest
    public var ownerEnvelope: Digest
    public var custodianEnvelope: Digest
    /// The same files in the same order, sealed anew.
    public var files: [Digest]
    /// The grants that live on, and their new envelopes; all others open nothing any more.
    public var grants: [Rewrapped<StatementMeaning>]
    /// The delegates who may read on, and their new envelopes.
    public var delegates: [Rewrapped<KeyMeaning>]

    public init(
        organisation: OrganisationName, record: RecordHandle, recipientHash: Digest, suite: Suite,
        descriptor: Digest, ownerEnvelope: Digest, custodianEnvelope: Digest, files: [Digest],
        grants: [Rewrapped<StatementMeaning>], delegates: [Rewrapped<KeyMeaning>]
    ) {
        self.organisation = organisation
        self.record = record
        self.recipientHash = recipientHash
        self.suite = suite
        self.descriptor = descriptor
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.files = files
        self.grants = grants
        self.delegates = delegates
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, .bytes32(recipientHash)),
            .init(6, .unsigned(suite.rawValue)),
            .init(7, .bytes32(descriptor)),
            .init(8, .bytes32(ownerEnvelope)),
            .init(9, .bytes32(custodianEnvelope)),
            .init(10, .digests(files)),
            .init(11, .array(grants.map { $0.item })),
            .init(12, .array(delegates.map { $0.item })),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        recipientHash = try fields.bytes32(5)
        suite = try fields.choice(6)
        descriptor = try fields.bytes32(7)
        ownerEnvelope = try fields.bytes32(8)
        custodianEnvelope = try fields.bytes32(9)
        files = try fields.digests(10)
        grants = try fields.rewrapped(11)
        delegates = try fields.rewrapped(12)
    }
}

/// The sending custodian of a transfer says what it sent, hash by hash: one half of the receipt.
public struct Dispatch: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var grant: StatementID
    public var release: StatementID
    public var descriptor: Digest
    public var files: [Digest]

    public init(
        organisation: OrganisationName, record: RecordHandle, grant: StatementID, release: StatementID,
        descriptor: Digest, files: [Digest]
    ) {
        self.organisation = organisation
        self.record = record
        self.grant = grant
        self.release = release
        self.descriptor = descriptor
        self.files = files
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, .bytes32(grant)),
            .init(6, .bytes32(release)),
            .init(7, .bytes32(descriptor)),
            .init(8, .digests(files)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        grant = try fields.bytes32(5)
        release = try fields.bytes32(6)
        descriptor = try fields.bytes32(7)
        files = try fields.digests(8)
    }
}

/// The receiving organisation of a transfer holds the same bytes: the other half of the receipt.
public struct Acknowledge: StatementContent, Hashable, Sendable {
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

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, .bytes32(grant)),
            .init(6, .bytes32(release)),
            .init(7, .bytes32(descriptor)),
            .init(8, .bytes32(ownerEnvelope)),
            .init(9, .bytes32(custodianEnvelope)),
            .init(10, .digests(files)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        grant = try fields.bytes32(5)
        release = try fields.bytes32(6)
        descriptor = try fields.bytes32(7)
        ownerEnvelope = try fields.bytes32(8)
        custodianEnvelope = try fields.bytes32(9)
        files = try fields.digests(10)
    }
}

/// A record that was deposited without a permit gets its owner: the key of the permit.
public struct Adopt: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var permit: [UInt8]?
    public var ownerEnvelope: Digest

    public init(
        organisation: OrganisationName, record: RecordHandle, permit: [UInt8]? = nil, ownerEnvelope: Digest
    ) {
        self.organisation = organisation
        self.record = record
        self.permit = permit
        self.ownerEnvelope = ownerEnvelope
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, permit.map { .bytes($0) }),
            .init(6, .bytes32(ownerEnvelope)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        permit = try fields.optionalBytes(5)
        ownerEnvelope = try fields.bytes32(6)
    }
}

/// A record's owner orders it to be erased everywhere.
public struct Remove: StatementContent, Hashable, Sendable {
    public var record: RecordHandle

    public init(
        record: RecordHandle
    ) {
        self.record = record
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .bytes32(record))
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        record = try fields.bytes32(3)
    }
}

/// A custodian has erased what it had to: all of a removed record, or what a re-sealing has replaced.
public struct AttestErasure: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle

    public init(
        organisation: OrganisationName, record: RecordHandle
    ) {
        self.organisation = organisation
        self.record = record
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
    }
}

/// A custodian must keep its copies, whatever the owner orders, until a time; or need no longer.
public struct Hold: StatementContent, Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var reason: HoldReason
    /// Left out where a hold is lifted.
    public var until: LedgerTime?

    public init(
        organisation: OrganisationName, record: RecordHandle, reason: HoldReason, until: LedgerTime? = nil
    ) {
        self.organisation = organisation
        self.record = record
        self.reason = reason
        self.until = until
    }

    var fields: [CBOR.Pair?] {
        [
            .init(3, .name(organisation)),
            .init(4, .bytes32(record)),
            .init(5, .unsigned(reason.rawValue)),
            .init(6, until.map { .unsigned($0) }),
        ]
    }

    init(_ fields: inout FieldReader) throws(CBOR.Malformed) {
        organisation = try fields.organisation(3)
        record = try fields.bytes32(4)
        reason = try fields.choice(5)
        until = try fields.optionalUnsigned(6)
    }
}
