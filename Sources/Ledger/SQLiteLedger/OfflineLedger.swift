import Contract
import Glibc
import Identity
public import Ledger
import TransparencyLog

/// A ledger or a validator's copy that no process runs, opened for maintenance without the ledger's key.
public final class OfflineLedger: Sendable {
    private let files: LedgerFiles

    /// Opens `directory`, whatever state it is in. `genesis` is the file that every member of the network has.
    ///
    /// Throws `absent`, `inUse`, `otherNetwork`, `malformedGenesis`, `damaged` when SQLite cannot read the
    /// file at all (then only an archive or another organisation's copy helps), `storage`.
    public init(directory: String, genesis: [UInt8]) throws(LedgerError) {
        files = try LedgerFiles(in: directory, genesis: genesis)
    }

    /// Closes the files. Nothing may be called after this.
    public func close() { files.close() }

    // MARK: Checking

    /// Checks everything that is stored, as `EmbeddedLedger.examine` does. Empty when all of it is as it was
    /// written. Takes memory for the whole state.
    public func examine(progress: LedgerProgress = { _, _ in }) throws(LedgerError) -> [Finding] {
        let anchor = try files.directory.readAnchor()
        return try files.database.readAtLength { tables in
            var examination = FullExamination(
                of: tables, structure: IntegrityCheck(of: files.database), anchor: anchor,
                genesis: files.genesis, network: files.network, key: files.key,
                mayGoBeyondCheckpoint: try tables.isValidatorCopy(anchor: anchor))
            try examination.run(progress: progress)
            return examination.findings
        }
    }

    /// Checks a part of what is stored, without executing anything: the part's entries (leaf hash, signatures,
    /// chain of state digests, mark, index), the tree over them up to the signed root, and the check digests
    /// of that part of the state and the index. All parts together look at every row.
    public func examine(
        _ part: ExaminedPart, progress: LedgerProgress = { _, _ in }
    ) throws(LedgerError) -> [Finding] {
        try files.database.readAtLength { tables in
            var examination = PartialExamination(
                part, of: tables, genesis: files.genesis, network: files.network, key: files.key)
            try examination.run(progress: progress)
            return examination.findings
        }
    }

    // MARK: Rebuilding

    /// What a rebuilding has come to.
    public struct Rebuilt: Hashable, Sendable {
        /// How many entries there are.
        public let size: UInt64
        /// Entries beyond the newest readable checkpoint, which were left out: they are not signed, so no
        /// client was told of them.
        public let leftOut: UInt64
        /// The name in the directory under which the old database is kept.
        public let previous: String
    }

    /// Makes the state, the tree and the index anew from the entries alone, by executing them, and puts the
    /// new database in the place of the old once its root is the signed one. The old one is kept beside it
    /// under a name with the date, `now` in seconds since 1970.
    ///
    /// After this the ledger is closed, whether it throws or not. Throws `fault` with the first entry that
    /// cannot be recovered.
    public func rebuild(
        now: UInt64, progress: LedgerProgress = { _, _ in }
    ) throws(RestoreError) -> Rebuilt {
        defer { files.close() }
        let (size, stored, confirmed) = try read { tables in
            (try tables.size(), try tables.checkpoint(), try? tables.confirmed())
        }
        let anchor = try RestoreError.catching(files.directory.readAnchor)
        let notes = [stored, anchor].compactMap { $0 }.compactMap {
            try? VerifiedCheckpoint(opening: $0, log: files.key)
        }
        guard let newest = notes.max(by: { $0.checkpoint.head.size < $1.checkpoint.head.size }) else {
            throw .unsigned
        }
        let signed = newest.checkpoint.head
        let restoration = Restoration(
            genesis: files.genesis, file: files.file, note: newest.note.encoded, signed: signed,
            confirmed: confirmed
        ) { range throws(RestoreError) in try self.entries(in: range) }
        let previous = LedgerDirectory.previousName(at: now)
        try files.directory.addDatabase(keepingPrevious: previous, RestoreError.ledger) {
            path throws(RestoreError) in
            try restoration.write(to: path, progress: progress)
            // The last connection folds the WAL into the file.
            files.database.close()
        }
        return Rebuilt(size: signed.size, leftOut: size - min(size, signed.size), previous: previous)
    }

    /// The entries as they are stored; whether they hold is for their execution to say.
    private func entries(in range: Range<UInt64>) throws(RestoreError) -> [[UInt8]] {
        let rows = try read { try $0.rows(from: range.lowerBound, limit: range.count) }
        for (row, position) in zip(rows, range) where row.position != position {
            throw .fault(ReplayError(position: position, reason: "the entry is missing"))
        }
        guard rows.count == range.count else {
            let position = range.lowerBound + UInt64(rows.count)
            throw .fault(ReplayError(position: position, reason: "the entry is missing"))
        }
        return rows.map(\.entry)
    }

    private func read<Value>(_ body: (LedgerTables) throws -> Value) throws(RestoreError) -> Value {
        try RestoreError.catching { () throws(LedgerError) in try files.database.read(body) }
    }

    // MARK: Archiving

    /// Writes the log up to the stored checkpoint into `folder` (`Archive`). Throws `damaged`, `diskFull`,
    /// `storage`.
    public func export(to folder: String, progress: LedgerProgress = { _, _ in }) throws(LedgerError) {
        try files.database.readAtLength { tables in
            guard let (note, _) = try tables.signedCheckpoint(by: files.key) else {
                throw LedgerError.damaged(Finding(.checkpoint, "is missing"))
            }
            try tables.export(note, log: files.key, to: folder, progress: progress)
        }
    }
}

extension LedgerTables {
    /// Whether these are the tables of a validator's copy, which may go on beyond its confirmed checkpoint.
    fileprivate func isValidatorCopy(anchor: [UInt8]?) throws -> Bool {
        try (try? confirmed()) != nil || (checkpoint() == nil && anchor == nil)
    }
}
