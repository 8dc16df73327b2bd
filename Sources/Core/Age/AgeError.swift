/// Why an age file, key or armor was refused: the failure classes of c2sp.org/age, kept apart as cases.
///
/// The texts say what is wrong with the form, never what was in it: no key, no plaintext, no bytes of the
/// file.
public enum AgeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The header is malformed, or asks for more than the limits allow.
    case header(String)
    /// The header is well-formed, and none of the identities (or not the passphrase) opens it.
    case noMatch
    /// A stanza opened, and the header is not the one that was sealed.
    case headerMAC
    /// The payload was altered, truncated, extended or reordered.
    case payload(String)
    /// The ASCII armor is not strict.
    case armor(String)
    /// A key's text or an identity file is malformed, or keys may not be used together.
    case key(String)

    public var description: String {
        switch self {
        case .header(let what): "malformed age header: \(what)"
        case .noMatch: "none of the identities opens this file"
        case .headerMAC: "the header of this file was altered"
        case .payload(let what): "the payload is damaged: \(what)"
        case .armor(let what): "malformed armor: \(what)"
        case .key(let what): "malformed key: \(what)"
        }
    }
}
