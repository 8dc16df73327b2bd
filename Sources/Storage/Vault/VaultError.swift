/// Why a vault could not do what was asked. Equal by code: callers and tests branch on that alone.
public struct VaultError: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// No blob of that name is in the record, or there is no vault.
        case absent
        /// The bytes do not have the digest of the name that they were to get; none were kept.
        case digestMismatch
        /// What is kept is not the blob any more: shorter than when it was opened, unreadable, or something else in
        /// its place.
        case damaged
        /// No room is left, or the quota is used up; what was being written is gone.
        case full
        /// The vault was opened for reading only.
        case readOnly
        /// The incoming blob was finished or aborted before.
        case closed
        /// Another call is bringing this very blob for the same sender.
        case inUse
        /// The place where the vault lies does not answer as it should; see `cause`.
        case unavailable
    }

    public let code: Code
    public let message: String
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}

extension VaultError: Equatable {
    public static func == (one: VaultError, other: VaultError) -> Bool { one.code == other.code }

    public static let absent = VaultError(.absent, "the record has no such blob in the vault")
    public static let digestMismatch = VaultError(
        .digestMismatch, "the bytes have not the digest that was announced")
    public static let damaged = VaultError(.damaged, "the vault holds something else in its place")
    public static let full = VaultError(.full, "the vault is full")
    public static let readOnly = VaultError(.readOnly, "the vault is open for reading only")
    public static let inUse = VaultError(
        .inUse, "another call is bringing this blob: wait until it has ended")
    public static let closed = VaultError(.closed, "this blob was finished or given up before")
}
