public import Contract
import Identity
public import Ledger
import Synchronization
public import TransparencyLog

/// A validator's copy of the ledger, filled only by executing the log again: the same tables, without the
/// ledger's key.
///
/// What does not follow from the entries before it never gets in. In its directory lie `ledger.sqlite` and
/// `checkpoint`, the newest checkpoint that it has confirmed: by that it notices when its own database was
/// put back. It cannot notice when both were put back; other validators, which remember its cosignatures,
/// can.
public final class ValidatorCopy: Sendable {
    /// By how many seconds an entry's time may be off this machine's.
    public static let clockToleranceSeconds: UInt64 = 300
    /// Entries that are executed while as many are opened.
    private static let chunkEntries = 256

    private struct Confirmed {
        let note: [UInt8]
        let size: UInt64
        /// Nil: it was never confirmed by this machine, or a crash has come between.
        let moment: UInt64?
    }

    private struct Present {
        var head: LogHead
        var confirmed: Confirmed?
        /// Why it takes nothing more.
        var end: LedgerError?
    }

    private let files: LedgerFiles
    /// One extends or confirms at a time; readers do not wait for that.
    private let turn = Mutex(())
    private let present: Mutex<Present>

    /// Makes an empty copy of the network of `genesis` (the file's bytes) in `directory`, which is made if
    /// it is missing.
    ///
    /// Throws `exists` where there is a ledger already, and `malformedGenesis`.
    public static func create(at directory: String, genesis: [UInt8]) throws(LedgerError) {
        try LedgerFiles.create(in: directory, genesis: genesis)
    }

    /// Opens the copy in `directory`; no key is needed. `genesis` is the file that every member of the
    /// network has.
    ///
    /// Throws `readOnly` with the reason when its database is not one that it has confirmed before: it must
    /// not cosign again. Throws `absent`, `inUse`, `otherNetwork`, `malformedGenesis`, `damaged`, `storage`.
    public init(directory: String, genesis: [UInt8]) throws(LedgerError) {
        files = try LedgerFiles(in: directory, genesis: genesis)
        present = Mutex(try Self.open(files))
    }

    /// Holds the database against its own checkpoint and both against the anchor, which is brought up to date
    /// when a crash has left it behind.
    private static func open(_ files: LedgerFiles) throws(LedgerError) -> Present {
        let empty = LogHead(beforeFirstOf: files.genesis, network: files.network)
        let (head, confirmed) = try files.database.read { tables -> (LogHead, Confirmed?) in
            let head = try tables.end(or: empty)
            guard let (note, signed) = try tables.signedCheckpoint(by: files.key) else { return (head, nil) }
            guard signed.size <= head.size, try TreeHead(size: signed.size, reading: tables) == signed else {
                throw LedgerError.damaged(Finding(.tree, "has another root than the checkpoint"))
            }
            return (head, Confirmed(note: note, size: signed.size, moment: try tables.confirmed()))
        }
        let anchor = try files.directory.readAnchor()
        // Before the first confirmation is complete there may be no anchor.
        if anchor != nil || confirmed?.moment != nil {
            if let reason = try files.directory.conflict(with: head.tree.head, files.database, key: files.key)
            {
                throw .readOnly(reason)
            }
        }
        // The database is written first: it is behind the anchor only when an old copy was put back.
        if let anchor, let anchored = try? VerifiedCheckpoint(opening: anchor, log: files.key) {
            let (shown, present) = (anchored.checkpoint.head.size, confirmed?.size ?? 0)
            guard shown <= present else {
                throw .readOnly(.behindAnchor(anchored: shown, present: present))
            }
        }
        if let confirmed, confirmed.note != anchor { try files.directory.writeAnchor(confirmed.note) }
        return Present(head: head, confirmed: confirmed)
    }

    /// Closes the files. Calls after this throw `closed`.
    public func close() {
        turn.withLock { _ in
            present.withLock { $0.end = .closed }
            files.close()
        }
    }

    // MARK: Reading

    /// The log as far as it was executed here; more than was confirmed, after a crash or on the way.
    public var head: TreeHead { present.withLock { $0.head.tree.head } }

    /// The last entry's time; the genesis' before the first.
    public var time: LedgerTime { present.withLock { $0.head.time } }

    /// The ledger's time when a clock shows `moment`: not before the last entry's.
    public func time(at moment: UInt64) -> LedgerTime { max(time, files.genesis.time(at: moment)) }

    /// The newest checkpoint note that was confirmed, as it came.
    public var checkpoint: [UInt8]? { present.withLock { $0.confirmed?.note } }

