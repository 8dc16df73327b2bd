import Glibc

/// An open file or directory; closed with its last reference.
///
/// Everything in the store is reached through a directory that is already open, one name at a time, and never
/// through a link: no name that anyone planted leads out of it (SECURITY.md, T51).
final class FileDescriptor: Sendable {
    let number: Int32

    private init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens the store's own directory. Links above it are the administrator's; it must not be one itself.
    static func openDirectory(path: String) throws(VaultError) -> FileDescriptor {
        try opened { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
    }

    func openDirectory(_ name: String) throws(VaultError) -> FileDescriptor {
        try Self.opened { openat(number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
    }

    /// Opens a regular file for reading; nil when there is none of that name.
    func openFile(_ name: String) throws(VaultError) -> FileDescriptor? {
        // Without O_NONBLOCK a planted pipe would hold the reader for ever.
        let number = Self.uninterrupted {
            openat(self.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        }
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw errno == ENXIO ? VaultError.notAFile : VaultError.last("openat")
        }
        let file = FileDescriptor(number)
        guard try file.status().st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        return file
    }

    /// Makes a new file for writing, mode 0600; fails when the name is taken by anything.
    func createFile(_ name: String) throws(VaultError) -> FileDescriptor {
        try Self.opened {
            openat(number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
    }

    /// Makes a directory of mode 0700 unless the name is taken. Says whether it made one.
    @discardableResult
    func makeDirectory(_ name: String) throws(VaultError) -> Bool {
        if mkdirat(number, name, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw .last("mkdirat") }
        return false
    }

    func status() throws(VaultError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .last("fstat") }
        return status
    }

    /// What stands under `name` itself, links not followed; nil when there is nothing.
    func status(of name: String) throws(VaultError) -> stat? {
        var status = stat()
        if fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        guard errno == ENOENT else { throw .last("fstatat") }
        return nil
    }

    /// Removes a file or a link, not what it leads to. Says whether there was one.
    @discardableResult
    func remove(_ name: String) throws(VaultError) -> Bool {
        if unlinkat(number, name, 0) == 0 { return true }
        guard errno == ENOENT else { throw .last("unlinkat") }
        return false
    }

    /// On return, what was written to this file, or which names this directory has, survives a power cut.
    func synchronize() throws(VaultError) {
        guard Self.uninterrupted({ fsync(number) }) == 0 else { throw .last("fsync") }
    }

    /// Sets the time of the last change to now.
    func touch() throws(VaultError) {
        guard futimens(number, nil) == 0 else { throw .last("futimens") }
    }

    /// Waits for the advisory lock, which is let go with the last reference.
    func lock(_ operation: Int32) throws(VaultError) {
        guard Self.uninterrupted({ flock(number, operation) }) == 0 else { throw .last("flock") }
    }

    /// Reads at `offset` until `buffer` is full or the file ends; returns the number of bytes read.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(VaultError) -> Int {
        var done = 0
        while done < buffer.count {
            let start = buffer.baseAddress! + done
            let count = pread(number, start, buffer.count - done, off_t(offset + done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("pread")
            }
            done += count
        }
        return done
    }

    /// Writes all of `bytes` at the file's end.
    func write(_ bytes: UnsafeRawBufferPointer) throws(VaultError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            let count = Glibc.write(number, start, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("write")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The names in this directory as their bytes, sorted, without `.` and `..`.
    func names() throws(VaultError) -> [[UInt8]] {
        // A descriptor of its own: reading moves its position.
        let copy = Self.uninterrupted { openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard copy >= 0 else { throw .last("openat") }
        guard let stream = fdopendir(copy) else {
            let error = VaultError.last("fdopendir")
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { [UInt8]($0.prefix { $0 != 0 }) }
            if name != [0x2e], name != [0x2e, 0x2e] { names.append(name) }
        }
        guard errno == 0 else { throw .last("readdir") }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func opened(_ call: () -> Int32) throws(VaultError) -> FileDescriptor {
        let number = uninterrupted(call)
        guard number >= 0 else { throw .last("open") }
        return FileDescriptor(number)
    }

    private static func uninterrupted(_ call: () -> Int32) -> Int32 {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }
}
