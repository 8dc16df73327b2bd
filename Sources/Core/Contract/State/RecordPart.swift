/// Files that one statement brought to a record: a deposit, a re-sealing or an appending.
public struct RecordPart: StateValue, Hashable, Sendable {
    public var statement: StatementID
    public var descriptor: Digest
    /// The list of the files.
    public var manifest: Digest
    /// The Merkle root over the files' digests.
    public var root: Digest
    /// What was added has a key of its own; nil: the record's.
    public var key: PartKey?

    public init(
        statement: StatementID, descriptor: Digest, manifest: Digest, root: Digest, key: PartKey? = nil
    ) {
        self.statement = statement
        self.descriptor = descriptor
        self.manifest = manifest
        self.root = root
        self.key = key
    }

    public var items: [CBOR] {
        [
            .bytes32(statement),
            .bytes32(descriptor),
            .bytes32(manifest),
            .bytes32(root),
            key.map { .array($0.items) } ?? .null,
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        statement = try items.bytes32()
        descriptor = try items.bytes32()
        manifest = try items.bytes32()
        root = try items.bytes32()
        key = try items.optional { item throws(CBOR.Malformed) in try item.value() }
    }
}

/// The own key of files that were added to a record.
public struct PartKey: StateValue, Hashable, Sendable {
    /// Of its recipient.
    public var recipientHash: Digest
    /// The key, sealed to the record's key for what is added.
    public var envelope: Digest

    public init(recipientHash: Digest, envelope: Digest) {
        self.recipientHash = recipientHash
        self.envelope = envelope
    }

    public var items: [CBOR] {
        [
            .bytes32(recipientHash),
            .bytes32(envelope),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        recipientHash = try items.bytes32()
        envelope = try items.bytes32()
    }
}
