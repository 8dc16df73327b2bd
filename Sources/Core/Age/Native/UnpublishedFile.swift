import Glibc
import Primitives
import Synchronization

/// A file that appears under its name only when it is whole: written without a name, readable by its owner only, synced,
/// then named, then the directory synced. Dropped without `publish`, it leaves nothing, and neither does a process
/// that a signal ends. On file systems that know no files without names it has another name beside until then: what a process
/// leaves that is killed there goes with the next file in the directory.
///
/// Files has the like, among folders that it holds open and locks. Core imports no other layer, and Age's own
/// callers are to get all of a file or nothing, too.
package struct UnpublishedFile: ~Copyable {
    private let descriptor: Int32
    private let directory: Int32
    private let name: String
    private let temporaryName: String
    private var leftover: Leftover?

    /// `O_TMPFILE`, whose macro Swift does not read.
    private static let withoutName = 0o20000000 | O_DIRECTORY

    /// Throws `StreamError`.
    package init(at path: String) throws {
        let slash = path.lastIndex(of: "/")
        let directoryPath = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let directory = Glibc.open(directoryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw StreamError("open the directory") }
        let temporaryName = PartialName.new()
        var descriptor = openat(directory, ".", O_WRONLY | O_CLOEXEC | Self.withoutName, 0o600)
        if descriptor < 0, [EOPNOTSUPP, EISDIR, ENOENT, EINVAL].contains(errno) {
            PartialName.sweep(directory, at: directoryPath)
            // Before it is locked, another process' sweep may take it away.
            repeat {
                if descriptor >= 0 { close(descriptor) }
                descriptor = openat(directory, temporaryName, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            } while descriptor >= 0 && !PartialName.hold(descriptor)
            if descriptor >= 0 { leftover = Self.leftover(directory, temporaryName) }
        }
        guard descriptor >= 0 else {
            let failure = StreamError("create the file")
            close(directory)
            throw failure
        }
        self.name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        self.temporaryName = temporaryName
        self.directory = directory
        self.descriptor = descriptor
    }

    private static func leftover(_ directory: Int32, _ name: String) -> Leftover {
        Leftover { unlinkat(directory, name, 0) }
    }

    deinit {
        if let leftover {
            unlinkat(directory, temporaryName, 0)
            leftover.finish()
        }
        close(descriptor)
        close(directory)
    }

    package var sink: FileSink { FileSink(descriptor: descriptor) }

    /// Makes it durable and gives it its name: in place of what had it before, or, unless `replacing`, only where nothing has
    /// it. Throws `StreamError`, then with `EEXIST`.
    package mutating func publish(replacing: Bool = true) throws {
        guard fsync(descriptor) == 0 else { throw StreamError("sync the file") }
        if leftover == nil {
            let source = "/proc/self/fd/\(descriptor)"
            if !replacing {
                guard linkat(AT_FDCWD, source, directory, name, AT_SYMLINK_FOLLOW) == 0 else {
                    throw StreamError("name the file")
                }
                return try synchronizeDirectory()
            }
            // A link replaces nothing: it gets another name first, as a file that had one from the beginning.
            leftover = Self.leftover(directory, temporaryName)
            guard linkat(AT_FDCWD, source, directory, temporaryName, AT_SYMLINK_FOLLOW) == 0 else {
                throw StreamError("name the file")
            }
        }
        if replacing {
            guard renameat(directory, temporaryName, directory, name) == 0 else {
                throw StreamError("rename the file")
            }
        } else {
            guard linkat(directory, temporaryName, directory, name, 0) == 0 else {
                throw StreamError("name the file")
            }
            unlinkat(directory, temporaryName, 0)
        }
        leftover?.finish()
        leftover = nil
        try synchronizeDirectory()
    }

    private func synchronizeDirectory() throws {
        guard fsync(directory) == 0 else { throw StreamError("sync the directory") }
    }
}

/// The name that a file has before it is whole, where it must have one. Its process holds a lock on it.
private enum PartialName {
    private static let (prefix, suffix) = (".medseal-", ".partial")
    private static let swept = Synchronization.Mutex<Set<String>>([])

    static func new() -> String {
        let digits = Array("0123456789abcdef".utf8)
        let random = Random.bytes(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return prefix + String(decoding: random, as: UTF8.self) + suffix
    }

    /// Locks a file that was just made; false where it was swept away meanwhile.
    static func hold(_ descriptor: Int32) -> Bool {
        var status = stat()
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && fstat(descriptor, &status) == 0
            && status.st_nlink > 0
    }

    /// Removes what processes that were killed have left in the directory, once in this process.
    static func sweep(_ directory: Int32, at path: String) {
        guard swept.withLock({ $0.insert(path).inserted }), let stream = opendir(path) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { continue }
            let file = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard file >= 0 else { continue }
            if flock(file, LOCK_EX | LOCK_NB) == 0 { unlinkat(directory, name, 0) }
            close(file)
        }
    }
}
