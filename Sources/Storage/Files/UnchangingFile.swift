import Glibc

/// A regular file that is read from its beginning to its end, and has to stay as it is meanwhile.
public final class UnchangingFile {
    private let file: OpenFile
    private let path: String
    private let before: stat
    private var offset: Int

    public var byteCount: Int { Int(before.st_size) }

    /// Opens the file at `path`, to be read from `offset` on; a link is followed. Throws `otherKind` for what is no regular file: a pipe or a device
    /// has no end to rely on, and cannot be read a second time.
    public init(_ path: String, from offset: Int = 0) throws(FileError) {
        // Without O_NONBLOCK a pipe would hold the reader until somebody writes.
        let number = uninterrupted { open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
        guard number >= 0 else { throw FileError(after: "open", "cannot read \(path)") }
        file = OpenFile(number, path)
        self.path = path
        self.offset = offset
        before = try file.status()
        guard before.st_mode & S_IFMT == S_IFREG else {
            throw FileError(.otherKind, "\(path) is no regular file: save it into one first")
        }
        _ = posix_fadvise(number, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Reads as many bytes as there is room for; 0 at the end. Throws when the file is another at its end
    /// than it was at its beginning, by its size or by its times.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        let count = try file.read(into: buffer, at: offset)
        offset += count
        if count < buffer.count { try requireUnchanged() }
        return count
    }

    /// All of it. Throws `tooLong` when that is more than `bytesMax`.
    public func bytes(max bytesMax: Int) throws(FileError) -> [UInt8] {
        guard byteCount <= bytesMax else { throw FileError(.tooLong, "\(path) is longer than it may be") }
        let bytes = try file.read(byteCount + 1, at: 0)
        offset = bytes.count
        try requireUnchanged()
        return bytes
    }

    private func requireUnchanged() throws(FileError) {
        let now = try file.status()
        let isSame =
            offset == byteCount && now.st_size == before.st_size
            && now.st_mtim.tv_sec == before.st_mtim.tv_sec && now.st_mtim.tv_nsec == before.st_mtim.tv_nsec
            && now.st_ctim.tv_sec == before.st_ctim.tv_sec && now.st_ctim.tv_nsec == before.st_ctim.tv_nsec
        guard isSame else {
            throw FileError(.failed, "\(path) changed while it was read: try again when nobody writes to it")
        }
    }
}
