import Glibc

/// Why the vault could not do what was asked.
public enum VaultError: Error, Equatable {
    /// A digest that does not have 32 bytes.
    case malformedDigest
    /// The bytes do not have the digest that was announced for them; none were kept.
    case digestMismatch
    /// No ciphertext of that digest is here.
    case absent
    /// Where the ciphertext, or a directory of the store, should be is something else: a link, a pipe, a
    /// directory.
    case notAFile
    /// The stored file no longer has the length it had when it was opened: the disk or someone changed it.
    case changedWhileRead
    /// No room is left on the disk, or the quota is used up; what was being written is gone.
    case full
    /// The store was opened for reading only.
    case readOnly
    /// The deposit was finished or aborted before.
    case incomingBlobClosed
    /// The operating system refused; `code` is its `errno`.
    case system(call: String, code: Int32)

    /// The error that `errno` stands for after `call` failed.
    static func last(_ call: StaticString) -> VaultError {
        switch errno {
        case ENOSPC, EDQUOT: .full
        case EROFS: .readOnly
        case ELOOP, ENOTDIR, EISDIR: .notAFile
        case let code: .system(call: "\(call)", code: code)
        }
    }
}