    /// The contract's value of `key`, or nil where there is none. Throws `damaged`.
    public func value(of key: StateKey) throws(LedgerError) -> [UInt8]? {
        try read { tables, _ in try tables.state(of: key)?.value }
    }

    /// Up to `limit` entries from `position` on, in order; empty at the end. Throws `damaged`.
    public func entries(from position: UInt64, limit: Int) throws(LedgerError) -> [[UInt8]] {
        try read { tables, head in
            guard position < head.size, limit > 0 else { return [] }
            return try tables.entries(in: position..<position + min(UInt64(limit), head.size - position))
        }
    }

    /// The hashes that prove that the tree of `oldSize` entries is a prefix of that of `newSize` (RFC 6962,
    /// section 2.1.2), 32 bytes each. Throws `outOfRange` unless `oldSize <= newSize` and that many were
    /// executed.
    public func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws(LedgerError) -> [[UInt8]] {
        try read { tables, head in
            guard oldSize <= newSize, newSize <= head.size else { throw LedgerError.outOfRange }
            return try tables.consistencyProof(from: oldSize, to: newSize, under: head)
        }
    }

    /// The bytes of a tile (c2sp.org/tlog-tiles) of what was executed, or nil where there is none. Throws
    /// `damaged`.
    public func tile(_ path: TilePath) throws(LedgerError) -> [UInt8]? {
        try read { tables, head in try tables.tile(path, size: head.size) }
    }

    func read<Value>(
        _ body: (LedgerTables, TreeHead) throws -> Value
    ) throws(LedgerError) -> Value {
        let (head, end) = present.withLock { ($0.head.tree.head, $0.end) }
        if end == .closed { throw .closed }
        return try files.database.read { try body($0, head) }
    }

    /// Writes the log up to the newest confirmed checkpoint into `folder` (`Archive`). Throws `outOfRange`
    /// before the first, `damaged`, `diskFull`, `storage`.
    public func export(to folder: String, progress: LedgerProgress = { _, _ in }) throws(LedgerError) {
        guard let checkpoint else { throw .outOfRange }
        try files.database.readAtLength { tables in
            try tables.export(checkpoint, log: files.key, to: folder, progress: progress)
        }
    }

    // MARK: Extending

    /// Executes `entries`, which follow what is here, on the way to `checkpoint`; `consistency` proves that
    /// the tree after them is a prefix of the checkpoint's. All of them or none, in one transaction.
    ///
    /// `clock` is this machine's time in seconds. No entry may be more than `clockToleranceSeconds` ahead of
    /// it, nor, when it came after the newest confirmed checkpoint, that much before the moment of the
    /// confirmation: who orders can neither jump ahead nor hold time back for what has expired.
    ///
    /// The proof is checked first: a `fault` is therefore about an entry that the log has signed.
    public func extend(
        by entries: [[UInt8]], to checkpoint: VerifiedCheckpoint, consistency: ConsistencyProof, clock: UInt64
    ) throws(CopyError) {
        try takingTurn { (present) throws(CopyError) in
            let shown = try head(of: checkpoint)
            try refuse(shown, isBefore: present.head.size, in: present.head)
            var tree = present.head.tree
            _ = tree.append(entries.lazy.map(Merkle.leafHash))
            guard consistency.verify(from: tree.head, to: shown) else {
                if tree.size == shown.size, entries.isEmpty { throw try fork(shown) }
                throw .unproven(size: tree.size, checkpoint: shown.size)
            }
            if entries.isEmpty { return }
            present.head = try execute(entries, after: present, clock: clock)
        }
    }

    private func execute(
        _ entries: [[UInt8]], after present: Present, clock: UInt64
    ) throws(CopyError) -> LogHead {
        let result: Result<LogHead, CopyError> = try stored { () throws(LedgerError) in
            try files.database.attempt { tables in
                var execution = Execution(after: present.head, tables: tables)
                do {
                    try EntryOpening.ahead(of: entries, by: Self.chunkEntries, network: files.network) {
                        leaf, opened in
                        try execution.reexecute(leaf, opened, network: files.network) { entry in
                            try Self.admit(entry, after: present.confirmed?.moment ?? 0, at: clock)
                        }
                    }
                    _ = try execution.storedHead()
                    return .success(execution.head)
                } catch let fault as ReplayError {
                    return .failure(.fault(fault))
                } catch let refusal as CopyError {
                    return .failure(refusal)
                }
            }
        }
        return try result.get()
    }

