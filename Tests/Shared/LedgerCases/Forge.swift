import Contract
import Identity
import Ledger
import Primitives
import SQLiteLedger
import TransparencyLog

/// A ledger in memory that says whatever a test wants, under the ledger's own key.
///
/// What is forced here (`try!`) fails only when the test itself is wrong, and then has to stop it.
struct Forge: Sendable {
    let network: TestNetwork
    private(set) var entries: [[UInt8]] = []
    private var replay: Replay

    /// The honest beginning of a log: the network's members, then `deposits` deposits.
    init(_ network: TestNetwork, deposits: Int = 0) {
        self.network = network
        replay = Replay(genesis: network.genesis, network: network.network)
        for statement in network.enrolments { append(statement) }
        for _ in 0..<deposits { append(network.deposit()) }
    }

    /// A log that goes on from honest entries, or begins with the network's members.
    init(_ network: TestNetwork, repeating entries: [[UInt8]]) {
        self.init(network)
        if entries.isEmpty { return }
        self.entries = entries
        replay = Replay(genesis: network.genesis, network: network.network)
        for entry in entries { try! replay.apply(entry) }
    }

    /// A deposit that its permit's key did not sign.
    static func depositUnderAForgedPermit(_ network: TestNetwork) -> [UInt8] {
        var permit = Permit.signed(
            key: .generate(), organisation: network.hospital, notAfter: TestNetwork.created + 1_000_000,
            network: network.network)
        permit[permit.count - 1] ^= 1
        return network.sign(
            .deposit(
                Deposit(
                    organisation: network.hospital, record: .random(), permit: permit,
                    recipientHash: digest(6), descriptor: digest(7), ownerEnvelope: digest(8),
                    custodianEnvelope: digest(9), manifest: digest(10), root: digest(11), suite: .hybrid,
                    additionsHash: digest(12))),
            by: network.clinician
        )
    }

    var size: UInt64 { UInt64(entries.count) }

    /// What an honest ledger would record for the statement; where the contract refuses it, what a ledger
    /// would record that does not ask the contract.
    func entry(_ statement: [UInt8], at time: LedgerTime = TestNetwork.created + 10) -> LogEntry {
        let verified = try! SignedStatement(statement, network: network.network)
            .verified(hash: SHA256.digest, isValid: { _ in true })!
        let reads = Reads(of: verified) { replay.state[$0] }
        var writes = [Write(key: .statement(verified.id), value: [])]
        if case .accepted(let accepted) = decide(verified, at: time, reads: reads) { writes = accepted }
        let writesDigest = Digest(hashing: Write.encoded(writes))
        return LogEntry(
            position: size, time: time, statement: statement, writesDigest: writesDigest,
            stateDigest: Replay.advance(replay.stateDigest, by: writesDigest, hash: SHA256.digest))
    }

    /// Appends what the contract accepts.
    mutating func append(_ statement: [UInt8], at time: LedgerTime = TestNetwork.created + 10) {
        let leaf = entry(statement, at: time).encoded()
        try! replay.apply(leaf)
        entries.append(leaf)
    }

    /// Appends any bytes at all.
    mutating func append(leaf: [UInt8]) { entries.append(leaf) }

    /// Signs the log's first `size` entries, or all.
    func checkpoint(size: UInt64? = nil) -> VerifiedCheckpoint {
        let signer = try! NoteSigner(
            name: network.genesis.origin.description, kind: .note, key: network.ledgerKey)
        let head = try! TreeHead(size: size ?? self.size, reading: Leaves(entries))
        let note = try! signer.sign(Checkpoint(origin: signer.verifierKey.name, head: head))
        return try! VerifiedCheckpoint(opening: note, log: signer.verifierKey)
    }

    func consistency(from old: UInt64, to new: UInt64? = nil) -> ConsistencyProof {
        try! ConsistencyProof(from: old, to: new ?? size, reading: Leaves(entries))
    }

    /// Has the copy follow to the end.
    func extend(_ copy: ValidatorCopy, clock: UInt64 = TestNetwork.created + 10) throws(CopyError) {
        try copy.extend(
            by: Array(entries.dropFirst(Int(copy.head.size))), to: checkpoint(),
            consistency: consistency(from: size), clock: clock)
    }
}

/// Entries as the leaves of a tree.
struct Leaves: NodeReader {
    private let hashes: [[UInt8]]

    init(_ entries: [[UInt8]]) { hashes = entries.map(Merkle.leafHash) }

    func node(level: Int, position: UInt64) throws(TreeError) -> [UInt8] {
        if level == 0 { return hashes[Int(position)] }
        return try Merkle.nodeHash(
            node(level: level - 1, position: 2 * position), node(level: level - 1, position: 2 * position + 1)
        )
    }
}

extension LogEntry {
    /// The entry with something else in it.
    func with(
        position: UInt64? = nil, time: LedgerTime? = nil, statement: [UInt8]? = nil,
        writesDigest: Digest? = nil, stateDigest: Digest? = nil
    ) -> LogEntry {
        LogEntry(
            position: position ?? self.position, time: time ?? self.time,
            statement: statement ?? self.statement, writesDigest: writesDigest ?? self.writesDigest,
            stateDigest: stateDigest ?? self.stateDigest)
    }
}
