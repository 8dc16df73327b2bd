import Contract
import Identity
import Ledger
public import TransparencyLog

/// A log as a folder of files in the layout of c2sp.org/tlog-tiles, with `genesis.cbor` and `ledger.vkey`
/// beside: what a ledger is saved as, and from which it starts again when all else is lost.
///
/// Any reader of transparency logs can verify it; a ledger made from it has executed every entry. The same
/// folder may be written to again as the log grows: what is there stays, and its checkpoint comes last, so
/// that it is whole at any moment.
public struct Archive: Sendable {
    private static let genesisName = "genesis.cbor"
    private static let keyName = "ledger.vkey"
    private static let checkpointName = "checkpoint"

    /// The genesis file, signed by its organisations. Compare it with the one that you have.
    public let genesis: [UInt8]
    /// The checkpoint over the entries, signed by the ledger's key.
    public let checkpoint: VerifiedCheckpoint
    private let decoded: Genesis
    private let folder: ArchiveFolder

    /// Opens the archive in `folder`. Throws `file` when its genesis, key or checkpoint is missing or does not
    /// hold, `ledger` with `storage`.
    public init(at folder: String) throws(RestoreError) {
        self.folder = ArchiveFolder(folder)
        genesis = try Self.read(Self.genesisName, in: self.folder)
        do throws(LedgerError) {
            decoded = try Genesis(file: genesis)
        } catch {
            throw .file(Self.genesisName, "is not valid: \(error)")
        }
        guard let key = try? decoded.checkpointKeys().log,
            try Self.read(Self.keyName, in: self.folder) == key.encoded
        else { throw .file(Self.keyName, "is not the key that the genesis names") }
        let note = try Self.read(Self.checkpointName, in: self.folder)
        guard let checkpoint = try? VerifiedCheckpoint(opening: note, log: key) else {
            throw .file(Self.checkpointName, "is not signed by the ledger")
        }
        self.checkpoint = checkpoint
    }

    private static func read(_ name: String, in folder: ArchiveFolder) throws(RestoreError) -> [UInt8] {
        let bytes = try RestoreError.catching { () throws(LedgerError) in try folder.read(name) }
        guard let bytes else { throw .file(name, "is missing") }
        return bytes
    }

    // MARK: Restoring

    /// Makes a ledger of the archive in `directory`, which is made if it is missing, by executing every entry.
    ///
    /// The result opens as an `EmbeddedLedger` with the ledger's key, and as a `ValidatorCopy` without. Nothing
    /// is there before it is whole. Throws `fault` with the first entry that does not follow, `otherRoot`,
    /// `file`; and `ledger`: with `exists` where there is a ledger already, with `readOnly` where an anchor of
    /// it has survived that the archive is behind or contradicts.
    public func restore(
        to directory: String, progress: LedgerProgress = { _, _ in }
    ) throws(RestoreError) {
        let target = try RestoreError.catching { () throws(LedgerError) in
            try LedgerDirectory.make(directory)
            let target = try LedgerDirectory(directory)
            guard !target.hasDatabase else { throw .exists }
            return target
        }
        let signed = checkpoint.checkpoint.head
        let restoration = Restoration(
            genesis: decoded, file: genesis, note: checkpoint.note.encoded, signed: signed
        ) { range throws(RestoreError) in try entries(in: range, of: signed.size) }
        try target.addDatabase(RestoreError.ledger) { path throws(RestoreError) in
            try restoration.write(to: path, progress: progress)
            try RestoreError.catching { () throws(LedgerError) in try anchor(in: target, over: path) }
        }
    }

