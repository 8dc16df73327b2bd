public import Contract
public import Foundation

// What goes over the wire as JSON. Ids, keys and digests are lowercase hexadecimal, other bytes base64.
// Nothing of it is signed: what must be believed is a statement, an entry or a checkpoint, and those go as
// their own bytes.

extension Bytes32: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Bytes32(hex: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not 64 lowercase hexadecimal digits")
            )
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

extension Suite: Codable {}

extension OrganisationName: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = OrganisationName(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an organisation's name"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// As `BlobName.text`.
extension BlobName: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = BlobName(text.utf8) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a blob's name"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// A regular expression that every text of one matches, and nothing else.
    public static let pattern: String = {
        let kinds = BlobKind.allCases.filter { $0 != .file }.map(\.name)
        return "[0-9a-f]{64}([.](\(kinds.joined(separator: "|"))))?"
    }()
}

public enum Wire {
    public static let jsonBytesMax = 4 << 20
    public static let letterBytesMax = 64 << 10
    public static let envelopeBytesMax = 4 << 20
    public static let permitsPerCallMax = 500
    public static let permitBytesMax = 8 << 10
    /// How many an inbox may hand over before it is admitted.
    public static let firstPermitsMax = 20
    /// Of one inbox at one organisation, used or not.
    public static let permitsMax = 10_000
    public static let revocationListBytesMax = 4 << 20

    /// The answer to a statement that was accepted.
    public struct Receipt: Codable, Hashable, Sendable {
        public var statement: StatementID
        public var position: UInt64
        public var time: LedgerTime
        /// How far it had come: what the caller waited for, or as much of that as there was in time.
        public var acknowledged: Acknowledged
        /// The signed checkpoint that covers it; empty when it was only sequenced.
        public var checkpoint: Data

        public init(
            statement: StatementID, position: UInt64, time: LedgerTime, acknowledged: Acknowledged,
            checkpoint: Data
        ) {
            self.statement = statement
            self.position = position
            self.time = time
            self.acknowledged = acknowledged
            self.checkpoint = checkpoint
        }
    }

    /// How much an acknowledgement is worth; the ledger's `Acknowledgement`. Each is more than the one before.
    public enum Acknowledged: String, Codable, Sendable, CaseIterable {
        /// Decided, and may still be lost in a crash.
        case sequenced
        /// It survives a power cut, under a signed checkpoint.
        case durable
        /// Enough validators of other organisations have executed it too and cosigned.
        case cosigned
    }

    /// One statement on the ledger, in the stream of events.
    public struct Event: Codable, Hashable, Sendable {
        public var position: UInt64
        public var time: LedgerTime
        /// The kind's name (docs/reference/contract.md).
        public var kind: String
        public var statement: StatementID

        public init(position: UInt64, time: LedgerTime, kind: String, statement: StatementID) {
            self.position = position
            self.time = time
            self.kind = kind
            self.statement = statement
        }
    }

    /// Keys of the contract's state, in hexadecimal; the answer leaves out what is absent.
    public struct StateQuery: Codable, Sendable {
        public var keys: [String]
        public init(keys: [String]) { self.keys = keys }
    }

    public struct StateAnswer: Codable, Sendable {
        public var values: [String: Data]
        public init(values: [String: Data]) { self.values = values }
    }

    /// Keys of the contract's state, in hexadecimal.
    public struct StateKeys: Codable, Sendable {
        public var keys: [String]
        public init(keys: [String]) { self.keys = keys }
    }

    public struct Positions: Codable, Sendable {
        public var positions: [UInt64]
        public init(positions: [UInt64]) { self.positions = positions }
    }

    public struct Proof: Codable, Sendable {
        public var hashes: [Data]
        public init(hashes: [Data]) { self.hashes = hashes }
    }

    public struct Examination: Codable, Sendable {
        public var findings: [String]
        public init(findings: [String]) { self.findings = findings }
    }

    /// A member as the network knows it: everything here is held against the hashes in its enrolment.
    public struct MemberCard: Codable, Hashable, Sendable {
        public var key: PublicKey
        public var organisation: OrganisationName
        /// The age recipient that envelopes for it are sealed to.
        public var recipient: String
        /// Its certificate, DER; the name that people see stands in it.
        public var certificate: Data

        public init(key: PublicKey, organisation: OrganisationName, recipient: String, certificate: Data) {
            self.key = key
            self.organisation = organisation
            self.recipient = recipient
            self.certificate = certificate
        }
    }

    public struct Members: Codable, Sendable {
        public var members: [MemberCard]
        public init(members: [MemberCard]) { self.members = members }
    }

    public struct BlobNames: Codable, Sendable {
        public var blobs: [BlobName]
        public init(blobs: [BlobName]) { self.blobs = blobs }
    }

    /// A page of what a vault holds, each blob hashed again; the following page comes after the last blob of this one,
    /// unless it is the last.
    public struct Inventory: Codable, Sendable {
        public struct Blob: Codable, Hashable, Sendable {
            public var record: RecordHandle
            public var name: BlobName
            public var byteCount: Int
            public var intact: Bool
            public init(record: RecordHandle, name: BlobName, byteCount: Int, intact: Bool) {
                self.record = record
                self.name = name
                self.byteCount = byteCount
                self.intact = intact
            }
        }
        public var blobs: [Blob]
        /// Names in the vault that are no blob's of a record; one may be told on two pages.
        public var foreign: [String]
        public var isLast: Bool
        public init(blobs: [Blob], foreign: [String], isLast: Bool) {
            self.blobs = blobs
            self.foreign = foreign
            self.isLast = isLast
        }
    }

