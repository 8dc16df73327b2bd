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

extension VerifiedStatement {
    /// What the statement is about, for the indexes beside the contract: handles, ids, keys and names, as
    /// bytes.
    public var subjects: [[UInt8]] {
        var subjects = [id.bytes, caller.bytes]
        switch assertion {
        case .enrol(let it): subjects += [it.organisation.bytes, it.member.bytes]
        case .retire(let it): subjects += [it.organisation.bytes, it.member.bytes]
        case .deposit(let it): subjects += [it.organisation.bytes, it.record.bytes]
        case .request(let it): subjects += [it.organisation.bytes, it.custodian.bytes]
        case .route(let it): subjects += [it.organisation.bytes, it.request.bytes]
        case .answer(let it): subjects += [it.request.bytes]
        case .grant(let it):
            subjects +=
                [it.record.bytes, it.organisation.bytes, it.grantee.bytes]
                + (it.request.map { [$0.bytes] } ?? [])
        case .revoke(let it): subjects += [it.record.bytes, it.grant.bytes]
        case .release(let it):
            subjects +=
                [it.record.bytes, it.custodian.bytes] + (it.organisation.map { [$0.bytes] } ?? [])
                + (it.grant.map { [$0.bytes] } ?? [])
        case .acknowledge(let it):
            subjects += [it.organisation.bytes, it.record.bytes, it.grant.bytes, it.release.bytes]
        }
        if let permit { subjects.append(permit.key.bytes) }
        var seen = Set<[UInt8]>()
        return subjects.filter { seen.insert($0).inserted }
    }
}
