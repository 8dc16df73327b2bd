public import API
public import Contract

// What the commands of patients print with --json.

extension Printed {
    /// A request that was passed on to the patient (`medseal inbox`).
    public struct InboxRequest: Encodable, Sendable {
        /// The request's id.
        public let request: StatementID
        /// Who keeps the records.
        public let custodian: OrganisationName
        /// Name, role and organisation of who asks; or why they are not to be trusted.
        public let requester: String
        /// Whether they are.
        public let verified: Bool
        /// Whether this name had another key when it was approved before.
        public let isUnderAnotherKey: Bool
        /// What for.
        public let purpose: String
        /// `read` or `transfer`.
        public let kind: String
        /// Until when it may be answered.
        public let notAfter: LedgerTime
        /// `open`, `routed`, `approved`, `rejected`.
        public let stage: String
        /// What the requester writes.
        public let text: String

        public init(
            request: StatementID, custodian: OrganisationName, requester: String, verified: Bool,
            isUnderAnotherKey: Bool, purpose: String, kind: String, notAfter: LedgerTime, stage: String,
            text: String
        ) {
            self.request = request
            self.custodian = custodian
            self.requester = requester
            self.verified = verified
            self.isUnderAnotherKey = isUnderAnotherKey
            self.purpose = purpose
            self.kind = kind
            self.notAfter = notAfter
            self.stage = stage
            self.text = text
        }
    }

    /// A record of the patient's with who may open it (`medseal records`).
    public struct OwnRecord: Encodable, Sendable {
        /// Its handle.
        public let record: RecordHandle
        /// Who keeps it.
        public let custodians: [OrganisationName]
        /// When it was deposited.
        public let depositedAt: LedgerTime
        /// What is in it.
        public let files: [RecordFile]
        /// Who may open it.
        public let grants: [RecordGrant]

        public init(
            record: RecordHandle, custodians: [OrganisationName], depositedAt: LedgerTime,
            files: [RecordFile], grants: [RecordGrant]
        ) {
            self.record = record
            self.custodians = custodians
            self.depositedAt = depositedAt
            self.files = files
            self.grants = grants
        }
    }

    /// A file of a record, as its sealed descriptor has it.
    public struct RecordFile: Encodable, Sendable {
        /// Its name, escaped.
        public let name: String
        /// Its media type, escaped.
        public let mediaType: String
        /// Its length.
        public let byteCount: Int
        /// SHA-256 of the file.
        public let sha256: Digest
        /// SHA-256 of the ciphertext, its name in the vault.
        public let ciphertext: Digest
        /// Of an image: the modality.
        public let modality: String?
        /// Of an image: the day of the study.
        public let studyDate: String?
        /// Of an image: the part of the body.
        public let bodyPart: String?

        public init(
            name: String, mediaType: String, byteCount: Int, sha256: Digest, ciphertext: Digest,
            modality: String?, studyDate: String?, bodyPart: String?
        ) {
            self.name = name
            self.mediaType = mediaType
            self.byteCount = byteCount
            self.sha256 = sha256
            self.ciphertext = ciphertext
            self.modality = modality
            self.studyDate = studyDate
            self.bodyPart = bodyPart
        }
    }

    /// A grant on a record, as its owner sees it.
    public struct RecordGrant: Encodable, Sendable {
        /// Its id.
        public let grant: StatementID
        /// Who may open it, verified; or why they are not to be trusted.
        public let grantee: String
        /// `read`, `transfer` or `append`.
        public let kind: String
        /// What for.
        public let purpose: String
        /// `in force`, `not yet valid`, `expired`, `used up` or `revoked`.
        public let stage: String
        /// When it ends.
        public let notAfter: LedgerTime
        /// How often it was used.
        public let releasesUsed: UInt64
        /// How often it may be.
        public let releasesAllowed: UInt64

        public init(
            grant: StatementID, grantee: String, kind: String, purpose: String, stage: String,
            notAfter: LedgerTime, releasesUsed: UInt64, releasesAllowed: UInt64
        ) {
            self.grant = grant
            self.grantee = grantee
            self.kind = kind
            self.purpose = purpose
            self.stage = stage
            self.notAfter = notAfter
            self.releasesUsed = releasesUsed
            self.releasesAllowed = releasesAllowed
        }
    }

    /// An approval (`medseal approve`).
    public struct Approved: Encodable, Sendable {
        /// What was granted.
        public let grants: [StatementID]
        /// How sure that is: `sequenced`, `durable` or `cosigned`.
        public let acknowledged: Wire.Acknowledged

        public init(grants: [StatementID], acknowledged: Wire.Acknowledged) {
            self.grants = grants
            self.acknowledged = acknowledged
        }
    }

