import Glibc

/// The operating system would not read or write. It names the operation and the cause, never the file.
public struct StreamError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What could not be done: "read", "write", "open", ...
    public let operation: String
    /// The system's error number.
    public let code: Int32

    /// Whether it could not be opened because it is not there, or is no file.
    public var isAboutTheName: Bool { [ENOENT, ENOTDIR, EISDIR].contains(code) }

    /// The failure that `errno` tells of.
    init(_ operation: String) {
        self.operation = operation
        self.code = errno
    }

    public var description: String { "cannot \(operation): \(String(cString: strerror(code)))" }
}

/// Reads a file descriptor: a file, a pipe, a terminal.
public struct FileSource: ByteSource, ~Copyable {
    let descriptor: Int32
    private let closes: Bool

    /// Reads what `descriptor` gives; the caller closes it.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        self.closes = false
    }

    /// Opens a file; it is closed with the source. Throws `StreamError`.
    public init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StreamError("open") }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        self.descriptor = descriptor
        self.closes = true
    }

    deinit { if closes { close(descriptor) } }

    public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw StreamError("read") }
        }
    }
}

/// Writes to a file descriptor that the caller closes: a file, a pipe, a terminal.
public struct FileSink: ByteSink {
    let descriptor: Int32

    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno != EINTR {
                throw StreamError("write")
            }
        }
    }
}
