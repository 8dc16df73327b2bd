public import Contract

// What the commands of operators print with --json.

extension Printed {
    /// What an examination found (`medseald ledger fsck`).
    public struct Examined: Encodable, Sendable {
        /// What does not hold; empty: all holds.
        public let findings: [String]

        public init(findings: [String]) {
            self.findings = findings
        }
    }

    /// A ledger that was made anew from its log (`medseald ledger rebuild`).
    public struct Rebuilt: Encodable, Sendable {
        /// How many entries it has.
        public let entries: UInt64
        /// How many that no checkpoint covered.
        public let leftOut: UInt64
        /// The old database, in the same folder.
        public let previous: String

        public init(entries: UInt64, leftOut: UInt64, previous: String) {
            self.entries = entries
            self.leftOut = leftOut
            self.previous = previous
        }
    }

    /// A Fabric network's files (`medseald fabric init`).
    public struct FabricFounded: Encodable, Sendable {
        /// Where they are.
        public let folder: String
        /// The memberships.
        public let organisations: [String]
        /// Those that order.
        public let orderers: [String]
        /// The policy.
        public let endorsement: String
        /// The chaincode's package.
        public let package: String

        public init(
            folder: String, organisations: [String], orderers: [String], endorsement: String, package: String
        ) {
            self.folder = folder
            self.organisations = organisations
            self.orderers = orderers
            self.endorsement = endorsement
            self.package = package
        }
    }

    /// A folder for each organisation's own process (`medseald fabric split`).
    public struct FabricDivided: Encodable, Sendable {
        /// Where they are.
        public let folder: String
        /// Who serves where.
        public let servers: [OrganisationServer]

        public init(folder: String, servers: [OrganisationServer]) {
            self.folder = folder
            self.servers = servers
        }
    }

    /// Where an organisation serves.
    public struct OrganisationServer: Encodable, Sendable {
        /// Who.
        public let organisation: OrganisationName
        /// Its address.
        public let server: String

        public init(organisation: OrganisationName, server: String) {
            self.organisation = organisation
            self.server = server
        }
    }

    /// A transaction of the channel (`medseald fabric follow`), one a line.
    public struct FollowedTransaction: Encodable, Sendable {
        /// Its block.
        public let block: UInt64
        /// Its id.
        public let transaction: String
        /// What was accepted: `statement`, `begin`, `import`.
        public let event: String
        /// The statement.
        public let statement: StatementID?
        /// When.
        public let time: LedgerTime?
        /// Of an import: the first entry's position.
        public let first: UInt64?
        /// Of an import: how many entries.
        public let entries: UInt64?

        public init(
            block: UInt64, transaction: String, event: String, statement: StatementID?, time: LedgerTime?,
            first: UInt64?, entries: UInt64?
        ) {
            self.block = block
            self.transaction = transaction
            self.event = event
            self.statement = statement
            self.time = time
            self.first = first
            self.entries = entries
        }
    }
}
