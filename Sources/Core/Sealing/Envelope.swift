public import Age
public import Contract
public import Evidence
import Identity
import Primitives

extension AgeKeyKind {
    /// As the ledger names it.
    public var suite: Suite { self == .hybrid ? .hybrid : .classical }
}

/// A record's keys, wrapped for one party: an age file whose plaintext is an identity file, in whose comments
/// stands what it is for. The key of what was added is wrapped so too, for the record's key for additions.
///
/// An age stanza by itself says nothing of record, grant or grantee (T11). So the comments do, the ledger
/// holds the envelope's hash, and whoever opens one holds every comment and the key itself against the
/// ledger.
public enum Envelope {
    /// What an envelope is bound to.
    public enum Binding: Hashable, Sendable {
        case owner(RecordHandle)
        case custodian(RecordHandle)
        /// Whoever holds the record's key for what is added.
        case addition(RecordHandle)
        /// Whoever holds an organisation's desk key and has the role.
        case role(RecordHandle, nonce: [UInt8], OrganisationName, Role, notAfter: LedgerTime)
        /// A clinician, for an emergency.
        case emergency(RecordHandle, reader: PublicKey)
        /// A guardian or proxy, by the key that acts for this record.
        case delegate(RecordHandle, PublicKey)
        /// A grant is named by the nonce of its statement: its id is the hash of what names the envelope.
        case grant(RecordHandle, nonce: [UInt8], grantee: PublicKey, notAfter: LedgerTime)

        public var comments: [String] {
            switch self {
            case .owner(let record): ["record: \(record)", "for: owner"]
            case .custodian(let record): ["record: \(record)", "for: custodian"]
            case .addition(let record): ["record: \(record)", "for: what is added"]
            case .role(let record, let nonce, let organisation, let role, let notAfter):
                [
                    "record: \(record)", "grant: \(lowercaseHex(nonce))",
                    "grantee: any \(role.name) of \(organisation)", "not-after: \(notAfter)",
                ]
            case .emergency(let record, let reader): ["record: \(record)", "emergency-reader: \(reader)"]
            case .delegate(let record, let key): ["record: \(record)", "delegate: \(key)"]
            case .grant(let record, let nonce, let grantee, let notAfter):
                [
                    "record: \(record)", "grant: \(lowercaseHex(nonce))", "grantee: \(grantee)",
                    "not-after: \(notAfter)",
                ]
            }
        }
    }

    /// Wraps a record's keys for a member: only for one whose identity was verified (T3).
    public static func wrap(
        _ keys: RecordKeys, record: RecordHandle, nonce: [UInt8], notAfter: LedgerTime,
        for grantee: VerifiedMember
    ) throws(PartyError) -> [UInt8] {
        try seal(
            keys.identities, .grant(record, nonce: nonce, grantee: grantee.key, notAfter: notAfter),
            to: grantee.recipient)
    }

    /// Wraps a record's keys for its owner: a patient whose directory entry the desk itself wrote.
    public static func wrap(
        _ keys: RecordKeys, record: RecordHandle, for owner: AdmittedPatient
    ) throws(PartyError) -> [UInt8] {
        try seal(keys.identities, .owner(record), to: owner.recipient)
    }

    /// Wraps a record's keys for any member of a custodian in a role: sealed to its desk, whose recipient the
    /// genesis pins.
    public static func wrap(
        _ keys: RecordKeys, record: RecordHandle, nonce: [UInt8], notAfter: LedgerTime, role: Role,
        of organisation: NetworkOrganisation
    ) throws(PartyError) -> [UInt8] {
        try seal(
            keys.identities,
            .role(record, nonce: nonce, organisation.name, role, notAfter: notAfter),
            to: organisation.deskRecipient)
    }

    /// Wraps a record's keys for a clinician, for an emergency that may be declared.
    public static func wrap(
        _ keys: RecordKeys, record: RecordHandle, forEmergency reader: VerifiedMember
    ) throws(PartyError) -> [UInt8] {
        try seal(keys.identities, .emergency(record, reader: reader.key), to: reader.recipient)
    }

    /// Wraps a record's keys for a guardian or proxy, whose invitation was verified.
    public static func wrap(
        _ keys: RecordKeys, record: RecordHandle,
        for delegate: (key: PublicKey, recipient: AgeRecipient)
    ) throws(PartyError) -> [UInt8] {
        try seal(keys.identities, .delegate(record, delegate.key), to: delegate.recipient)
    }

    /// Wraps a record's keys for a custodian, whose recipient the genesis pins.
    public static func wrap(
        _ keys: RecordKeys, record: RecordHandle, for custodian: NetworkOrganisation
    ) throws(PartyError) -> [UInt8] {
        try seal(keys.identities, .custodian(record), to: custodian.recordsRecipient)
    }

    private static func seal(
        _ identities: [AgeIdentity], _ binding: Binding, to recipient: AgeRecipient
    ) throws(PartyError) -> [UInt8] {
        let file = IdentityFile(comments: binding.comments, identities: identities)
        do {
            return try Age.seal(file.serialized(), for: .recipients([recipient]))
        } catch {
            throw PartyError(.badInput, "the envelope cannot be sealed", cause: error)
        }
    }

    /// Wraps the own key of what is added to a record for whoever holds its key for additions.
    public static func wrap(
        _ key: AgeIdentity, addedTo record: RecordHandle, for additions: AgeRecipient
    ) throws(PartyError) -> [UInt8] {
        try seal([key], .addition(record), to: additions)
    }

    /// The record's keys in an envelope.
    ///
    /// Throws `unverified` unless `identity` opens it, it is bound to exactly `binding`, and the keys in it are
    /// those whose recipients the ledger names.
    public static func open(
        _ envelope: [UInt8], with identity: AgeIdentity, expecting binding: Binding,
        of hashes: RecordKeys.Hashes
    ) throws(PartyError) -> RecordKeys {
        try RecordKeys(try identities(in: envelope, with: identity, expecting: binding), of: hashes)
    }

    /// The own key of what was added to a record. Throws as the other.
    static func open(
        _ envelope: [UInt8], of key: PartKey, addedTo record: RecordHandle, with additions: AgeIdentity
    ) throws(PartyError) -> AgeIdentity {
        let found = try identities(in: envelope, with: additions, expecting: .addition(record))
        return try RecordKeys(found, of: .present(record: key.recipientHash, added: [])).record
    }

    private static func identities(
        in envelope: [UInt8], with identity: AgeIdentity, expecting binding: Binding
    ) throws(PartyError) -> [AgeIdentity] {
        let file: IdentityFile
        do {
            let plain = try openSecret(envelope, with: .identity(identity))
            var bytes = plain.withUnsafeBytes { Array($0) }
            defer { wipe(&bytes) }
            file = try IdentityFile(parsing: bytes)
        } catch {
            throw .unverified("the envelope does not open", cause: error)
        }
        guard file.comments.elementsEqual(binding.comments, by: { $0.utf8.elementsEqual($1.utf8) }) else {
            throw .unverified("the envelope was made for another record, grant, member or time")
        }
        return file.identities
    }
}
