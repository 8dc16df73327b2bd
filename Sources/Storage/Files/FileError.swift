import Glibc

/// Why a file or a folder could not be read, written or named: what kind of reason, and a sentence for people.
///
/// It names paths and system calls, never what a file holds. Equal by code, so that callers and tests branch on
/// that alone.
public struct FileError: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// There is nothing of that name.
        case absent
        /// This user may not: the file or its folder belongs to another.
        case denied
        /// Something has the name already.
        case exists
        /// Under the name stands another kind of thing: a link, a pipe, a folder where a file should be.
        case otherKind
        /// The file is longer than its reader allows.
        case tooLong
        /// Another process holds the lock.
        case locked
        /// No room is left on the disk, or the quota is used up.
        case full
        /// The system has no descriptor or no memory left for it: nothing was done, and it passes by itself.
        case exhausted
        /// The file system takes no changes.
        case readOnly
        /// The disk cannot give back what it holds.
        case damaged
        /// The operating system refused for another reason; see `cause`.
        case failed
    }

    /// A system call and the `errno` that it failed with.
    public struct SystemCall: Hashable, Sendable, CustomStringConvertible {
        public let name: String
        public let code: Int32

        public var description: String { "\(name): \(String(cString: strerror(code)))" }
    }

    public let code: Code
    public let message: String
    public let cause: SystemCall?

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        self.cause = nil
    }

    /// The error that `errno` stands for after `call` failed.
    init(after call: StaticString, _ message: String) {
        let number = errno
        self.code =
            switch number {
            case ENOENT: .absent
            case EACCES, EPERM: .denied
            case EEXIST, ENOTEMPTY: .exists
            case ELOOP, ENOTDIR, EISDIR, ENXIO: .otherKind
            case EWOULDBLOCK: .locked
            case ENOSPC, EDQUOT: .full
            case EMFILE, ENFILE, ENOMEM: .exhausted
            case EROFS: .readOnly
            case EIO: .damaged
            default: .failed
            }
        self.message = message
        self.cause = SystemCall(name: "\(call)", code: number)
    }

    public var description: String {
        let text = cause.map { "\(message): \(String(cString: strerror($0.code)))" } ?? message
        return code == .denied
            ? text + "; run this as the user that it belongs to, or give it back (chown)" : text
    }
}

extension FileError: Equatable {
    public static func == (one: FileError, other: FileError) -> Bool { one.code == other.code }
}
