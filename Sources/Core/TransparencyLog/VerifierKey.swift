import Primitives

/// A public key that may sign notes, with the name and the kind of signature it is good for
/// (c2sp.org/signed-note, "Verifier keys").
public struct VerifierKey: Sendable, Hashable {
    /// What a signature says. The numbers are those of c2sp.org/signed-note, "Signature types".
    public enum Kind: UInt8, Sendable {
        /// Ed25519 over the note's text: a log's own signature.
        case note = 0x01
        /// Timestamped Ed25519 over a checkpoint (c2sp.org/tlog-cosignature): a cosigner saw it as the
        /// newest.
        case cosignature = 0x04
    }

    /// Printable ASCII without space and plus, not empty.
    public let name: String
    public let kind: Kind
    /// Ed25519, 32 bytes.
    public let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name || 0x0A || kind || public key), big-endian.
    public let keyID: UInt32

    /// Throws `malformedName`, or `malformedKey` when `publicKey` is not an acceptable Ed25519 key.
    public init(name: String, kind: Kind, publicKey: [UInt8]) throws(NoteError) {
        guard Self.isName([UInt8](name.utf8)) else { throw .malformedName }
        guard Ed25519.isAcceptable(publicKey: publicKey) else { throw .malformedKey }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        var hash = SHA256()
        hash.update([UInt8](name.utf8))
        hash.update([Lines.newline, kind.rawValue])
        hash.update(publicKey)
        self.keyID = UInt32(bigEndian: hash.finish())
    }

    /// Reads `name+hex(key ID)+base64(kind || public key)`. Throws `malformedKey`, also when the ID is not
    /// the key's.
    public init(encoded: [UInt8]) throws(NoteError) {
        let parts = encoded.split(
            separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isName([UInt8](parts[0])), let material = Base64.decode(parts[2]),
            let kind = material.first.flatMap(Kind.init(rawValue:)),
            let key = try? VerifierKey(
                name: String(decoding: parts[0], as: UTF8.self), kind: kind,
                publicKey: [UInt8](material.dropFirst())),
            key.encoded == encoded
        else { throw .malformedKey }
        self = key
    }

    /// `name+hex(key ID)+base64(kind || public key)`, ASCII.
    public var encoded: [UInt8] {
        let digits = [UInt8]("0123456789abcdef".utf8)
        let keyIDHex = keyID.bigEndianBytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return [UInt8](name.utf8) + [UInt8(ascii: "+")] + keyIDHex + [UInt8(ascii: "+")]
            + Base64.encode([kind.rawValue] + publicKey)
    }

    /// Our own keys have ASCII names: no two of them look alike and differ in bytes, or the other way round.
    static func isName(_ name: [UInt8]) -> Bool {
        !name.isEmpty && name.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "+") }
    }
}
