import Identity
public import Remote
public import TransparencyLog

/// A log as a validator sees it: nothing that it says is believed. A `Connection` is one.
public protocol FollowedLog: Sendable {
    /// The genesis file, which every organisation has signed.
    var genesisFile: [UInt8] { get }
    /// The checkpoint that the log wants to have cosigned; with `size`, the answer waits a while for one of
    /// more entries. Throws `PartyError` `unverified` when the log's key has not signed it.
    func candidate(beyond size: UInt64?) async throws -> VerifiedCheckpoint
    /// Consecutive entries as leaf bytes, at most `limit`; empty at the log's end.
    func leaves(from position: UInt64, limit: Int) async throws -> [[UInt8]]
    /// What is to prove that the log of `newSize` entries continues that of `oldSize`.
    func consistency(from oldSize: UInt64, to newSize: UInt64) async throws -> ConsistencyProof
    /// Hands over a statement that another party has signed.
    func submit(statement: [UInt8]) async throws
    /// Hands over a checkpoint with one's own cosignature.
    func deliver(cosigned note: [UInt8]) async throws
}

extension Connection: FollowedLog {
    public var genesisFile: [UInt8] { network.genesisFile }
}
