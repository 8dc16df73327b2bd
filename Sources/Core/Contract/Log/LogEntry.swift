/// One leaf of the log: a statement that was accepted, when, and what it changed.
public struct LogEntry: Hashable, Sendable {
    static let version: UInt64 = 1

    /// Its place in the log, from 0.
    public let position: UInt64
    public let time: LedgerTime
    /// The signed statement as it was received.
    public let statement: [UInt8]
    /// SHA-256 of `Write.encoded` of its writes.
    public let writesDigest: Digest
    /// SHA-256 of the state digest before it and `writesDigest`: one value stands for the whole history of
    /// the state.
    public let stateDigest: Digest

    public init(
        position: UInt64, time: LedgerTime, statement: [UInt8], writesDigest: Digest, stateDigest: Digest
    ) {
        self.position = position
        self.time = time
        self.statement = statement
        self.writesDigest = writesDigest
        self.stateDigest = stateDigest
    }

    /// The leaf's bytes, which the Merkle tree hashes.
    public func encoded() -> [UInt8] {
        CBOR.array([
            .unsigned(Self.version), .unsigned(position), .unsigned(time), .bytes(statement),
            .bytes32(writesDigest),
            .bytes32(stateDigest),
        ]).encoded()
    }

    /// Throws when `bytes` are not the one encoding of a log entry.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> LogEntry {
        guard case .array(let parts) = try CBOR.decode(bytes), parts.count == 6,
            parts[0] == .unsigned(version),
            case .unsigned(let position) = parts[1], case .unsigned(let time) = parts[2],
            case .bytes(let statement) = parts[3], let writesDigest: Digest = parts[4].bytes32(),
            let stateDigest: Digest = parts[5].bytes32()
        else { throw CBOR.Malformed("not a log entry") }
        return LogEntry(
            position: position, time: time, statement: statement, writesDigest: writesDigest,
            stateDigest: stateDigest)
    }
}

/// A leaf of the log decoded and its signatures checked, which needs nothing that comes before it: any number
/// of them can be opened at once. `ExecutedLog` says whether it follows.
public enum OpenedEntry: Sendable {
    case malformed(CBOR.Malformed)
    /// The statement is nil when one of its signatures does not hold.
    case decoded(LogEntry, VerifiedStatement?)

    /// `hash` is SHA-256 and `isValid` Ed25519 verification.
    public init(
        _ leaf: [UInt8], network: NetworkID, hash: ([UInt8]) -> [UInt8], isValid: (SignatureClaim) -> Bool
    ) {
        do throws(CBOR.Malformed) {
            let entry = try LogEntry.decode(leaf)
            let signed = try SignedStatement(entry.statement, network: network)
            self = .decoded(entry, signed.verified(hash: hash, isValid: isValid))
        } catch { self = .malformed(error) }
    }
}