    /// A request that was rejected (`medseal reject`).
    public struct Rejected: Encodable, Sendable {
        /// Its id.
        public let request: StatementID
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged

        public init(request: StatementID, acknowledged: Wire.Acknowledged) {
            self.request = request
            self.acknowledged = acknowledged
        }
    }

    /// Grants that were ended (`medseal revoke`).
    public struct Revoked: Encodable, Sendable {
        /// Their ids.
        public let grants: [StatementID]
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged

        public init(grants: [StatementID], acknowledged: Wire.Acknowledged) {
            self.grants = grants
            self.acknowledged = acknowledged
        }
    }

    /// A grant without a request (`medseal grant`).
    public struct Granted: Encodable, Sendable {
        /// Its id.
        public let grant: StatementID
        /// Where the log has it.
        public let position: UInt64
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged

        public init(grant: StatementID, position: UInt64, acknowledged: Wire.Acknowledged) {
            self.grant = grant
            self.position = position
            self.acknowledged = acknowledged
        }
    }

    /// A file that was fetched, checked and opened.
    public struct OpenedFile: Encodable, Sendable {
        /// Where it was written.
        public let path: String
        /// Its length.
        public let byteCount: Int
        /// Its SHA-256.
        public let sha256: Digest
        /// Its media type.
        public let mediaType: String
        /// Whether it begins like a program.
        public let holdsProgram: Bool

        public init(path: String, byteCount: Int, sha256: Digest, mediaType: String, holdsProgram: Bool) {
            self.path = path
            self.byteCount = byteCount
            self.sha256 = sha256
            self.mediaType = mediaType
            self.holdsProgram = holdsProgram
        }
    }

    /// A record that was fetched (`medseal fetch`, `fetch-own`, `proxy fetch`).
    public struct FetchedRecord: Encodable, Sendable {
        /// Its handle.
        public let record: RecordHandle
        /// The release under which it was served.
        public let release: StatementID
        /// What was written.
        public let files: [OpenedFile]
        /// How many additions came while the grant was under way, and are not in it.
        public let additionsLeftOut: Int

        public init(
            record: RecordHandle, release: StatementID, files: [OpenedFile], additionsLeftOut: Int
        ) {
            self.record = record
            self.release = release
            self.files = files
            self.additionsLeftOut = additionsLeftOut
        }
    }

    /// A wallet that was introduced to a hospital (`medseal wallet join`).
    public struct Joined: Encodable, Sendable {
        /// The hospital.
        public let organisation: OrganisationName
        /// What the hospital compares.
        public let shortCode: String
        /// How many permits it got.
        public let permits: Int
        /// Whether the wallet was made now.
        public let newWallet: Bool

        public init(organisation: OrganisationName, shortCode: String, permits: Int, newWallet: Bool) {
            self.organisation = organisation
            self.shortCode = shortCode
            self.permits = permits
            self.newWallet = newWallet
        }
    }

    /// Permits that were handed over (`medseal wallet top-up`).
    public struct ToppedUp: Encodable, Sendable {
        /// Who got them.
        public let organisation: OrganisationName
        /// How many new ones.
        public let permits: Int

        public init(organisation: OrganisationName, permits: Int) {
            self.organisation = organisation
            self.permits = permits
        }
    }

    /// A wallet that was recovered (`medseal wallet recover`).
    public struct Recovered: Encodable, Sendable {
        /// Who knows it.
        public let organisations: [OrganisationName]

        public init(organisations: [OrganisationName]) {
            self.organisations = organisations
        }
    }

    /// An invitation to entrust records (`medseal proxy invite`).
    public struct Invited: Encodable, Sendable {
        /// The file.
        public let invitation: String
        /// For how many records.
        public let records: Int

        public init(invitation: String, records: Int) {
            self.invitation = invitation
            self.records = records
        }
    }

    /// A record that was entrusted to the caller (`medseal proxy list`).
    public struct EntrustedRecord: Encodable, Sendable {
        /// Its handle.
        public let record: RecordHandle
        /// What the guardian may do.
        public let scope: String
        /// When that ends.
        public let until: LedgerTime
        /// Whether it has ended.
        public let isOver: Bool

        public init(record: RecordHandle, scope: String, until: LedgerTime, isOver: Bool) {
            self.record = record
            self.scope = scope
            self.until = until
            self.isOver = isOver
        }
    }

    /// What happened to a patient's records (`medseal history`).
    public struct History<Event: Encodable & Sendable, Use: Encodable & Sendable>: Encodable, Sendable {
        /// Every statement about them, in the order of the log.
        public let events: [Event]
        /// Every grant, with how often it was used.
        public let grants: [Use]

        public init(events: [Event], grants: [Use]) {
            self.events = events
            self.grants = grants
        }
    }
}
