public import Contract
import Evidence
public import Primitives

/// A record that was sealed and is to be deposited: what names its ciphertext. It is kept at rest until the ledger has
/// the record, so that a deposit that is cut off goes on with the same handle, permit and ciphertext.
///
/// Nothing in it says whose record it is or what it holds.
public struct SealedDeposit: Hashable, Sendable {
    public let record: RecordHandle
    /// SHA-256 of the record key's recipient as text.
    public let recipientHash: Digest
    /// The same of its key for what is added.
    public let additionsHash: Digest
    public let suite: Suite
    public let descriptor: Digest
    /// Nil where there is no owner yet.
    public let ownerEnvelope: Digest?
    public let custodianEnvelope: Digest
    /// The list of the files, and the Merkle root over their digests.
    public let manifest: Digest
    public let root: Digest
    /// Why there is no permit; nil where there is one.
    public let custodial: CustodialReason?
    /// The Merkle root of the one file, where that is a batch.
    public let batch: Digest?

    public init(
        record: RecordHandle, recipientHash: Digest, additionsHash: Digest, suite: Suite, descriptor: Digest,
        ownerEnvelope: Digest?,
        custodianEnvelope: Digest, manifest: Digest, root: Digest, custodial: CustodialReason? = nil,
        batch: Digest? = nil
    ) {
        self.record = record
        self.recipientHash = recipientHash
        self.additionsHash = additionsHash
        self.suite = suite
        self.descriptor = descriptor
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.manifest = manifest
        self.root = root
        self.custodial = custodial
        self.batch = batch
    }

    /// What the custodian says of it.
    func assertion(of custodian: OrganisationName, permit: [UInt8]?) -> Assertion {
        .deposit(
            Deposit(
                organisation: custodian, record: record, permit: permit, recipientHash: recipientHash,
                descriptor: descriptor, ownerEnvelope: ownerEnvelope, custodianEnvelope: custodianEnvelope,
                manifest: manifest, root: root, suite: suite, custodial: custodial, batch: batch,
                additionsHash: additionsHash))
    }

    /// Whether the ledger's record is this one.
    func isRecord(_ state: RecordState) -> Bool {
        state.parts.first?.manifest == manifest && state.recipientHash == recipientHash
    }
}

// MARK: At rest

extension SealedDeposit {
    public var json: JSONValue {
        .object([
            ("record", .text(record.hex)), ("recipientHash", .text(recipientHash.hex)),
            ("additionsHash", .text(additionsHash.hex)),
            ("suite", .number(suite.rawValue)), ("descriptor", .text(descriptor.hex)),
            ("ownerEnvelope", ownerEnvelope.map { .text($0.hex) }),
            ("custodianEnvelope", .text(custodianEnvelope.hex)),
            ("manifest", .text(manifest.hex)), ("root", .text(root.hex)),
            ("custodial", custodial.map { .number($0.rawValue) }), ("batch", batch.map { .text($0.hex) }),
        ])
    }

    public init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        record = try fields.bytes32("record")
        recipientHash = try fields.bytes32("recipientHash")
        additionsHash = try fields.bytes32("additionsHash")
        guard let suite = Suite(rawValue: try fields.number("suite")) else {
            throw JSONValue.Malformed("no suite")
        }
        self.suite = suite
        descriptor = try fields.bytes32("descriptor")
        ownerEnvelope = try fields.has("ownerEnvelope") ? fields.bytes32("ownerEnvelope") : nil
        custodianEnvelope = try fields.bytes32("custodianEnvelope")
        manifest = try fields.bytes32("manifest")
        root = try fields.bytes32("root")
        custodial = try fields.has("custodial") ? Self.reason(try fields.number("custodial")) : nil
        batch = try fields.has("batch") ? fields.bytes32("batch") : nil
        try fields.end()
    }

    private static func reason(_ number: UInt64) throws(JSONValue.Malformed) -> CustodialReason {
        guard let reason = CustodialReason(rawValue: number) else { throw JSONValue.Malformed("no reason") }
        return reason
    }
}
