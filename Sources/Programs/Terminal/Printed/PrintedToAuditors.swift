public import Contract

// What the commands of auditors print with --json.

extension Printed {
    /// A file of a record whose proof holds (`medseal ledger verify --genesis`).
    public struct ProvenFile: Encodable, Sendable {
        /// The file, by its digest.
        public let file: Digest
        /// Its record.
        public let record: RecordHandle
        /// The statement that brought it.
        public let statement: StatementID
        /// That one's kind.
        public let kind: String
        /// Where the log has it.
        public let position: UInt64
        /// When.
        public let time: LedgerTime
        /// Who cosigned it.
        public let cosigners: [OrganisationName]

        public init(
            file: Digest, record: RecordHandle, statement: StatementID, kind: String, position: UInt64,
            time: LedgerTime, cosigners: [OrganisationName]
        ) {
            self.file = file
            self.record = record
            self.statement = statement
            self.kind = kind
            self.position = position
            self.time = time
            self.cosigners = cosigners
        }
    }

    /// A statement whose proof holds (`medseal ledger verify --genesis`).
    public struct ProvenStatement: Encodable, Sendable {
        /// Its id.
        public let statement: StatementID
        /// Its kind.
        public let kind: String
        /// Where the log has it.
        public let position: UInt64
        /// When.
        public let time: LedgerTime
        /// Who signed it.
        public let signer: PublicKey
        /// How many entries the checkpoint covers.
        public let checkpointSize: UInt64
        /// Who cosigned it.
        public let cosigners: [OrganisationName]

        public init(
            statement: StatementID, kind: String, position: UInt64, time: LedgerTime, signer: PublicKey,
            checkpointSize: UInt64, cosigners: [OrganisationName]
        ) {
            self.statement = statement
            self.kind = kind
            self.position = position
            self.time = time
            self.signer = signer
            self.checkpointSize = checkpointSize
            self.cosigners = cosigners
        }
    }

    /// A block of a Fabric channel whose proof holds (`medseal ledger verify --network`).
    public struct ProvenBlock: Encodable, Sendable {
        /// Its number.
        public let block: UInt64
        /// Its header's hash.
        public let hash: String
        /// Whose orderer signed it.
        public let orderer: OrganisationName
        /// What is in it.
        public let statements: [BlockStatement]

        public init(block: UInt64, hash: String, orderer: OrganisationName, statements: [BlockStatement]) {
            self.block = block
            self.hash = hash
            self.orderer = orderer
            self.statements = statements
        }
    }

    /// A statement in a block.
    public struct BlockStatement: Encodable, Sendable {
        /// Its id.
        public let statement: StatementID
        /// Its kind.
        public let kind: String
        /// When.
        public let time: LedgerTime
        /// Who signed it.
        public let signer: PublicKey
        /// The Fabric transaction.
        public let transaction: String
        /// Who handed it in.
        public let client: OrganisationName
        /// Whose peers executed it.
        public let endorsers: [OrganisationName]
        /// How many values it changed.
        public let writes: Int
        /// Whether the peer says that it counts.
        public let saidToCount: Bool

        public init(
            statement: StatementID, kind: String, time: LedgerTime, signer: PublicKey, transaction: String,
            client: OrganisationName, endorsers: [OrganisationName], writes: Int, saidToCount: Bool
        ) {
            self.statement = statement
            self.kind = kind
            self.time = time
            self.signer = signer
            self.transaction = transaction
            self.client = client
            self.endorsers = endorsers
            self.writes = writes
            self.saidToCount = saidToCount
        }
    }

    /// What an audit has found (`medseal audit`).
    public struct Audit<Ledger: Encodable & Sendable, Channel: Encodable & Sendable>: Encodable, Sendable {
        /// Of the ledger and the vaults.
        public let ledger: Ledger
        /// Of the Fabric channel, with `--fabric`.
        public let fabric: Channel?

        public init(ledger: Ledger, fabric: Channel?) {
            self.ledger = ledger
            self.fabric = fabric
        }
    }

    /// What an age file is, without a key (`medseal age inspect`).
    public struct InspectedFile: Encodable, Sendable {
        /// Whether it is text.
        public let armored: Bool
        /// The types of what its key is sealed to.
        public let stanzas: [String]
        /// Whether all of those withstand a quantum computer.
        public let postQuantum: Bool
        /// The header's length.
        public let headerBytes: Int
        /// The payload's length.
        public let payloadBytes: Int
        /// The plaintext's length.
        public let plaintextBytes: Int

        public init(
            armored: Bool, stanzas: [String], postQuantum: Bool, headerBytes: Int, payloadBytes: Int,
            plaintextBytes: Int
        ) {
            self.armored = armored
            self.stanzas = stanzas
            self.postQuantum = postQuantum
            self.headerBytes = headerBytes
            self.payloadBytes = payloadBytes
            self.plaintextBytes = plaintextBytes
        }
    }

    /// A log that was written, read or moved whole (`ledger export`, `ledger import`, `fabric import`).
    public struct Copied: Encodable, Sendable {
        /// How many entries it has.
        public let entries: UInt64

        public init(entries: UInt64) {
            self.entries = entries
        }
    }
}
