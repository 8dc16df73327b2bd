public import Age
public import Contract
import Evidence

/// The keys of a record as one party holds them: what an envelope brings (docs/decisions/0027).
///
/// The record's key opens what it was deposited or last sealed anew with. What is added has a key of its own each time,
/// sealed to the record's key for additions: whoever holds that opens what is added later too. A grant of what there is
/// brings the own keys of that instead, and none that opens anything later.
public struct RecordKeys: Sendable {
    public let record: AgeIdentity
    /// Opens the envelope of each addition; nil where only what there was is held.
    public let additions: AgeIdentity?
    /// The own keys of what was added, where `additions` is nil.
    let added: [AgeIdentity]

    /// All that there is of a record, and what is added.
    public init(_ record: AgeIdentity, additions: AgeIdentity) {
        self.record = record
        self.additions = additions
        added = []
    }

    /// What there is of a record, of which `added` are the own keys of what was added.
    public init(present record: AgeIdentity, added: [AgeIdentity] = []) {
        self.record = record
        additions = nil
        self.added = added
    }

    /// Of a new record, or of one that is sealed anew.
    public static func generate(_ kind: AgeKeyKind) -> RecordKeys {
        RecordKeys(.generate(kind), additions: .generate(kind))
    }

    /// As an envelope has them.
    var identities: [AgeIdentity] { [record] + (additions.map { [$0] } ?? added) }

    /// Which keys an envelope has, by the SHA-256 of their recipients, as the ledger names them.
    public enum Hashes: Sendable {
        case whole(record: Digest, additions: Digest)
        /// `added` in the order of the parts.
        case present(record: Digest, added: [Digest])
    }

    /// The identities of an envelope. Throws `unverified` unless they are those that the ledger names.
    ///
    /// Of what was added the last may be missing: it came while the grant was under way.
    init(_ identities: [AgeIdentity], of hashes: Hashes) throws(PartyError) {
        let found = identities.map { $0.recipient.hash }
        let kinds = Set(identities.map { $0.kind })
        switch hashes {
        case .whole(let record, let additions):
            guard found == [record, additions], kinds.count == 1 else { throw Self.otherKeys }
            self.init(identities[0], additions: identities[1])
        case .present(let record, let added):
            let named = [record] + added
            guard !found.isEmpty, found.count <= named.count, found == Array(named[..<found.count]),
                kinds.count == 1
            else { throw Self.otherKeys }
            self.init(present: identities[0], added: Array(identities[1...]))
        }
    }

    private static let otherKeys = PartyError.unverified(
        "the key in the envelope is not the one that the ledger names for this record")
}

extension RecordState {
    /// What the envelopes of those have who hold all of the record and what is added.
    public var keyHashes: RecordKeys.Hashes { .whole(record: recipientHash, additions: additionsHash) }
}

extension Reseal {
    /// What the new envelope of the owner has.
    public var keyHashes: RecordKeys.Hashes { .whole(record: recipientHash, additions: additionsHash) }
}

extension GrantState {
    /// What the grantee's envelope has. Whoever receives a record keeps it from then on, with all its keys.
    public func keyHashes(of state: RecordState) -> RecordKeys.Hashes {
        guard kind != .transfer, coverage != .growing else { return state.keyHashes }
        return .present(
            record: state.recipientHash,
            added: covered(of: state).compactMap { $0.key?.recipientHash })
    }
}
