import Primitives

/// The two kinds of key pair: the hybrid one resists a future quantum computer, the classical one opens with
/// any `age`.
///
/// The raw value is the type of its stanza in a header.
public enum AgeKeyKind: String, Sendable, CaseIterable {
    case hybrid = "mlkem768x25519"
    case x25519 = "X25519"

    /// The stanza type as bytes.
    var stanzaType: [UInt8] { Array(rawValue.utf8) }

    /// The size of a public key: 1,216 or 32 bytes.
    var publicKeyBytes: Int { self == .hybrid ? XWing.publicKeyBytes : X25519.keyBytes }

    /// The prefix of a recipient's Bech32 text.
    var recipientPrefix: [UInt8] { Array((self == .hybrid ? "age1pq" : "age").utf8) }

    /// The prefix of an identity's Bech32 text, in lower case as the checksum wants it.
    var identityPrefix: [UInt8] { Array((self == .hybrid ? "age-secret-key-pq-" : "age-secret-key-").utf8) }
}

/// What a file is sealed to: a public key, `age1pq1...` or `age1...` (c2sp.org/age, "Native recipient
/// types").
public struct AgeRecipient: Hashable, Sendable {
    public let kind: AgeKeyKind
    /// 1,216 bytes of a hybrid key, 32 of a classical one.
    public let publicKey: [UInt8]

    /// Parses the text of a recipient, in lower case as every tool writes it.
    ///
    /// Throws `AgeError.key` when it is not exactly one: mixed or upper case, wrong checksum, wrong length,
    /// anything before or after.
    public init(_ text: String) throws(AgeError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Parses the text of a recipient as bytes. Throws as `init(_:)` does.
    public init(parsing text: [UInt8]) throws(AgeError) {
        for kind in AgeKeyKind.allCases where text.starts(with: kind.recipientPrefix + [UInt8(ascii: "1")]) {
            var key = [UInt8](repeating: 0, count: kind.publicKeyBytes)
            let decoded = key.withUnsafeMutableBytes {
                Bech32.decode(text, prefix: kind.recipientPrefix, .lower, into: $0)
            }
            guard decoded else { break }
            self.kind = kind
            self.publicKey = key
            return
        }
        throw .key("not an age recipient")
    }

    /// A recipient of raw key bytes; traps on a wrong length.
    init(_ kind: AgeKeyKind, publicKey: [UInt8]) {
        precondition(publicKey.count == kind.publicKeyBytes, "wrong length of a public key")
        self.kind = kind
        self.publicKey = publicKey
    }

    /// The text: `age1pq1...` (1,959 characters) or `age1...` (62).
    public var text: String {
        var text = [UInt8]()
        text.reserveCapacity(
            Bech32.characterCount(prefixCount: kind.recipientPrefix.count, byteCount: publicKey.count))
        publicKey.withUnsafeBytes { key in
            Bech32.encode(prefix: kind.recipientPrefix, key) { text.append($0) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
