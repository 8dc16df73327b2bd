public import Contract

/// The paths of the API, the same for both sides (docs/reference/api.md).
public enum Routes {
    public static let health = "/v1/health"
    public static let statements = "/v1/statements"
    public static let checkpoint = "/v1/ledger/checkpoint"
    public static let candidate = "/v1/ledger/candidate"
    public static let cosignatures = "/v1/ledger/cosignatures"
    public static let events = "/v1/ledger/events"
    public static let entries = "/v1/ledger/entries"
    /// c2sp.org/tlog-tiles: `tile/...` below this.
    public static let log = "/v1/ledger"
    public static let state = "/v1/ledger/state"
    public static let keys = "/v1/ledger/keys"
    public static let positions = "/v1/ledger/positions"
    public static let inclusion = "/v1/ledger/proofs/inclusion"
    public static let consistency = "/v1/ledger/proofs/consistency"
    public static let examination = "/v1/ledger/examination"
    public static let members = "/v1/members"
    public static func member(_ key: String) -> String { "\(members)/\(key)" }
    public static let organisations = "/v1/organisations"

    /// The organisation whose part of the API a path is in; nil where it is in none's.
    public static func organisation(of path: String) -> OrganisationName? {
        guard path.hasPrefix(organisations + "/") else { return nil }
        return OrganisationName(
            String(path.dropFirst(organisations.utf8.count + 1).prefix { $0 != "/" }))
    }

    /// A header with how many entries of the log its sender has seen: in an answer the server's copy, in a call
    /// the most that another server has shown the caller.
    public static let logSizeHeader = "MedSeal-Log-Size"

    /// One organisation's part of the API, as a path or, with `:organisation`, as a pattern.
    public struct Organisation: Sendable {
        private let base: String

        public init(_ name: OrganisationName) { self.base = "/v1/organisations/\(name)" }
        private init(base: String) { self.base = base }
        public static let pattern = Organisation(base: "/v1/organisations/:organisation")

        public func blob(_ blob: String, of record: String) -> String {
            "\(base)/records/\(record)/blobs/\(blob)"
        }
        /// The upload resource of a blob, each caller's own.
        public func upload(_ blob: String, of record: String) -> String {
            "\(base)/records/\(record)/uploads/\(blob)"
        }
        public func missing(in record: String) -> String { "\(base)/records/\(record)/missing" }
        public func manifest(_ digest: String, of record: String) -> String {
            "\(base)/records/\(record)/manifests/\(digest)"
        }
        public var inventory: String { "\(base)/inventory" }
        public func releasedBlob(_ release: String, _ digest: String) -> String {
            "\(base)/releases/\(release)/\(digest)"
        }
        public var inboxes: String { "\(base)/inboxes" }
        public func inbox(_ key: String) -> String { "\(base)/inboxes/\(key)" }
        public func reject(_ inbox: String) -> String { "\(base)/inboxes/\(inbox)/reject" }
        public func permits(_ inbox: String) -> String { "\(base)/inboxes/\(inbox)/permits" }
        public func take(_ inbox: String) -> String { "\(base)/inboxes/\(inbox)/permits/take" }
        public var directory: String { "\(base)/directory" }
        public func entry(_ index: String) -> String { "\(base)/directory/\(index)" }
        public var revocationList: String { "\(base)/crl" }
        public var letters: String { "\(base)/letters" }
    }
}
