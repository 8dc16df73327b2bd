/// Why a certificate or a PEM file was refused or could not be made. Equal by code.
public struct IdentityError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// The bytes are not exactly one PEM block of the label asked for.
        case pemMalformed
        /// The authority's certificate is not that of a P-256 certificate authority of one organisation.
        case authorityMalformed
        /// The private key is not the one of the authority's certificate.
        case keyMismatch
        /// A member's name is empty, too long or holds characters that do not print.
        case nameNotAllowed
        /// A host name or address is malformed, or there is none.
        case hostNotAllowed
        /// The lifetime ends before it begins or outlasts the authority.
        case lifetimeNotAllowed
        /// The key is not an Ed25519 key that may sign (see `Ed25519.isAcceptable`).
        case keyNotAcceptable
        /// The bytes are not an X.509 certificate in DER.
        case certificateMalformed
        /// The bytes are not a revocation list in DER, in the one form that is written here.
        case listMalformed
        /// The certificate or the list was not signed by this authority.
        case notSignedByAuthority
        case notYetValid
        case expired
        /// The certificate's extensions do not make it a member's.
        case notForMembers
        /// The subject is not a name, a role and the authority's own organisation.
        case subjectNotAllowed
        /// The library refused to sign.
        case signingFailed
    }

    public let code: Code
    /// For people; it holds no key and no content.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    public static func == (left: IdentityError, right: IdentityError) -> Bool { left.code == right.code }
}
