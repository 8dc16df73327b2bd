public import Contract
import Identity
public import TransparencyLog

/// A statement with the log's entry that holds it; the statement's own signatures hold.
public struct LoggedStatement: Sendable {
    public let entry: LogEntry
    public let statement: VerifiedStatement

    /// The statement of a leaf. That the log has it at `position` is the word of the server that shows it. Throws
    /// `unverified`.
    public init(_ leaf: [UInt8], at position: UInt64, network: NetworkID) throws(PartyError) {
        guard let entry = try? LogEntry.decode(leaf), entry.position == position,
            let signed = try? SignedStatement(entry.statement, network: network),
            let statement = signed.verified()
        else { throw .unverified("entry \(position) is malformed or a signature in it does not hold") }
        self.entry = entry
        self.statement = statement
    }

    /// The statement of a leaf that `proof` shows to be at `position` of the log of `head`. Throws `unverified`.
    public init(
        _ leaf: [UInt8], at position: UInt64, _ proof: InclusionProof, in head: TreeHead, network: NetworkID
    ) throws(PartyError) {
        guard
            proof.verify(
                leafHash: Merkle.leafHash(leaf), index: position, size: head.size, root: head.root)
        else { throw .unverified("entry \(position) is not in the log that the ledger signed") }
        try self.init(leaf, at: position, network: network)
    }
}
