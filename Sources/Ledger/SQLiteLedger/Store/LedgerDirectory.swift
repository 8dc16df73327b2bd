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
    private let descriptor: Int32

    /// Locks the directory until `unlock`, or until this value is gone. Throws `absent`, or `inUse` when
    /// another process has the lock.
    init(_ path: String) throws(LedgerError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw errno == ENOENT ? .absent : .failed("opening the directory") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        unlock()
        close(descriptor)
    }

    /// Gives the lock back. Closing alone does not while a child that is just being started has the
    /// descriptor too.
    func unlock() { flock(descriptor, LOCK_UN) }

    /// Makes the directory where it is missing, for its owner only.
    static func make(_ path: String) throws(LedgerError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .failed("making the directory") }
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
            for suffix in ["", "-wal", "-shm"] { unlinkat(descriptor, temporary + suffix, 0) }
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
            try sync(temporary)
            if let previous, linkat(descriptor, Self.databaseName, descriptor, previous, 0) != 0 {
                throw .failed("linking \(previous)")
            }
            try rename(temporary, to: Self.databaseName)
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

    private func has(_ name: String) -> Bool { faccessat(descriptor, name, F_OK, 0) == 0 }

    private func sync(_ name: String) throws(LedgerError) {
        let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .failed("opening \(name)") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .failed("syncing \(name)") }
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
        let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .failed("reading \(name)")
        }
        defer { close(file) }
        // Longer than any checkpoint of ours: what is cut off there is none anyway.
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count >= 0 else { throw .failed("reading \(name)") }
        return Array(bytes.prefix(count))
    }

    private func replace(_ name: String, with note: [UInt8]) throws(LedgerError) {
        let temporary = name + ".new"
        let file = openat(descriptor, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .failed("writing \(name)") }
        let isDurable = write(file, note, note.count) == note.count && fsync(file) == 0
        let error: LedgerError? = isDurable ? nil : .failed("writing \(name)")
        close(file)
        if let error {
            unlinkat(descriptor, temporary, 0)
            throw error
        }
        try rename(temporary, to: name)
    }

    private func rename(_ old: String, to new: String) throws(LedgerError) {
        guard renameat(descriptor, old, descriptor, new) == 0 else { throw .failed("renaming to \(new)") }
        guard fsync(descriptor) == 0 else { throw .failed("syncing the directory") }
    }
}

extension LedgerError {
    /// What the last system call failed with.
    static func failed(_ what: String) -> LedgerError {
        let code = errno
        if code == ENOSPC || code == EDQUOT { return .diskFull }
        return .storage("\(what): \(String(cString: strerror(code)))")
    }
}