    /// An organisation with what the hashes in its genesis or admission stand for.
    public struct Organisation: Codable, Sendable {
        public var name: OrganisationName
        public var kind: String
        /// The certificate of its authority, PEM.
        public var authority: String
        public var recordsRecipient: String
        public var deskRecipient: String
        /// Scheme, host and port of its own server; nil where the network's serves it.
        public var server: String?

        public init(
            name: OrganisationName, kind: String, authority: String, recordsRecipient: String,
            deskRecipient: String, server: String? = nil
        ) {
            self.name = name
            self.kind = kind
            self.authority = authority
            self.recordsRecipient = recordsRecipient
            self.deskRecipient = deskRecipient
            self.server = server
        }
    }

    public struct Organisations: Codable, Sendable {
        public var organisations: [Organisation]
        public init(organisations: [Organisation]) { self.organisations = organisations }
    }

    /// A patient's wallet introduces itself; the letter is sealed to the desk.
    public struct Application: Codable, Sendable {
        public var inbox: PublicKey
        /// The inbox's age recipient.
        public var recipient: String
        public var letter: Data
        public init(inbox: PublicKey, recipient: String, letter: Data) {
            self.inbox = inbox
            self.recipient = recipient
            self.letter = letter
        }
    }

    public struct Applications: Codable, Sendable {
        public var applications: [Application]
        public init(applications: [Application]) { self.applications = applications }
    }

    public struct InboxStatus: Codable, Sendable {
        /// Whether the organisation has entered the patient in its directory.
        public var admitted: Bool
        /// Whether it has rejected the application: the wallet may apply anew.
        public var rejected: Bool
        /// Permits handed over so far and those still unused.
        public var permitsHandedOver: Int
        public var permitsLeft: Int
        public init(admitted: Bool, rejected: Bool = false, permitsHandedOver: Int, permitsLeft: Int) {
            self.admitted = admitted
            self.rejected = rejected
            self.permitsHandedOver = permitsHandedOver
            self.permitsLeft = permitsLeft
        }

        /// Throws where the numbers cannot be: a wallet derives a key for each permit.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            admitted = try values.decode(Bool.self, forKey: .admitted)
            rejected = try values.decode(Bool.self, forKey: .rejected)
            permitsHandedOver = try values.decode(Int.self, forKey: .permitsHandedOver)
            permitsLeft = try values.decode(Int.self, forKey: .permitsLeft)
            guard (0...Wire.permitsMax).contains(permitsHandedOver),
                (0...permitsHandedOver).contains(permitsLeft)
            else {
                throw DecodingError.dataCorruptedError(
                    forKey: .permitsHandedOver, in: values, debugDescription: "no such numbers of permits")
            }
        }
    }

    /// Permits, each sealed to the desk, numbered from `first` without a gap: handing the same ones over
    /// twice adds nothing.
    public struct Permits: Codable, Sendable {
        public var first: Int
        public var permits: [Data]
        public init(first: Int, permits: [Data]) {
            self.first = first
            self.permits = permits
        }
    }

    /// Asks for one permit; the same `purpose` (a record's handle or a request's id) gets the same permit
    /// again.
    public struct Take: Codable, Sendable {
        public var purpose: Digest
        public init(purpose: Digest) { self.purpose = purpose }
    }

    public struct Taken: Codable, Sendable {
        public var permit: Data
        public init(permit: Data) { self.permit = permit }
    }

    /// A patient in a hospital's directory: found by a keyed index, the entry sealed to the desk.
    public struct DirectoryEntry: Codable, Sendable {
        public var index: Digest
        public var inbox: PublicKey
        public var recipient: String
        public var entry: Data
        public init(index: Digest, inbox: PublicKey, recipient: String, entry: Data) {
            self.index = index
            self.inbox = inbox
            self.recipient = recipient
            self.entry = entry
        }
    }

    /// The addressee of a letter: `desk`, or a key, in JSON.
    public enum Addressee: Codable, Hashable, Sendable {
        /// The desk of the organisation that keeps the letter.
        case desk
        /// A patient's inbox or a member.
        case key(PublicKey)

        private static let deskName = "desk"

        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self =
                try container.decode(String.self) == Self.deskName
                ? .desk : .key(try container.decode(PublicKey.self))
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .desk: try container.encode(Self.deskName)
            case .key(let key): try container.encode(key)
            }
        }
    }

    /// A sealed letter about a request, kept at the custodian's desk.
    public struct Letter: Codable, Sendable {
        public var addressee: Addressee
        public var request: StatementID
        public var body: Data
        public init(addressee: Addressee, request: StatementID, body: Data) {
            self.addressee = addressee
            self.request = request
            self.body = body
        }
    }

    public struct Letters: Codable, Sendable {
        public var letters: [Letter]
        /// Where the next page begins; nil at the end.
        public var next: UInt64?
        public init(letters: [Letter], next: UInt64?) {
            self.letters = letters
            self.next = next
        }
    }
}
