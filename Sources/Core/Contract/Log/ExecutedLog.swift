/// Where a log that is executed again has come to: all that its next entry must follow, but for the state.
///
/// Whoever executes a log goes through here, with the state in memory (`Replay`) or in a database, so that
/// all check the same and name a fault alike. `hash` is SHA-256 and `isValid` Ed25519 verification.
public struct ExecutedLog: Hashable, Sendable {
    public let network: NetworkID
    /// Of what the times are multiples (`Genesis.timeStep`).
    public let timeStep: UInt64
    /// The number of entries executed; the position that the next must have.
    public private(set) var size: UInt64
    /// The last entry's time; the genesis' before the first.
    public private(set) var time: LedgerTime
    public private(set) var stateDigest: Digest

    public init(
        network: NetworkID, timeStep: UInt64, size: UInt64, time: LedgerTime, stateDigest: Digest
    ) {
        self.network = network
        self.timeStep = timeStep
        self.size = size
        self.time = time
        self.stateDigest = stateDigest
    }

    /// What is in the opened entry, which must be the next: throws where its encoding, position, time or a
    /// signature is wrong.
    public func next(
        _ opened: OpenedEntry
    ) throws(ReplayError) -> (entry: LogEntry, statement: VerifiedStatement) {
        switch opened {
        case .malformed(let malformed): throw fault("the entry is malformed: \(malformed.reason)")
        case .decoded(let entry, let statement):
            guard entry.position == size else {
                throw fault("the entry says that its position is \(entry.position)")
            }
            guard entry.time >= time else { throw fault("the ledger's time goes back") }
            guard entry.time.isMultiple(of: timeStep) else {
                throw fault("the ledger's time is no multiple of \(timeStep) seconds")
            }
            guard let statement else { throw fault("a signature of the statement does not hold") }
            return (entry, statement)
        }
    }

    /// Executes the entry on the present values and moves on to what follows it. Throws and changes
    /// nothing where the decision, the writes or the state digest differ.
    public mutating func execute(
        _ entry: LogEntry, _ statement: VerifiedStatement, reads: Reads, hash: ([UInt8]) -> [UInt8]
    ) throws(ReplayError) -> [Write] {
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

    private func fault(_ reason: String) -> ReplayError { ReplayError(position: size, reason: reason) }
}
