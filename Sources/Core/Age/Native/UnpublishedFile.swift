import Glibc
import Primitives

/// A file that appears under its name only when it is whole: written beside it under another name, readable
/// by its owner only, synced, then renamed, then the directory synced. Dropped without `publish`, it leaves
/// nothing.
///
/// Files has the like, among folders that it holds open and locks. Core imports no other layer, and Age's own
/// callers are to get all of a file or nothing, too.
struct UnpublishedFile: ~Copyable {
    private let descriptor: Int32
    private let directory: Int32
    private let name: String
    private let temporaryName: String
    private var isPublished = false

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
        let descriptor = openat(directory, temporaryName, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
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

    deinit {
        close(descriptor)
        if !isPublished { unlinkat(directory, temporaryName, 0) }
        close(directory)
    }

    var sink: FileSink { FileSink(descriptor: descriptor) }

    /// Makes it durable and gives it its name, in place of what had it before.
    mutating func publish() throws {
        guard fsync(descriptor) == 0 else { throw StreamError("sync the file") }
        guard renameat(directory, temporaryName, directory, name) == 0 else {
            throw StreamError("rename the file")
        }
        isPublished = true
        guard fsync(directory) == 0 else { throw StreamError("sync the directory") }
    }
}
