import Contract
import Identity
import Primitives
import TransparencyLog

/// Where the log ends: all that the next entry builds on.
struct Head {
    var tree: MerkleTree
    /// The last entry's time and state digest; the genesis' before the first.
    var time: LedgerTime
    var stateDigest: Digest

    var size: UInt64 { tree.size }
}

/// Statements executed one after the other within one transaction, each on the state that the one before it
/// left.
struct Block {
    /// What became of one statement.
    enum Verdict {
        case appended(position: UInt64, time: LedgerTime)
        /// It was on the ledger before.
        case present(position: UInt64, time: LedgerTime)
        case rejected(RejectionCode)
    }

    let tables: LedgerTables
    /// The one time of all of them: not before the last entry's.
    let time: LedgerTime
    private(set) var head: Head

    init(after head: Head, clock: UInt64, tables: LedgerTables) {
        self.tables = tables
        self.head = head
        self.time = max(clock, head.time)
    }

    /// Decides on one statement and records it if the contract accepts it.
    ///
    /// Throws `damaged` from reading, before anything is written. Whatever else it throws ends the
    /// transaction.
    mutating func append(_ statement: VerifiedStatement) throws -> Verdict {
        let mark = StateKey.statement(statement.id)
        if let row = try tables.state(of: mark) { return try present(row, mark) }
        let reads = try tables.values(of: statement.readKeys)
        switch decide(statement, at: time, reads: reads) {
        case .rejected(let code): return .rejected(code)
        case .accepted(let writes):
            try record(statement, writes)
            return .appended(position: head.size - 1, time: time)
        }
    }

    private func present(_ row: StateRow, _ mark: StateKey) throws -> Verdict {
        guard let position = row.position, let state = StatementState(bytes: row.value) else {
            throw LedgerError.damaged(Finding(.state(mark), "is no mark of a statement"))
        }
        return .present(position: position, time: state.time)
    }

    private mutating func record(_ statement: VerifiedStatement, _ writes: [Write]) throws {
        let writesDigest = Digest(hashing: Write.encoded(writes))
        let stateDigest = Replay.advance(head.stateDigest, by: writesDigest, hash: SHA256.digest)
        let entry = LogEntry(
            position: head.size, time: time, statement: statement.bytes, writesDigest: writesDigest,
            stateDigest: stateDigest
        ).encoded()
        let leafHash = Merkle.leafHash(entry)
        try tables.append(entry, leafHash: leafHash, at: head.size, of: statement)
        for write in writes {
            if write.key == .statement(statement.id) {
                try tables.insert(write, position: head.size)
            } else {
                try tables.apply(write)
            }
        }
        for node in head.tree.append(CollectionOfOne(leafHash)) { try tables.insert(node) }
        head.stateDigest = stateDigest
        head.time = time
    }

    /// Signs what is stored: the root is computed from the stored hashes and must be the one that the
    /// appending has come to.
    func seal(with signer: NoteSigner) throws -> [UInt8] {
        let stored = try TreeHead(size: head.size, reading: tables)
        guard stored == head.tree.head else {
            throw LedgerError.damaged(Finding(.tree, "as stored has another root than what was appended"))
        }
        let note = try signed(stored, by: signer)
        try tables.setCheckpoint(note)
        return note
    }
}