    /// Writes the anchor, before there is a ledger: a ledger without one would not open. One that is there
    /// already must be of this log, and no newer.
    private func anchor(in directory: LedgerDirectory, over path: String) throws(LedgerError) {
        if let note = try directory.readAnchor() {
            let key = try decoded.checkpointKeys().log
            guard let anchored = try? VerifiedCheckpoint(opening: note, log: key).checkpoint.head else {
                throw .readOnly(.anchorDamaged)
            }
            guard anchored.size <= checkpoint.checkpoint.head.size else {
                throw .readOnly(
                    .behindAnchor(anchored: anchored.size, present: checkpoint.checkpoint.head.size))
            }
            let database = try LedgerDatabase(path: path)
            defer { database.close() }
            guard try database.read({ try TreeHead(size: anchored.size, reading: $0) }) == anchored else {
                throw .readOnly(.differsFromAnchor(size: anchored.size))
            }
        }
        try directory.writeAnchor(checkpoint.note.encoded)
    }

    /// The entries from `position` on, as many as lie in one file with it; empty at the end. Nothing of them is
    /// checked but that they can be told apart. Throws `file`, and `ledger` with `storage`.
    public func entries(from position: UInt64) throws(RestoreError) -> [[UInt8]] {
        let (size, width) = (checkpoint.checkpoint.head.size, UInt64(TilePath.widthMax))
        guard position < size else { return [] }
        let first = position / width * width
        return Array(
            try entries(in: first..<min(first + width, size), of: size).dropFirst(Int(position - first)))
    }

    /// The entries of whole bundles, or of the last one.
    private func entries(in range: Range<UInt64>, of size: UInt64) throws(RestoreError) -> [[UInt8]] {
        let width = UInt64(TilePath.widthMax)
        var entries = [[UInt8]]()
        for first in stride(from: range.lowerBound, to: range.upperBound, by: TilePath.widthMax) {
            let path = TilePath(
                .entries, index: first / width, width: Int(min(width, size - first)))
            let name = path.name
            guard let bundle = EntryBundle.decode(try Self.read(name, in: folder), width: path.width) else {
                throw .file(name, "is not a bundle of \(path.width) entries")
            }
            entries += bundle
        }
        return entries
    }

    // MARK: Exporting

    /// Writes the log that `checkpoint` covers from `tables` into `folder`.
    fileprivate static func write(
        _ tables: LedgerTables, under checkpoint: VerifiedCheckpoint, of key: VerifierKey,
        to folder: ArchiveFolder, progress: LedgerProgress
    ) throws {
        guard let genesis = try tables.genesis() else { throw LedgerError.otherNetwork }
        let head = checkpoint.checkpoint.head
        guard try TreeHead(size: head.size, reading: tables) == head else {
            throw LedgerError.damaged(Finding(.tree, "has another root than the checkpoint"))
        }
        try folder.write(genesis, to: genesisName)
        try folder.write(key.encoded, to: keyName)
        let width = UInt64(TilePath.widthMax)
        func write(_ content: TilePath.Content, _ count: UInt64, _ done: (UInt64) -> Void) throws {
            for first in stride(from: 0, to: count, by: TilePath.widthMax) {
                let path = TilePath(content, index: first / width, width: Int(min(width, count - first)))
                guard let bytes = try tables.tile(path, size: head.size) else {
                    preconditionFailure("a tile within the log exists")
                }
                try folder.write(bytes, to: path.name)
                done(first + UInt64(path.width))
            }
        }
        try write(.entries, head.size) { progress($0, head.size) }
        var level = 0
        while head.size >> UInt64(8 * level) > 0 {
            try write(.hashes(level: level), head.size >> UInt64(8 * level)) { _ in }
            level += 1
        }
        try folder.write(checkpoint.note.encoded, to: checkpointName)
    }
}

extension LedgerTables {
    /// Writes the log up to the checkpoint `note`, which the key must have signed, into `folder`
    /// (`Archive`).
    func export(_ note: [UInt8], log key: VerifierKey, to folder: String, progress: LedgerProgress) throws {
        guard let checkpoint = try? VerifiedCheckpoint(opening: note, log: key) else {
            throw LedgerError.damaged(Finding(.checkpoint, "is not signed by this ledger"))
        }
        try Archive.write(self, under: checkpoint, of: key, to: ArchiveFolder(folder), progress: progress)
    }
}

extension TilePath {
    fileprivate var name: String { String(decoding: encoded, as: UTF8.self) }
}
