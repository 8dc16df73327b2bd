public import Contract

/// The organisations of a network as the statements about them have made them: who takes part, which root
/// spoke for each at every position of the log, and who is suspended.
///
/// Each statement is decided on again by the contract itself, so that nothing is believed which a ledger put
/// into its log against the rules (T31, T39). That none was left out is the server's word.
public struct Governance: Sendable {
    /// An organisation of the genesis, or one that was admitted since.
    public struct Organisation: Sendable {
        /// As genesis or admission name it. Its root may be another by now.
        public let pinned: Genesis.Organisation
        public fileprivate(set) var isSuspended = false
        fileprivate var roots: [(since: UInt64, key: PublicKey)]

        public var name: OrganisationName { pinned.name }

        /// The key that enrols and retires its members now.
        public var root: PublicKey { roots.last?.key ?? pinned.root }

        /// The key that did at that position of the log.
        public func root(at position: UInt64) -> PublicKey? { roots.last { $0.since <= position }?.key }
    }

    /// The kinds of statement that it is made of.
    public static let kinds: [StatementKind] = [.admit, .suspend, .rotateRoot]

    /// In the order in which they joined.
    public private(set) var organisations: [Organisation]
    private var state: [StateKey: [UInt8]] = [:]

    public init(_ genesis: Genesis) {
        organisations = genesis.organisations.map { Organisation(pinned: $0, roots: [(0, $0.root)]) }
        for write in genesis.writes { state[write.key] = write.value }
    }

    public func organisation(_ name: OrganisationName) -> Organisation? {
        organisations.first { $0.name == name }
    }

    /// How many roots must agree about the network.
    public var majority: UInt64 {
        guard let value = state[.network], let network = NetworkState(bytes: value) else {
            preconditionFailure("a genesis writes the network's state")
        }
        return network.majority
    }

    /// Takes the next statement about an organisation, in the order of the log. Throws `unverified` when the
    /// contract refuses it.
    public mutating func apply(_ entry: LogEntry, _ statement: VerifiedStatement) throws(PartyError) {
        let reads = Reads(of: statement) { state[$0] }
        guard case .accepted(let writes) = decide(statement, at: entry.time, reads: reads) else {
            throw .unverified("entry \(entry.position) is in the log against the contract's rules")
        }
        for write in writes { state[write.key] = write.value }
        switch statement.assertion {
        case .admit(let it):
            organisations.append(
                Organisation(pinned: it.organisation, roots: [(entry.position + 1, it.organisation.root)]))
        case .suspend(let it): change(it.organisation) { $0.isSuspended = it.standing == .suspended }
        case .rotateRoot(let it):
            change(it.organisation) { $0.roots.append((entry.position + 1, it.root)) }
        default: break
        }
    }

    private mutating func change(_ name: OrganisationName, _ body: (inout Organisation) -> Void) {
        guard let index = organisations.firstIndex(where: { $0.name == name }) else { return }
        body(&organisations[index])
    }
}
