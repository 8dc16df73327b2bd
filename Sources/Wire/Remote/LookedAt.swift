import API
public import Contract
import Identity
import Synchronization
import TransparencyLog

/// What a caller was shown: without it, that something is not there says nothing.
public struct LookedAt: Equatable, Sendable {
    /// How many entries of the log were confirmed.
    public var entries: UInt64
    /// How many more the ledger has, which too few validators have confirmed: they were not looked at.
    public var unconfirmed: UInt64 = 0
    /// When validators confirmed what was shown, as they say; nil where the network asks for none.
    public var confirmed: LedgerTime?
    /// Whose servers did not answer: what only they know is missing.
    public var away: [OrganisationName] = []
}

extension Connection {
    /// What this connection was shown so far. Where that was no checkpoint, one is asked for now.
    public func lookedAt() async throws -> LookedAt {
        if looking.shown == nil {
            if let memory {
                _ = try await RememberedCheckpoint(folder: memory).advance(self)
            } else {
                _ = try await checkpoint()
            }
        }
        guard let shown = looking.shown else { preconditionFailure("a checkpoint is noted when it is read") }
        let size = shown.checkpoint.head.size
        var looked = LookedAt(
            entries: size, confirmed: network.checkpointKeys.confirmed(shown), away: looking.away)
        if !network.genesis.quorum.rules.isEmpty {
            let newest = try await candidate(beyond: nil).checkpoint.head.size
            looked.unconfirmed = newest > size ? newest - size : 0
        }
        return looked
    }
}

/// What a connection has come across.
final class Looking: Sendable {
    private let seen = Mutex<(shown: VerifiedCheckpoint?, away: Set<OrganisationName>)>((nil, []))

    var shown: VerifiedCheckpoint? { seen.withLock { $0.shown } }

    var away: [OrganisationName] {
        seen.withLock { $0.away }.sorted { $0.description < $1.description }
    }

    func note(_ checkpoint: VerifiedCheckpoint) { seen.withLock { $0.shown = checkpoint } }

    func note(away organisation: OrganisationName) { _ = seen.withLock { $0.away.insert(organisation) } }
}
