/// Where a log that is executed again has come to: all that its next entry must follow, but for the state.
///
/// Whoever executes a log goes through here, with the state in memory (`Replay`) or in a database, so that
/// all check the same and name a fault alike. `hash` is SHA-256 and `isValid` Ed25519 verification.
public struct ExecutedLog: Hashable, Sendable {
    public let network: NetworkID
    /// The number of entries executed; the position that the next must have.
    public private(set) var size: UInt64
    /// The last entry's time; the genesis' before the first.
    public private(set) var time: LedgerTime
    public private(set) var stateDigest: Digest

    public init(network: NetworkID, size: UInt64, time: LedgerTime, stateDigest: Digest) {
        self.network = network
        self.size = size
        self.time = time
        self.stateDigest = stateDigest
    }

    /// Opens the entry whose leaf is `bytes`, which must be the next: checks its encoding, position, time and
    /// signatures.
    public func open(
        _ bytes: [UInt8], hash: ([UInt8]) -> [UInt8], isValid: (SignatureClaim) -> Bool
    ) throws(Replay.Fault) -> (entry: LogEntry, statement: VerifiedStatement) {
        let entry: LogEntry
        let signed: SignedStatement
        do throws(CBOR.Malformed) {
            entry = try LogEntry.decode(bytes)
            signed = try SignedStatement(entry.statement, network: network)
        } catch { throw fault("the entry is malformed: \(error.reason)") }
        guard entry.position == size else {
            throw fault("the entry says that its position is \(entry.position)")
        }
        guard entry.time >= time else { throw fault("the ledger's time goes back") }
        guard let statement = signed.verified(hash: hash, isValid: isValid) else {
            throw fault("a signature of the statement does not hold")
        }
        return (entry, statement)
    }

    /// Executes the opened entry on the present values and moves on to what follows it. Throws and changes
    /// nothing where the decision, the writes or the state digest differ.
    public mutating func execute(
        _ entry: LogEntry, _ statement: VerifiedStatement, reads: Reads, hash: ([UInt8]) -> [UInt8]
    ) throws(Replay.Fault) -> [Write] {
        let writes: [Write]
        switch decide(statement, at: entry.time, reads: reads) {
        case .accepted(let accepted): writes = accepted
        case .rejected(let code):
            throw fault("the contract refuses statement \(statement.id): \(code.explanation)")
        }
        guard Replay.digest(Write.encoded(writes), hash) == entry.writesDigest else {
            throw fault("statement \(statement.id) was recorded with other writes")
        }
        let next = Replay.advance(stateDigest, by: entry.writesDigest, hash: hash)
        guard next == entry.stateDigest else { throw fault("the state digest differs") }
        stateDigest = next
        size += 1
        time = entry.time
        return writes
    }

    private func fault(_ reason: String) -> Replay.Fault { Replay.Fault(position: size, reason: reason) }
}
