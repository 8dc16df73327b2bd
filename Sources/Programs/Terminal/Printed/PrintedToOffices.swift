public import API
public import Contract

// What the commands of offices print with --json.

extension Printed {
    /// A network that was founded (`medseal network init`).
    public struct FoundNetwork: Encodable, Sendable {
        /// Its id.
        public let network: String
        /// The log's name.
        public let origin: String
        /// Where it will be served.
        public let server: String
        /// Who takes part.
        public let organisations: [OrganisationName]

        public init(network: String, origin: String, server: String, organisations: [OrganisationName]) {
            self.network = network
            self.origin = origin
            self.server = server
            self.organisations = organisations
        }
    }

    /// Organisations that are new in a folder (`medseal network update`).
    public struct UpdatedNetwork: Encodable, Sendable {
        /// Those.
        public let organisations: [OrganisationName]

        public init(organisations: [OrganisationName]) {
            self.organisations = organisations
        }
    }

    /// A member that was enrolled, renewed or given new keys.
    public struct ChangedMember: Encodable, Sendable {
        /// Its key.
        public let member: PublicKey
        /// Whose member it is.
        public let organisation: OrganisationName
        /// What it does there.
        public let role: String
        /// Where the log has the enrolment.
        public let position: UInt64
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged

        public init(
            member: PublicKey, organisation: OrganisationName, role: String, position: UInt64,
            acknowledged: Wire.Acknowledged
        ) {
            self.member = member
            self.organisation = organisation
            self.role = role
            self.position = position
            self.acknowledged = acknowledged
        }
    }

    /// A member whose key was ended (`medseal member retire`).
    public struct Retired: Encodable, Sendable {
        /// The key.
        public let member: PublicKey
        /// How sure that is.
        public let acknowledged: Wire.Acknowledged

        public init(member: PublicKey, acknowledged: Wire.Acknowledged) {
            self.member = member
            self.acknowledged = acknowledged
        }
    }

    /// A certificate revocation list (`medseal member publish-crl`).
    public struct RevocationListPublished: Encodable, Sendable {
        /// Whose list it is.
        public let organisation: OrganisationName
        /// Its number.
        public let number: UInt64
        /// How many it revokes.
        public let certificates: Int
        /// When the next must be there.
        public let until: LedgerTime

        public init(organisation: OrganisationName, number: UInt64, certificates: Int, until: LedgerTime) {
            self.organisation = organisation
            self.number = number
            self.certificates = certificates
            self.until = until
        }
    }
}
