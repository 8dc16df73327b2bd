/// Why a bucket could not do what was asked. Equal by code: callers and tests branch on that alone.
///
/// It names neither keys nor credentials; of what the store says only its error code.
public struct BucketError: Error, Sendable, CustomStringConvertible {
    public enum Code: Hashable, Sendable {
        /// There is no such object or upload.
        case absent
        case noBucket
        /// Another object has the key.
        case exists
        /// The object is shorter than what was asked of it.
        case shorter
        /// The store refuses: the credentials do not allow it, or the bucket's own rules.
        case refused
        /// Address, authorities or credentials cannot be used as they are.
        case misconfigured
        /// The bucket keeps old versions: what is removed would stay.
        case versioned
        /// No room is left in the store.
        case full
        /// The store does not answer, or breaks off, or is busy, for longer than the tries last.
        case unavailable
        /// The store answers what S3 does not allow.
        case malformed
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    static let versioned = BucketError(
        .versioned,
        "the bucket keeps old versions, so that nothing in it is ever erased: use a bucket whose versioning was never enabled"
    )

    static func malformed(_ what: String) -> BucketError {
        BucketError(.malformed, "the store answers what is not S3: \(what)")
    }
}

extension BucketError: Equatable {
    public static func == (one: BucketError, other: BucketError) -> Bool { one.code == other.code }
}
