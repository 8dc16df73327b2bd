import Files
import Glibc
import Ledger

/// The directory of a ledger, locked for one process: the database, and beside it the anchor, the newest
/// signed checkpoint in a file of its own, by which the ledger notices that its database was changed or put
/// back (SECURITY.md, T33).
final class LedgerDirectory: Sendable {
    static let anchorName = "checkpoint"
    static let cosignedName = "cosigned"
    private static let databaseName = "ledger.sqlite"

    private let path: String
    private let folder: OpenFolder

    /// Locks the directory until `unlock`, or until this value is gone. Throws `absent`, or `inUse` when
    /// another process has the lock.
    init(_ path: String) throws(LedgerError) {
        do throws(FileError) {
            folder = try OpenFolder(path: path, followingLink: true)
        } catch { throw error.code == .absent ? .absent : LedgerError(error) }
        guard folder.tryLock() else { throw .inUse }
        self.path = path
    }

    deinit { unlock() }

    func unlock() { folder.unlock() }

    /// Makes the directory where it is missing, for its owner only.
    static func make(_ path: String) throws(LedgerError) {
        do { try Folder(path).makeItself() } catch { throw LedgerError(error) }
    }

    // MARK: The database's file

    var databasePath: String { path + "/" + Self.databaseName }
    var hasDatabase: Bool { has(Self.databaseName) }

    /// Has `make` write a database file under another name and gives it its own once it is durable: there is
    /// never half of one. A database that is there already stays under the name `previous`.
    func addDatabase<Failure: Error>(
        keepingPrevious previous: String? = nil, _ failure: (LedgerError) -> Failure,
        _ make: (_ path: String) throws(Failure) -> Void
    ) throws(Failure) {
        let temporary = Self.databaseName + ".new"
        func removeTemporary() {
            for suffix in ["", "-wal", "-shm"] { _ = try? folder.remove(temporary + suffix) }
        }
        // What a crash has left behind, and after this what a failure does.
        removeTemporary()
        defer { removeTemporary() }
        try make(path + "/" + temporary)
        do throws(LedgerError) {
            // What is still in a WAL would be left behind, or come back into another file.
            for name in [temporary, Self.databaseName] where has(name + "-wal") {
                throw .storage("\(name)-wal was not folded into its database")
            }
            try publish(temporary, keepingPrevious: previous)
        } catch { throw failure(error) }
    }

    func addDatabase(_ make: (_ path: String) throws(LedgerError) -> Void) throws(LedgerError) {
        try addDatabase({ $0 }, make)
    }

    /// What a database that was replaced at `now`, in seconds since 1970, is called from then on.
    static func previousName(at now: UInt64) -> String {
        var (seconds, parts) = (time_t(clamping: now), tm())
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
        return databaseName + ".replaced-"
            + String(decoding: text.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
    }

    private func has(_ name: String) -> Bool { (try? folder.status(of: name)) != nil }

    /// Makes the database in the file `temporary` durable, then gives it its name.
    private func publish(_ temporary: String, keepingPrevious previous: String?) throws(LedgerError) {
        do throws(FileError) {
            try folder.openFile(temporary)?.synchronize()
            if let previous { try folder.link(Self.databaseName, to: previous) }
            try folder.rename(temporary, to: Self.databaseName, in: folder)
            try folder.synchronize()
        } catch { throw LedgerError(error) }
    }

    // MARK: The anchor

    /// The anchor's bytes, or nil when there is no such file.
    func readAnchor() throws(LedgerError) -> [UInt8]? { try read(Self.anchorName) }

    /// Replaces the anchor: once this returns it survives a power cut, and at no moment is there half of one.
    func writeAnchor(_ note: [UInt8]) throws(LedgerError) { try replace(Self.anchorName, with: note) }

    /// The newest checkpoint that enough validators have cosigned.
    func readCosigned() throws(LedgerError) -> [UInt8]? { try read(Self.cosignedName) }

    func writeCosigned(_ note: [UInt8]) throws(LedgerError) { try replace(Self.cosignedName, with: note) }

    private func read(_ name: String) throws(LedgerError) -> [UInt8]? {
        do throws(FileError) {
            // Longer than any checkpoint of ours: what is cut off there is none anyway.
            return try folder.openFile(name)?.read(1 << 16, at: 0)
        } catch { throw LedgerError(error) }
    }

    private func replace(_ name: String, with note: [UInt8]) throws(LedgerError) {
        do throws(FileError) {
            var file = try UnpublishedFile(name, in: folder, mode: 0o644, temporaryName: name + ".new")
            try file.file.write(note)
            try file.publish()
        } catch { throw LedgerError(error) }
    }
}

extension LedgerError {
    /// What a file that could not be read or written means for a ledger.
    init(_ error: FileError) {
        self =
            switch error.code {
            case .full: .diskFull
            case .exhausted: .exhausted("\(error)")
            default: .storage("\(error)")
            }
    }
}
