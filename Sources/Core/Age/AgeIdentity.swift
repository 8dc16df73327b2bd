public import Primitives

/// Who opens a file: a private key of 32 bytes in guarded memory, `AGE-SECRET-KEY-PQ-1...` or
/// `AGE-SECRET-KEY-1...`.
///
/// It prints as `<age identity>`; its text is reached only through `withText`.
public struct AgeIdentity: Sendable, CustomStringConvertible {
    public let kind: AgeKeyKind
    /// The recipient to seal to so that this identity opens it.
    public let recipient: AgeRecipient
    let seed: SecretBytes

    static let seedBytes = 32

    /// A fresh identity.
    public static func generate(_ kind: AgeKeyKind = .hybrid) -> AgeIdentity {
        AgeIdentity(kind: kind, seed: .random(seedBytes))
    }

    /// The identity that 32 secret bytes determine: the X-Wing seed or the X25519 scalar itself. Traps on
    /// another length.
    public init(kind: AgeKeyKind, seed: SecretBytes) {
        precondition(seed.count == Self.seedBytes, "an age identity has 32 bytes")
        self.kind = kind
        self.seed = seed
        switch kind {
        case .hybrid: recipient = AgeRecipient(.hybrid, publicKey: XWing.publicKey(of: seed))
        case .x25519: recipient = AgeRecipient(.x25519, publicKey: X25519.publicKey(of: seed))
        }
    }

    /// Parses the text of an identity: ASCII, in upper case as every tool writes it. The caller still has to
    /// wipe `secretKey`.
    ///
    /// Throws `AgeError.key` when it is not exactly one.
    public init(secretKey: [UInt8]) throws(AgeError) {
        for kind in AgeKeyKind.allCases {
            let prefix = kind.identityPrefix
            var decoded = false
            let seed = SecretBytes(count: Self.seedBytes) {
                decoded = Bech32.decode(secretKey, prefix: prefix, .upper, into: $0)
            }
            guard decoded else { continue }
            self.init(kind: kind, seed: seed)
            return
        }
        throw .key("not an age identity")
    }

    /// Hands the text to `body` as ASCII without a newline, and wipes it afterwards. What `body` copies is
    /// its own to wipe.
    public func withText<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var text = [UInt8](repeating: 0, count: textCount)
        var written = 0
        appendText { character in
            text[written] = character
            written += 1
        }
        defer { wipe(&text) }
        return try body(text)
    }

    /// How many characters the text has: 77 or 74.
    var textCount: Int {
        Bech32.characterCount(prefixCount: kind.identityPrefix.count, byteCount: Self.seedBytes)
    }

    /// Gives the text character by character.
    func appendText(_ append: (UInt8) -> Void) {
        seed.withUnsafeBytes { seed in
            Bech32.encode(prefix: kind.identityPrefix, seed) { character in
                append((0x61...0x7a).contains(character) ? character & 0xdf : character)
            }
        }
    }

    public var description: String { "<age identity>" }
}
