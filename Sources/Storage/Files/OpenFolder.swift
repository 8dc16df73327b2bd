import Contract
public import Glibc
import Primitives

/// An open folder, and what is done to the names in it; closed with its last reference.
///
/// Whatever is reached through it is reached one name at a time and never through a link: no name that anyone
/// planted leads out of it (SECURITY.md, T51).
public final class OpenFolder: Sendable {
    private let descriptor: Int32
    private let path: String

    private init(_ descriptor: Int32, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens the folder at `path`. Links above it are the administrator's; it may be one itself only where
    /// `followingLink` says so.
    public convenience init(path: String, followingLink: Bool = false) throws(FileError) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followingLink ? 0 : O_NOFOLLOW)
        let number = uninterrupted { open(path, flags) }
        guard number >= 0 else { throw FileError(after: "open", "cannot open the folder \(path)") }
        self.init(number, path)
    }

    public func openFolder(_ name: String) throws(FileError) -> OpenFolder {
        let number = uninterrupted {
            openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        guard number >= 0 else { throw FileError(after: "openat", "cannot open the folder \(path)/\(name)") }
        return OpenFolder(number, "\(path)/\(name)")
    }

    /// What a name in a folder stands for.
    public enum Kind: Sendable {
        case file, folder, link, other
    }

    /// What stands under the name itself, without following a link; nil where there is nothing.
    public func kind(of name: String) throws(FileError) -> Kind? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw FileError(after: "fstatat", "cannot look at \(path)/\(name)")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// Opens a regular file for reading; nil when there is none of that name. Throws `otherKind` for a link, a
    /// pipe, a folder.
    public func openFile(_ name: String) throws(FileError) -> OpenFile? {
        // Without O_NONBLOCK a planted pipe would hold the reader for ever.
        let number = uninterrupted {
            openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        }
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw FileError(after: "openat", "cannot open \(path)/\(name)")
        }
        let file = OpenFile(number, "\(path)/\(name)")
        guard try file.status().st_mode & S_IFMT == S_IFREG else {
            throw FileError(.otherKind, "\(path)/\(name) is no file")
        }
        return file
    }

    /// Makes a new file for writing; fails when the name is taken by anything.
    public func createFile(_ name: String, mode: UInt32 = 0o600) throws(FileError) -> OpenFile {
        try create(name, O_EXCL | O_NOFOLLOW, mode)
    }

    /// Makes a file for writing, empty, in place of the bytes of what had the name. A link of that name is followed:
    /// only for folders into which their owner alone writes.
    func overwriteFile(_ name: String, mode: UInt32) throws(FileError) -> OpenFile {
        try create(name, O_TRUNC, mode)
    }

    /// Makes a file for writing and reading that has no name: nothing else opens it, and it goes with its last
    /// reference, however the process ends.
    public func unnamedFile() throws(FileError) -> OpenFile {
        let name = ".\(lowercaseHex(Random.bytes(16)))"
        let number = uninterrupted {
            openat(descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        guard number >= 0 else { throw FileError(after: "openat", "cannot write into \(path)") }
        let file = OpenFile(number, "a file in \(path)")
        try remove(name)
        return file
    }

    /// Opens a regular file for reading and for writing at its end; makes it where there is none. Throws `otherKind` for
    /// a link, a pipe, a folder.
    public func extendFile(_ name: String, mode: UInt32 = 0o600) throws(FileError) -> OpenFile {
        let number = uninterrupted {
            openat(
                descriptor, name, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, mode)
        }
        guard number >= 0 else { throw FileError(after: "openat", "cannot write \(path)/\(name)") }
        let file = OpenFile(number, "\(path)/\(name)")
        guard try file.status().st_mode & S_IFMT == S_IFREG else {
            throw FileError(.otherKind, "\(path)/\(name) is no file")
        }
        return file
    }

    /// How many bytes there is room for where the folder lies, for those who are not root.
    public func bytesFree() throws(FileError) -> Int {
        var status = statvfs()
        guard uninterrupted({ fstatvfs(descriptor, &status) }) == 0 else {
            throw FileError(after: "fstatvfs", "cannot see how much room \(path) has")
        }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
                .partialValue)
    }

    private func create(_ name: String, _ flag: Int32, _ mode: UInt32) throws(FileError) -> OpenFile {
        let number = uninterrupted {
            openat(descriptor, name, O_WRONLY | O_CREAT | O_CLOEXEC | flag, mode)
        }
        guard number >= 0 else { throw FileError(after: "openat", "cannot write \(path)/\(name)") }
        return OpenFile(number, "\(path)/\(name)")
    }

    /// Makes a folder of mode 0700 unless the name is taken. Says whether it made one.
    @discardableResult
    public func makeFolder(_ name: String, mode: UInt32 = 0o700) throws(FileError) -> Bool {
        if mkdirat(descriptor, name, mode) == 0 { return true }
        guard errno == EEXIST else { throw FileError(after: "mkdirat", "cannot make \(path)/\(name)") }
        return false
    }

    /// What stands under `name` itself, links not followed; nil when there is nothing.
    public func status(of name: String) throws(FileError) -> stat? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        guard errno == ENOENT else { throw FileError(after: "fstatat", "cannot look at \(path)/\(name)") }
        return nil
    }

    /// Removes a file or a link, not what it leads to. Says whether there was one.
    @discardableResult
    public func remove(_ name: String) throws(FileError) -> Bool {
        if unlinkat(descriptor, name, 0) == 0 { return true }
        guard errno == ENOENT else { throw FileError(after: "unlinkat", "cannot remove \(path)/\(name)") }
        return false
    }

    /// The same by a name as its bytes, which need not be text.
    @discardableResult
    public func remove(_ name: [UInt8]) throws(FileError) -> Bool {
        let isRemoved = (name + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { unlinkat(descriptor, $0.baseAddress!, 0) == 0 }
        }
        if isRemoved { return true }
        guard errno == ENOENT else { throw FileError(after: "unlinkat", "cannot remove a file in \(path)") }
        return false
    }

    /// Removes an empty folder; fine when there is none. Throws `exists` when something is in it.
    public func removeFolder(_ name: String) throws(FileError) {
        guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw FileError(after: "unlinkat", "cannot remove the folder \(path)/\(name)")
        }
    }

    /// Gives a file the name `other` in `folder`, in place of what had it there. Durable once that folder is
    /// synchronized.
    public func rename(_ name: String, to other: String, in folder: OpenFolder) throws(FileError) {
        guard renameat(descriptor, name, folder.descriptor, other) == 0 else {
            throw FileError(after: "renameat", "cannot rename to \(folder.path)/\(other)")
        }
    }

    /// Gives a file the name `other` beside its own. Throws `exists` when something has that.
    public func link(_ name: String, to other: String) throws(FileError) {
        guard linkat(descriptor, name, descriptor, other, 0) == 0 else {
            throw FileError(after: "linkat", "cannot make \(path)/\(other)")
        }
    }

    /// On return, which names the folder has survives a power cut.
    public func synchronize() throws(FileError) {
        guard uninterrupted({ fsync(descriptor) }) == 0 else {
            throw FileError(after: "fsync", "cannot write the names in \(path) to the disk")
        }
    }

    /// How a lock excludes others: all of them, or only those that want to be alone.
    public enum Lock: Sendable {
        case alone, shared
    }

    /// Waits for the folder's advisory lock, which is let go with the last reference.
    public func lock(_ lock: Lock) throws(FileError) {
        guard uninterrupted({ flock(descriptor, lock == .alone ? LOCK_EX : LOCK_SH) }) == 0 else {
            throw FileError(after: "flock", "cannot lock \(path)")
        }
    }

    /// Takes the lock alone if nothing else holds it. Says whether it has it.
    public func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// Locks it once no other process holds it: for what takes a moment. Throws `failed` where the file system has no locks.
    public func lock() throws(FileError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(after: "flock", "cannot lock a folder") }
        }
    }

    /// Gives the lock back. Closing alone does not while a child that is just being started has the descriptor too.
    public func unlock() { flock(descriptor, LOCK_UN) }

    /// Whether it has no name in it. Reads no more than it takes to know.
    public func isEmpty() throws(FileError) -> Bool {
        var isEmpty = true
        try forEachName { _ in
            isEmpty = false
            return false
        }
        return isEmpty
    }

    /// The names in this folder as their bytes, sorted, without `.` and `..`: those after `last`, at most
    /// `limit` of them. It holds no more than twice as many at once, however many there are.
    public func names(after last: [UInt8]? = nil, limit: Int = .max) throws(FileError) -> [[UInt8]] {
        var names: [[UInt8]] = []
        func keepFirst() {
            names.sort { $0.lexicographicallyPrecedes($1) }
            if names.count > limit { names.removeLast(names.count - limit) }
        }
        try forEachName { name in
            if let last, !last.lexicographicallyPrecedes(name) { return true }
            names.append(name)
            if names.count / 2 >= limit { keepFirst() }
            return true
        }
        keepFirst()
        return names
    }

    /// Hands each name to `take`, in no order, for as long as it asks for more.
    private func forEachName(_ take: (_ name: [UInt8]) -> Bool) throws(FileError) {
        // A descriptor of its own: reading moves its position.
        let copy = uninterrupted { openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard copy >= 0 else { throw FileError(after: "openat", "cannot list \(path)") }
        guard let stream = fdopendir(copy) else {
            let error = FileError(after: "fdopendir", "cannot list \(path)")
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { [UInt8]($0.prefix { $0 != 0 }) }
            guard name != [0x2e], name != [0x2e, 0x2e] else { continue }
            guard take(name) else { return }
        }
        guard errno == 0 else { throw FileError(after: "readdir", "cannot list \(path)") }
    }
}