    private static func admit(
        _ entry: LogEntry, after moment: UInt64, at clock: UInt64
    ) throws(CopyError) {
        let time = entry.time
        if time > clock, time - clock > clockToleranceSeconds {
            throw .clock(position: entry.position, time: time, now: clock)
        }
        if time < moment, moment - time > clockToleranceSeconds {
            throw .clock(position: entry.position, time: time, now: moment)
        }
    }

    // MARK: Confirming

    /// Confirms that `checkpoint` is of the tree that was executed here, as it is stored; makes it durable as
    /// the newest one, and only then returns. A cosignature may be given after that, and not otherwise.
    ///
    /// `clock` is this machine's time in seconds from before the log was asked for the checkpoint: what the
    /// log orders afterwards may not be dated before it (`extend`). Once more for the same size, it is the
    /// moment that is renewed.
    public func confirm(_ checkpoint: VerifiedCheckpoint, clock: UInt64) throws(CopyError) {
        try takingTurn { (present) throws(CopyError) in
            let shown = try head(of: checkpoint)
            guard shown.size <= present.head.size else {
                throw .incomplete(executed: present.head.size, checkpoint: shown.size)
            }
            let executed = present.head.tree.head
            let own = try stored { () throws(LedgerError) in
                try files.database.read { tables in
                    let own = try TreeHead(size: shown.size, reading: tables)
                    guard shown.size < executed.size || own == executed else {
                        throw LedgerError.damaged(Finding(.tree, "has another root than what was executed"))
                    }
                    return own
                }
            }
            guard own == shown else { throw try fork(shown) }
            try refuse(shown, isBefore: present.confirmed?.size ?? 0, in: present.head)
            let note = checkpoint.note.encoded
            let isFirst = present.confirmed?.moment == nil
            try stored { () throws(LedgerError) in
                try files.database.write { tables in
                    try tables.setCheckpoint(note)
                    if !isFirst { try tables.setConfirmed(clock) }
                }
                if note != present.confirmed?.note || isFirst { try files.directory.writeAnchor(note) }
                // From now on there has to be an anchor.
                if isFirst { try files.database.write { try $0.setConfirmed(clock) } }
            }
            present.confirmed = Confirmed(note: note, size: shown.size, moment: clock)
        }
    }

    /// What the checkpoint says, if this log has signed it.
    private func head(of checkpoint: VerifiedCheckpoint) throws(CopyError) -> TreeHead {
        guard let own = try? VerifiedCheckpoint(opening: checkpoint.note, log: files.key) else {
            throw .otherLog
        }
        return own.checkpoint.head
    }

    /// Refuses a checkpoint of fewer than `size` entries: as a fork where it is one.
    private func refuse(
        _ shown: TreeHead, isBefore size: UInt64, in head: LogHead
    ) throws(CopyError) {
        guard shown.size < size else { return }
        let own = try stored { () throws(LedgerError) in
            try files.database.read { try TreeHead(size: shown.size, reading: $0) }
        }
        throw own == shown ? .goesBack(confirmed: size, shown: shown.size) : try fork(shown)
    }

    /// The refusal of another history than this copy's. Throws `damaged` when it is this copy that has
    /// changed: it hashes every entry again before it accuses the ledger.
    private func fork(_ shown: TreeHead) throws(CopyError) -> CopyError {
        let own = try stored { () throws(LedgerError) in
            try files.database.readAtLength { tables in
                var tree = MerkleTree()
                while tree.size < shown.size {
                    let end = tree.size + min(512, shown.size - tree.size)
                    _ = tree.append(try tables.entries(in: tree.size..<end).lazy.map(Merkle.leafHash))
                }
                return tree.head
            }
        }
        if own == shown { return .ledger(.damaged(Finding(.tree, "is not that of the entries"))) }
        return .fork(size: shown.size)
    }

    // MARK: One at a time

    /// Runs `body` on what is present, which it may change by succeeding.
    private func takingTurn(
        _ body: (inout Present) throws(CopyError) -> Void
    ) throws(CopyError) {
        try turn.withLock { (_) throws(CopyError) in
            var next = present.withLock { $0 }
            if let end = next.end { throw .ledger(end) }
            try body(&next)
            present.withLock { $0 = next }
        }
    }

    /// After an error that leaves open what the disk holds it takes nothing more, until it is opened again.
    private func stored<Value>(_ body: () throws(LedgerError) -> Value) throws(CopyError) -> Value {
        do throws(LedgerError) {
            return try body()
        } catch {
            if case .storage = error { present.withLock { $0.end = $0.end ?? error } }
            throw .ledger(error)
        }
    }
}
