public import Contract

/// What an audit has found.
public struct AuditReport: Codable, Sendable {
    /// One thing that does not hold.
    public struct Finding: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, Sendable {
            /// The log, its checkpoint or the state differ from what executing it again gives.
            case ledger
            /// The ledger names it and the vault has it not.
            case missing
            /// The vault has it with other bytes than its name says.
            case damaged
            /// The vault has it although its organisation has attested that it is gone.
            case notErased
            /// A manifest is not what the statement that names it says.
            case manifest
            /// Two records have the same bytes: what belongs to one may be served, or kept, by the other.
            case shared
            /// An organisation's certificate revocation list has expired.
            case revocationList
            /// A name in the vault that is no blob's of a record.
            case unknown
            /// An organisation takes part that this home does not know: nothing of it was looked at.
            case unknownOrganisation
        }
        public let kind: Kind
        /// Where: an entry's position, a state key, or an organisation's vault.
        public let place: String
        /// What is concerned, if one thing is: a state key or digest in lowercase hexadecimal, or a blob's address.
        public let subject: String?
        public let problem: String
    }

    public internal(set) var entries: UInt64 = 0
    public internal(set) var root = ""
    public internal(set) var stateDigest = ""
    public internal(set) var records = 0
    /// Digests of blobs that statements name; that each is of one record only was checked.
    public internal(set) var digests = 0
    /// Blobs whose bytes were hashed and have the digest that the ledger names, by vault.
    public internal(set) var soundBlobs: [String: Int] = [:]
    /// Blobs that no record names: left by a deposit that was cut off; its server collects them. By vault.
    public internal(set) var unreferencedBlobs: [String: Int] = [:]
    /// Organisations whose vaults were not looked at: their servers answer their own members and auditors.
    public internal(set) var vaultsNotAsked: [OrganisationName] = []
    public internal(set) var findings: [Finding] = []
    public var holds: Bool { findings.isEmpty }
}
