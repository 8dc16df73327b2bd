import Glibc

/// What stands under a path that somebody typed.
public struct FileStatus: Sendable {
    public enum Kind: Sendable {
        case file, folder, link
        /// A character device or a pipe: written to as it is.
        case stream
        case other
    }

    public let kind: Kind
    private let device: UInt64
    private let number: UInt64

    /// Nil where there is nothing. Throws where one cannot look.
    public init?(_ path: String, followingLink: Bool) throws(FileError) {
        var status = stat()
        guard (followingLink ? stat(path, &status) : lstat(path, &status)) == 0 else {
            if errno == ENOENT { return nil }
            throw FileError(after: "stat", "cannot look at \(path)")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        case S_IFCHR, S_IFIFO: kind = .stream
        default: kind = .other
        }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
    }

    /// Whether both are one file, by whatever paths.
    public func isSame(as other: FileStatus) -> Bool { device == other.device && number == other.number }
}
