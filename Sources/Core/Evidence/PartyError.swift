public import Contract

/// Why what a party wanted came to nothing: an error of one of three kinds, with a sentence for people that holds no
/// patient's data and no key (docs/decisions/0022).
public struct PartyError: Error, Sendable, CustomStringConvertible {
    /// Whose the error is, and so who can do something about it.
    public enum Kind: Sendable {
        /// What was handed in is wrong: who handed it in can put it right.
        case input
        /// Another party, a server or the contract refuses, or what it says cannot be believed.
        case answer
        /// This machine could not do its part with files, memory or network: trying again may help.
        case machine
    }

    /// The raw values are the exit codes of `medseal`.
    public enum Code: Int32, Sendable {
        /// The contract or the server refused, or a rule here did.
        case refused = 1
        /// What was asked for makes no sense.
        case badInput = 2
        /// Network, server or disk do not do their part.
        case unavailable = 3
        /// A hash, signature, proof or binding does not hold.
        case unverified = 4

        public var kind: Kind {
            switch self {
            case .badInput: .input
            case .refused, .unverified: .answer
            case .unavailable: .machine
            }
        }
    }

    public let code: Code
    public let message: String
    /// What an error below says of it; in a browser nothing does.
    public let cause: String?
    /// The contract's code, where it is the contract that refused.
    public let rejection: RejectionCode?

    public var kind: Kind { code.kind }

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        cause = nil
        rejection = nil
    }

    private init(_ rejection: RejectionCode, of what: String?) {
        code = .refused
        message = what.map { "\($0): \(rejection.sentence)" } ?? rejection.sentence
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

    public var description: String {
        #if !hasFeature(Embedded)
            if let rejection { return "\(message) (\(rejection), code \(rejection.rawValue))" }
        #endif
        return cause.map { "\(message): \($0)" } ?? message
    }
}

extension PartyError {
    public static func badInput(_ message: String) -> PartyError { PartyError(.badInput, message) }

    public static func refused(_ message: String) -> PartyError { PartyError(.refused, message) }

    /// The contract refused, or would.
    public static func rejected(_ code: RejectionCode) -> PartyError { PartyError(code, of: nil) }

    /// The same of one of several: `what` says of which, `record 4f2a...`.
    public static func rejected(_ code: RejectionCode, _ what: String) -> PartyError {
        PartyError(code, of: what)
    }

    public static func unverified(_ message: String) -> PartyError { PartyError(.unverified, message) }

    public static func unverified(_ message: String, cause: some Error) -> PartyError {
        PartyError(.unverified, message, cause: cause)
    }

    public static func unavailable(_ message: String) -> PartyError { PartyError(.unavailable, message) }

    public static func unavailable(_ message: String, cause: some Error) -> PartyError {
        PartyError(.unavailable, message, cause: cause)
    }
}
