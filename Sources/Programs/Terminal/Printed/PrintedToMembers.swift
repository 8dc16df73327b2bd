public import API
public import Contract

// What the commands of members print with --json.

extension Printed {
    /// A statement that is on the ledger: what most commands answer.
    public struct Statement: Encodable, Sendable {
        /// Its id.
        public let statement: StatementID
        /// Where the log has it.
        public let position: UInt64
        /// How sure that is: `sequenced`, `durable` or `cosigned`.
        public let acknowledged: Wire.Acknowledged

        public init(statement: StatementID, position: UInt64, acknowledged: Wire.Acknowledged) {
            self.statement = statement
            self.position = position
            self.acknowledged = acknowledged
        }
    }

    /// A record that was deposited (`medseal deposit`).
    public struct Deposited: Encodable, Sendable {
        /// Its handle.
        public let record: RecordHandle
        /// SHA-256 of each ciphertext; empty for a custodial record.
        public let files: [Digest]
        /// Whether it was there before.
        public let alreadyDeposited: Bool
        /// Where the log has it; absent if it was there before.
        public let position: UInt64?
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged?
        /// The record whose place it takes, because the vault had lost some of it.
        public let lost: RecordHandle?

        public init(
            record: RecordHandle, files: [Digest], alreadyDeposited: Bool, position: UInt64?,
            acknowledged: Wire.Acknowledged?, lost: RecordHandle?
        ) {
            self.record = record
            self.files = files
            self.alreadyDeposited = alreadyDeposited
            self.position = position
            self.acknowledged = acknowledged
            self.lost = lost
        }
    }

    /// A patient who was entered in the directory (`medseal patient admit`).
    public struct Admitted: Encodable, Sendable {
        /// The patient's number.
        public let patient: String

        public init(patient: String) {
            self.patient = patient
        }
    }

    /// What became of applications that a desk rejects (`medseal patient reject`).
    public struct RejectedApplications: Encodable, Sendable {
        /// How many were rejected.
        public let applications: Int

        public init(applications: Int) {
            self.applications = applications
        }
    }

    /// A wallet that waits to be admitted (`medseal patient list-applications`).
    public struct Application: Encodable, Sendable {
        /// What the patient's wallet shows.
        public let shortCode: String
        /// How many permits came with it.
        public let permits: Int
        /// Its inbox's key.
        public let inbox: PublicKey

        public init(shortCode: String, permits: Int, inbox: PublicKey) {
            self.shortCode = shortCode
            self.permits = permits
            self.inbox = inbox
        }
    }

    /// A request that was made (`medseal request`).
    public struct Requested: Encodable, Sendable {
        /// Its id.
        public let request: StatementID
        /// Where the log has it.
        public let position: UInt64
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged

        public init(request: StatementID, position: UInt64, acknowledged: Wire.Acknowledged) {
            self.request = request
            self.position = position
            self.acknowledged = acknowledged
        }
    }

    /// A request that was passed on (`medseal route`).
    public struct Routed: Encodable, Sendable {
        /// Its id.
        public let request: StatementID
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged

        public init(request: StatementID, acknowledged: Wire.Acknowledged) {
            self.request = request
            self.acknowledged = acknowledged
        }
    }

    /// A grant to the caller (`medseal grants`).
    public struct ReceivedGrant: Encodable, Sendable {
        /// Its id.
        public let grant: StatementID
        /// The record that it opens.
        public let record: RecordHandle
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
        /// Who keeps the record.
        public let custodians: [OrganisationName]

        public init(
            grant: StatementID, record: RecordHandle, kind: String, purpose: String, stage: String,
            notAfter: LedgerTime, releasesUsed: UInt64, releasesAllowed: UInt64,
            custodians: [OrganisationName]
        ) {
            self.grant = grant
            self.record = record
            self.kind = kind
            self.purpose = purpose
            self.stage = stage
            self.notAfter = notAfter
            self.releasesUsed = releasesUsed
            self.releasesAllowed = releasesAllowed
            self.custodians = custodians
        }
    }

    /// A record that was received in a transfer (`medseal receive`).
    public struct Received: Encodable, Sendable {
        /// Its handle.
        public let record: RecordHandle
        /// How many files it has.
        public let files: Int
        /// Whether it was received before.
        public let alreadyCustodian: Bool
        /// Where the log has the acknowledgement; absent if it was there before.
        public let position: UInt64?
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged?

