import Contract
import Identity
import Ledger
import Primitives
import TransparencyLog

/// Statements executed one after the other within one transaction, each on the state that the one before it
/// left.
struct Execution {
    /// What became of one statement.
    enum Verdict {
        case appended(position: UInt64, time: LedgerTime)
        /// It was on the ledger before.
        case present(position: UInt64, time: LedgerTime)
        case rejected(RejectionCode)
    }

    let tables: LedgerTables
    /// The one time of all that are ordered here: not before the last entry's.
    let time: LedgerTime
    private(set) var head: LogHead

    /// `clock` is for ordering; an execution of the log again takes the entries' own times.
    init(after head: LogHead, clock: UInt64 = 0, tables: LedgerTables) {
        self.tables = tables
        self.head = head
        self.time = max(clock, head.time)
    }

    /// Decides on one statement and records it if the contract accepts it.
    ///
    /// Throws `damaged` from reading, before anything is written. Any other error ends the
    /// transaction.
    mutating func append(_ statement: VerifiedStatement) throws -> Verdict {
        let mark = StateKey.statement(statement.id)
        if let row = try tables.state(of: mark) { return try present(row, mark) }
        switch decide(statement, at: time, reads: try reads(of: statement)) {
        case .rejected(let code): return .rejected(code)
        case .accepted(let writes):
            let position = head.size
            try order(statement, writes)
            return .appended(position: position, time: time)
        }
    }

    private func present(_ row: StateRow, _ mark: StateKey) throws -> Verdict {
        guard let position = row.position, let state = StatementState(bytes: row.value) else {
            throw LedgerError.damaged(Finding(.state(mark), "is no mark of a statement"))
        }
        return .present(position: position, time: state.time)
    }

    private mutating func order(_ statement: VerifiedStatement, _ writes: [Write]) throws {
        let writesDigest = Digest(hashing: Write.encoded(writes))
        let entry = LogEntry(
            position: head.size, time: time, statement: statement.bytes, writesDigest: writesDigest,
            stateDigest: Replay.advance(head.stateDigest, by: writesDigest, hash: SHA256.digest))
        try record(entry, entry.encoded(), statement, writes)
    }

    /// Executes the entry of a log that `leaf` holds again, at its own time, and records it. `admits` may
    /// refuse it, by throwing, before it is executed.
    ///
    /// Throws `ReplayError` where anything about it differs from what this execution finds. Any error
    /// ends the transaction.
    mutating func reexecute(
        _ leaf: [UInt8], _ opened: OpenedEntry, network: NetworkID, admits: (LogEntry) throws -> Void
    ) throws {
        var log = ExecutedLog(
            network: network, timeStep: head.timeStep, size: head.size, time: head.time,
            stateDigest: head.stateDigest)
        let (entry, statement) = try log.next(opened)
        try admits(entry)
        let writes = try log.execute(
            entry, statement, reads: try reads(of: statement), hash: SHA256.digest)
        try record(entry, leaf, statement, writes)
    }

    private func reads(of statement: VerifiedStatement) throws -> Reads {
        try Reads(of: statement) { try tables.state(of: $0)?.value }
    }

    private mutating func record(
        _ entry: LogEntry, _ bytes: [UInt8], _ statement: VerifiedStatement, _ writes: [Write]
    ) throws {
        let leafHash = Merkle.leafHash(bytes)
        try tables.append(bytes, leafHash: leafHash, at: head.size, of: statement)
        for write in writes {
            if write.key == .statement(statement.id) {
                try tables.mark(statement.id, value: write.value, position: head.size)
            } else {
                try tables.apply(write)
            }
        }
        for node in head.tree.append(CollectionOfOne(leafHash)) { try tables.insert(node) }
        head.stateDigest = entry.stateDigest
        head.time = entry.time
    }

    /// The head computed from the stored hashes. Throws `damaged` unless it is the one that the appending has
    /// come to.
    func storedHead() throws -> TreeHead {
        let stored = try TreeHead(size: head.size, reading: tables)
        guard stored == head.tree.head else {
            throw LedgerError.damaged(Finding(.tree, "as stored has another root than what was appended"))
        }
        return stored
    }

    /// Signs what is stored.
    func seal(with signer: NoteSigner) throws -> [UInt8] {
        let note = try signer.checkpoint(of: storedHead())
        try tables.setCheckpoint(note)
        return note
    }
}

extension Execution {
    /// Executes what was ordered elsewhere again and records it. Throws `ReplayError` where this execution
    /// comes to something else.
    mutating func follow(_ item: OrderedBlock.Item, network: NetworkID) throws {
        switch item {
        case .entry(let leaf):
            let opened = EntryOpening(of: [leaf], network: network).opened()
            try reexecute(leaf, opened[0], network: network) { _ in }
        case .statement(let statement, let time, let writesDigest):
            let entry = LogEntry(
                position: head.size, time: time, statement: statement.bytes, writesDigest: writesDigest,
                stateDigest: Replay.advance(head.stateDigest, by: writesDigest, hash: SHA256.digest))
            try reexecute(entry.encoded(), .decoded(entry, statement), network: network) { _ in }
        }
    }
}
