/// Executes a log again from its genesis: what an auditor and a validator do, and a ledger that checks
/// itself.
///
/// `hash` is SHA-256 and `isValid` Ed25519 verification, given from outside because the contract imports
/// nothing.
public struct Replay: Sendable {
    /// Key and value of everything the contract knows.
    public private(set) var state: [StateKey: [UInt8]] = [:]
    /// Where it has come to.
    public private(set) var log: ExecutedLog
    private let hash: @Sendable ([UInt8]) -> [UInt8]
    private let isValid: @Sendable (SignatureClaim) -> Bool

    public var network: NetworkID { log.network }
    public var stateDigest: Digest { log.stateDigest }
    /// The number of entries applied; the position that the next must have.
    public var size: UInt64 { log.size }
    public var time: LedgerTime { log.time }

    public init(
        genesis: Genesis, network: NetworkID, hash: @escaping @Sendable ([UInt8]) -> [UInt8],
        isValid: @escaping @Sendable (SignatureClaim) -> Bool
    ) {
        self.hash = hash
        self.isValid = isValid
        for write in genesis.writes { state[write.key] = write.value }
        log = ExecutedLog(
            network: network, timeStep: genesis.timeStep, size: 0, time: genesis.created,
            stateDigest: Self.digest(Write.encoded(genesis.writes), hash))
    }

    /// Makes room for the state of a log of so many entries, so that it does not grow step by step.
    public mutating func reserve(entries: UInt64) {
        state.reserveCapacity(3 * Int(min(entries, 1 << 24)))
    }

    /// The state digest after `writes`: what chains one entry to the next.
    public static func advance(
        _ stateDigest: Digest, by writesDigest: Digest, hash: ([UInt8]) -> [UInt8]
    ) -> Digest {
        digest(stateDigest.bytes + writesDigest.bytes, hash)
    }

    static func digest(_ bytes: [UInt8], _ hash: ([UInt8]) -> [UInt8]) -> Digest {
        guard let digest = Digest(hash(bytes)) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }

    /// Applies the entry whose leaf is `bytes`; throws a `ReplayError` and changes nothing when anything
    /// about it differs from what this execution finds: encoding, position, time, signatures, decision,
    /// writes or state digest.
    @discardableResult
    public mutating func apply(_ bytes: [UInt8]) throws(ReplayError) -> (
        entry: LogEntry, statement: VerifiedStatement
    ) {
        try apply(OpenedEntry(bytes, network: network, hash: hash, isValid: isValid))
    }

    /// The same of an entry that was opened beforehand.
    @discardableResult
    public mutating func apply(
        _ opened: OpenedEntry
    ) throws(ReplayError) -> (entry: LogEntry, statement: VerifiedStatement) {
        let (entry, statement) = try log.next(opened)
        let reads = Reads(of: statement) { state[$0] }
        for write in try log.execute(entry, statement, reads: reads, hash: hash) {
            state[write.key] = write.value
        }
        return (entry, statement)
    }
}

/// Where a log and its own execution part.
public struct ReplayError: Error, Hashable, Sendable {
    public let position: UInt64
    public let reason: String

    public init(position: UInt64, reason: String) {
        self.position = position
        self.reason = reason
    }
}
