public import Contract

/// Why a use case ended: what kind of end, and a sentence for people that holds no patient's data and no key.
public struct ClientFailure: Error, Sendable, CustomStringConvertible {
    /// The raw values are the exit codes of `medseal`.
    public enum Code: Int32, Sendable {
        /// The contract or the server refused, or somebody here did.
        case refused = 1
        /// What was asked for makes no sense.
        case badInput = 2
        /// Network, server or disk do not do their part.
        case unreachable = 3
        /// A hash, signature, proof or binding does not hold.
        case unverified = 4
    }

    public let code: Code
    public let message: String
    /// What an error below says of it; in a browser nothing does.
    public let cause: String?
    /// The contract's code, where it is the contract that refused.
    public let rejection: RejectionCode?

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        cause = nil
        rejection = nil
    }

    private init(_ rejection: RejectionCode) {
        code = .refused
        message = rejection.explanation
        cause = nil
        self.rejection = rejection
    }

    public init(_ code: Code, _ message: String, cause: some Error) {
        self.code = code
        self.message = message
        rejection = nil
        #if hasFeature(Embedded)
            // An error's text needs reflection.
            self.cause = nil
        #else
            self.cause = "\(cause)"
        #endif
    }

    public static func refused(_ message: String) -> ClientFailure { ClientFailure(.refused, message) }
    /// The contract refused, or would.
    public static func rejected(_ code: RejectionCode) -> ClientFailure { ClientFailure(code) }
    public static func badInput(_ message: String) -> ClientFailure { ClientFailure(.badInput, message) }
    public static func unreachable(_ message: String) -> ClientFailure {
        ClientFailure(.unreachable, message)
    }
    public static func unreachable(_ message: String, cause: some Error) -> ClientFailure {
        ClientFailure(.unreachable, message, cause: cause)
    }
    public static func unverified(_ message: String) -> ClientFailure { ClientFailure(.unverified, message) }
    public static func unverified(_ message: String, cause: some Error) -> ClientFailure {
        ClientFailure(.unverified, message, cause: cause)
    }

    public var description: String {
        #if !hasFeature(Embedded)
            if let rejection { return "\(message) (\(rejection), code \(rejection.rawValue))" }
        #endif
        return cause.map { "\(message): \($0)" } ?? message
    }
}
