import Glibc
import Primitives

/// A file that appears under its name only when it is whole: written without a name, readable by its owner only, synced,
/// then named, then the directory synced. Dropped without `publish`, it leaves nothing, and neither does a process
/// that is killed, but on file systems that know no files without names: there it has another name beside.
///
/// Files has the like, among folders that it holds open and locks. Core imports no other layer, and Age's own
/// callers are to get all of a file or nothing, too.
struct UnpublishedFile: ~Copyable {
    private let descriptor: Int32
    private let directory: Int32
    private let name: String
    private let temporaryName: String
    private var hasTemporaryName = false

    /// `O_TMPFILE`, whose macro Swift does not read.
    private static let withoutName = 0o20000000 | O_DIRECTORY

    /// Throws `StreamError`.
    init(at path: String) throws {
        let slash = path.lastIndex(of: "/")
        let directoryPath = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let directory = Glibc.open(directoryPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw StreamError("open the directory") }
        let suffix = Random.bytes(8).map { byte in
            let digits = Array("0123456789abcdef".utf8)
            return String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
        }.joined()
        let temporaryName = ".medseal-\(suffix).partial"
        var descriptor = openat(directory, ".", O_WRONLY | O_CLOEXEC | Self.withoutName, 0o600)
        let needsName = descriptor < 0 && [EOPNOTSUPP, EISDIR, ENOENT, EINVAL].contains(errno)
        if needsName {
            descriptor = openat(directory, temporaryName, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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
        hasTemporaryName = needsName
    }

    deinit {
        close(descriptor)
        if hasTemporaryName { unlinkat(directory, temporaryName, 0) }
        close(directory)
    }

    var sink: FileSink { FileSink(descriptor: descriptor) }

    /// Makes it durable and gives it its name, in place of what had it before.
    mutating func publish() throws {
        guard fsync(descriptor) == 0 else { throw StreamError("sync the file") }
        if !hasTemporaryName {
            // A link replaces nothing: it gets another name first, as a file that had one from the beginning.
            guard
                linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", directory, temporaryName, AT_SYMLINK_FOLLOW)
                    == 0
            else { throw StreamError("name the file") }
            hasTemporaryName = true
        }
        guard renameat(directory, temporaryName, directory, name) == 0 else {
            throw StreamError("rename the file")
        }
        hasTemporaryName = false
        guard fsync(directory) == 0 else { throw StreamError("sync the directory") }
    }
}
