public import Contract
public import TransparencyLog

/// The keys that speak for a network's log, as its genesis pins them: the ledger's, and every organisation's
/// validator's; with the quorum that makes a checkpoint believed.
public struct CheckpointKeys: Sendable {
    /// The ledger's own key; its name is the log's origin.
    public let log: VerifierKey
    /// The validators' keys, in the order of the organisations. A validator signs as `origin/organisation`.
    public let cosigners: [VerifierKey]
    private let organisations: [Genesis.Organisation]
    private let quorum: Quorum
    /// Whose cosignatures do not count.
    private var suspended: Set<OrganisationName> = []

    /// Throws `malformedKey` when the genesis pins something that is no Ed25519 key to rely on.
    public init(_ genesis: Genesis) throws(NoteError) {
        log = try VerifierKey(
            name: genesis.origin.description, kind: .note, publicKey: genesis.ledgerKey.bytes)
        var cosigners = [VerifierKey]()
        for organisation in genesis.organisations {
            cosigners.append(
                try VerifierKey(
                    name: Self.name(of: organisation.name, at: genesis.origin), kind: .cosignature,
                    publicKey: organisation.validator.bytes))
        }
        self.cosigners = cosigners
        self.organisations = genesis.organisations
        self.quorum = genesis.quorum
    }

    /// The same keys where these organisations are suspended: what their validators say counts for nothing
    /// (docs/decisions/0030).
    public func without(_ suspended: Set<OrganisationName>) -> CheckpointKeys {
        var keys = self
        keys.suspended = suspended
        return keys
    }

    /// The name under which the validator of an organisation cosigns.
    public static func name(of organisation: OrganisationName, at origin: OriginName) -> String {
        "\(origin)/\(organisation)"
    }

    /// A note that the ledger signed, with those validators' cosignatures that hold. Whether they are enough
    /// is for `meetsQuorum`. Throws what `VerifiedCheckpoint` throws.
    public func open(_ note: [UInt8]) throws(NoteError) -> VerifiedCheckpoint {
        try VerifiedCheckpoint(opening: note, log: log, cosigners: cosigners)
    }

    /// The organisations whose validators have cosigned, in the order of the genesis.
    /// With `since` only those that did so from then on, as they say.
    public func cosigned(_ checkpoint: VerifiedCheckpoint, since: UInt64 = 0) -> [OrganisationName] {
        cosigners(of: checkpoint, since: since).map { $0.name }
    }

    /// Whether enough of the organisations that the genesis names have cosigned, not before `since` (seconds
    /// since 1970, as the validators say). A cosignature is a validator's word that its own execution of the
    /// whole log led there.
    public func meetsQuorum(_ checkpoint: VerifiedCheckpoint, since: UInt64 = 0) -> Bool {
        quorum.isMet(by: cosigners(of: checkpoint, since: since).map { $0.kind })
    }

    /// When enough of them had cosigned for the last time, as they say (seconds since 1970). Nil where the genesis asks
    /// for none, and where too few have.
    public func confirmed(_ checkpoint: VerifiedCheckpoint) -> UInt64? {
        guard !quorum.rules.isEmpty else { return nil }
        return checkpoint.cosignatures.compactMap { $0.time }.sorted { $0 > $1 }
            .first { meetsQuorum(checkpoint, since: $0) }
    }

    private func cosigners(of checkpoint: VerifiedCheckpoint, since: UInt64) -> [Genesis.Organisation] {
        let keys = Set(
            checkpoint.cosignatures.filter { ($0.time ?? 0) >= since }.map { $0.key.publicKey })
        return organisations.filter { keys.contains($0.validator.bytes) && !suspended.contains($0.name) }
    }
}
