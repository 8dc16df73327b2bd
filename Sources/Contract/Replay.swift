/// Executes a log again from its genesis: what an auditor and a validator do, and a ledger that checks
/// itself.
///
/// `hash` is SHA-256 and `isValid` Ed25519 verification, given from outside because the contract imports
/// nothing.
public struct Replay: Sendable {
    /// Where the log and its own execution part.
    public struct Fault: Error, Hashable, Sendable {
        public let position: UInt64
        public let reason: String
    }

    public let network: NetworkID
    /// Key and value of everything the contract knows.
    public private(set) var state: [StateKey: [UInt8]] = [:]
    public private(set) var stateDigest: Digest
    /// The number of entries applied; the position that the next must have.
    public private(set) var size: UInt64 = 0
    public private(set) var time: LedgerTime
    private let hash: @Sendable ([UInt8]) -> [UInt8]
    private let isValid: @Sendable (SignatureClaim) -> Bool

    public init(
        genesis: Genesis, network: NetworkID, hash: @escaping @Sendable ([UInt8]) -> [UInt8],
        isValid: @escaping @Sendable (SignatureClaim) -> Bool
    ) {
        self.network = network
        self.hash = hash
        self.isValid = isValid
        self.time = genesis.created
        for write in genesis.writes { state[write.key] = write.value }
        self.stateDigest = Self.digest(Write.encoded(genesis.writes), hash)
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

    /// Applies the entry whose leaf is `bytes`; throws a `Fault` and changes nothing when anything about it
    /// differs from what this execution finds: encoding, position, time, signatures, decision, writes or
    /// state digest.
    @discardableResult
    public mutating func apply(_ bytes: [UInt8]) throws(Fault) -> (
        entry: LogEntry, statement: VerifiedStatement
    ) {
        func fault(_ reason: String) -> Fault { Fault(position: size, reason: reason) }
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
        var reads = [StateKey: [UInt8]]()
        for key in statement.readKeys { reads[key] = state[key] }
        let writes: [Write]
        switch decide(statement, at: entry.time, reads: reads) {
        case .accepted(let accepted): writes = accepted
        case .rejected(let code):
            throw fault("the contract refuses statement \(statement.id): \(code.explanation)")
        }
        guard Self.digest(Write.encoded(writes), hash) == entry.writesDigest else {
            throw fault("statement \(statement.id) was recorded with other writes")
        }
        let next = Self.advance(stateDigest, by: entry.writesDigest, hash: hash)
        guard next == entry.stateDigest else { throw fault("the state digest differs") }
        for write in writes { state[write.key] = write.value }
        stateDigest = next
        size += 1
        time = entry.time
        return (entry, statement)
    }
}
