public import Age
public import Contract
public import Evidence
import Identity
import Primitives

/// The parts of a record as they are opened, one blob after the other: for what was added the envelope of its key, where
/// the keys open that; then the descriptor.
public struct OpenedParts: Sendable {
    /// A part that is open.
    public struct Part: Sendable {
        public let part: RecordPart
        public let descriptor: Descriptor
        fileprivate let key: AgeIdentity
    }

    public let record: RecordHandle
    public let keys: RecordKeys
    /// How many parts were added while a grant of what there is was under way: it has no key for them.
    public let leftOut: Int
    public private(set) var parts: [Part] = []
    /// What was taken, as it is stored.
    public private(set) var sealed: [(blob: BlobName, bytes: [UInt8])] = []

    private let all: [RecordPart]
    /// The own key of the part that comes next, once its envelope was taken.
    private var key: AgeIdentity?
    /// The keys of files that were added.
    private var added: [Digest: AgeIdentity] = [:]

    /// Nothing of `parts` is open yet; parts for which `keys` has no key are left out. Throws `rejected` where no part is left: the right to the record is of another sealing.
    public init(
        _ keys: RecordKeys, of record: RecordHandle, parts: [RecordPart]
    ) throws(PartyError) {
        let held = keys.additions == nil ? Set(keys.added.map { $0.recipient.hash }) : nil
        all = parts.filter { part in
            guard let own = part.key, let held else { return true }
            return held.contains(own.recipientHash)
        }
        guard !all.isEmpty else { throw .rejected(.superseded) }
        leftOut = parts.count - all.count
        self.record = record
        self.keys = keys
    }

    /// What is to be taken next; nil once every part is open.
    public var next: BlobName? {
        guard parts.count < all.count else { return nil }
        let part = all[parts.count]
        if let own = part.key, key == nil, keys.additions != nil {
            return BlobName(own.envelope, .additionEnvelope)
        }
        return BlobName(part.descriptor, .descriptor)
    }

    /// Takes the bytes of what comes next. Throws `unverified` unless they are what the ledger names, and open.
    public mutating func take(_ bytes: [UInt8]) throws(PartyError) {
        guard let blob = next else { preconditionFailure("every part is open") }
        guard Digest(hashing: bytes) == blob.digest else {
            throw .unverified("the vault's bytes have not the hash that the ledger names: \(blob.digest)")
        }
        let part = all[parts.count]
        if blob.kind == .additionEnvelope, let own = part.key, let additions = keys.additions {
            key = try Envelope.open(bytes, of: own, addedTo: record, with: additions)
        } else {
            let opener: AgeIdentity
            if let key { opener = key } else { opener = held(for: part) }
            let descriptor = try Descriptor(opening: bytes, of: part, with: opener)
            if part.key != nil { for file in descriptor.files { added[file.ciphertext] = opener } }
            parts.append(Part(part: part, descriptor: descriptor, key: opener))
            key = nil
        }
        sealed.append((blob, bytes))
    }

    private func held(for part: RecordPart) -> AgeIdentity {
        guard let own = part.key else { return keys.record }
        guard let key = keys.added.first(where: { $0.recipient.hash == own.recipientHash }) else {
            preconditionFailure("parts without a key were left out")
        }
        return key
    }

    /// What the descriptors of the parts say together; every part is open.
    public var descriptor: Descriptor { Descriptor(of: parts.map { $0.descriptor }) }

    /// What opens a file of the parts.
    public func key(of file: Descriptor.File) -> AgeIdentity { added[file.ciphertext] ?? keys.record }

    /// The keys that a grant brings, which holds `kind` and `coverage`; every part is open.
    public func keys(granting kind: GrantKind, _ coverage: Coverage) -> RecordKeys {
        guard kind != .transfer, coverage != .growing else { return keys }
        return RecordKeys(
            present: keys.record, added: parts.filter { $0.part.key != nil }.map { $0.key })
    }
}