        public init(
            record: RecordHandle, files: Int, alreadyCustodian: Bool, position: UInt64?,
            acknowledged: Wire.Acknowledged?
        ) {
            self.record = record
            self.files = files
            self.alreadyCustodian = alreadyCustodian
            self.position = position
            self.acknowledged = acknowledged
        }
    }

    /// A record that has to be erased (`medseal record list-removals`).
    public struct Removal: Encodable, Sendable {
        /// Its handle.
        public let record: RecordHandle
        /// When its owner ordered that.
        public let since: LedgerTime
        /// Until when it must be kept nevertheless.
        public let heldUntil: LedgerTime?

        public init(record: RecordHandle, since: LedgerTime, heldUntil: LedgerTime?) {
            self.record = record
            self.since = since
            self.heldUntil = heldUntil
        }
    }

    /// A draft to which others have to agree.
    public struct Drafted: Encodable, Sendable {
        /// The file.
        public let draft: String

        public init(draft: String) {
            self.draft = draft
        }
    }

    /// An agreement to a draft (`medseal agree`).
    public struct Agreed: Encodable, Sendable {
        /// How many have signed it.
        public let approvals: Int

        public init(approvals: Int) {
            self.approvals = approvals
        }
    }

    /// An envelope that opens once an emergency was declared (`medseal emergency prepare`).
    public struct EmergencyEnvelope: Encodable, Sendable {
        /// Its SHA-256.
        public let envelope: Digest

        public init(envelope: Digest) {
            self.envelope = envelope
        }
    }

    /// Every emergency (`medseal emergency list`).
    public struct Emergencies: Encodable, Sendable {
        /// In their order.
        public let emergencies: [Emergency]
        /// How many reviews are overdue.
        public let overdue: Int

        public init(emergencies: [Emergency], overdue: Int) {
            self.emergencies = emergencies
            self.overdue = overdue
        }
    }

    /// One emergency.
    public struct Emergency: Encodable, Sendable {
        /// Its id.
        public let emergency: StatementID
        /// What was opened.
        public let record: RecordHandle
        /// Who kept it.
        public let custodian: OrganisationName
        /// Why.
        public let reason: String
        /// When it ends.
        public let until: LedgerTime
        /// What each reviewer has found; then, until one of them is not of the custodian, when that is due, or `OVERDUE`.
        public let review: String

        public init(
            emergency: StatementID, record: RecordHandle, custodian: OrganisationName, reason: String,
            until: LedgerTime, review: String
        ) {
            self.emergency = emergency
            self.record = record
            self.custodian = custodian
            self.reason = reason
            self.until = until
            self.review = review
        }
    }

    /// What is in a batch (`medseal batch list`).
    public struct BatchContents: Encodable, Sendable {
        /// Its root.
        public let root: Digest
        /// In their order.
        public let entries: [BatchEntry]

        public init(root: Digest, entries: [BatchEntry]) {
            self.root = root
            self.entries = entries
        }
    }

    /// An entry of a batch.
    public struct BatchEntry: Encodable, Sendable {
        /// Its number.
        public let index: UInt64
        /// Its name.
        public let name: String
        /// Its length.
        public let byteCount: Int

        public init(index: UInt64, name: String, byteCount: Int) {
            self.index = index
            self.name = name
            self.byteCount = byteCount
        }
    }

    /// An entry whose proof holds (`medseal batch verify`).
    public struct ProvenEntry: Encodable, Sendable {
        /// The batch's record.
        public let record: RecordHandle
        /// What put the batch on the ledger.
        public let statement: StatementID
        /// Who signed that.
        public let signer: PublicKey
        /// Where the log has it.
        public let position: UInt64
        /// When.
        public let time: LedgerTime
        /// The entry's number.
        public let entry: UInt64
        /// How many the batch has.
        public let entries: UInt64
        /// The entry's name.
        public let name: String
        /// Its length.
        public let byteCount: Int

        public init(
            record: RecordHandle, statement: StatementID, signer: PublicKey, position: UInt64,
            time: LedgerTime, entry: UInt64, entries: UInt64, name: String, byteCount: Int
        ) {
            self.record = record
            self.statement = statement
            self.signer = signer
            self.position = position
            self.time = time
            self.entry = entry
            self.entries = entries
            self.name = name
            self.byteCount = byteCount
        }
    }
}
