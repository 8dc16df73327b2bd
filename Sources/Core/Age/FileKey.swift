import Primitives

/// The key of one file: 16 random bytes, never used for another (c2sp.org/age, "File key").
struct FileKey: ~Copyable {
    static let byteCount = 16
    /// What a stanza's body has: the key and a tag.
    static let wrappedBytes = byteCount + ChaCha20Poly1305.tagBytes
    static let nonceBytes = 16

    private let bytes: WipedBytes

    /// A fresh key.
    init() {
        bytes = .random(Self.byteCount)
    }

    /// A key out of a stanza. Traps on another length than 16.
    init(copying key: UnsafeRawBufferPointer) {
        precondition(key.count == Self.byteCount, "a file key has 16 bytes")
        bytes = WipedBytes(count: Self.byteCount) { $0.copyMemory(from: key) }
    }

    /// The header that these stanzas make: 32 bytes of HMAC over everything before it.
    borrowing func header(_ stanzas: [AgeHeader.Stanza]) -> AgeHeader {
        AgeHeader(stanzas: stanzas, mac: mac(AgeHeader.authenticated(stanzas)))
    }

    /// Whether the header is the one that was sealed under this key.
    borrowing func authenticates(_ header: AgeHeader) -> Bool {
        equalInConstantTime(header.mac, mac(AgeHeader.authenticated(header.stanzas)))
    }

    private borrowing func mac(_ message: [UInt8]) -> [UInt8] {
        let key = bytes.withUnsafeBytes {
            HKDFSHA256.derive($0, salt: [], info: Array("header".utf8), count: 32)
        }
        return key.withUnsafeBytes { HMACSHA256.tag(of: message, key: $0) }
    }

    /// The key of the payload under a nonce of 16 bytes.
    borrowing func payloadKey(nonce: [UInt8]) -> WipedBytes {
        precondition(nonce.count == Self.nonceBytes, "a payload's nonce has 16 bytes")
        return bytes.withUnsafeBytes {
            HKDFSHA256.derive($0, salt: nonce, info: Array("payload".utf8), count: ChaCha20Poly1305.keyBytes)
        }
    }

    borrowing func withUnsafeBytes<Result: ~Copyable>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    /// A stanza's body: this key sealed under a key that is used once, with the nonce that the specification
    /// fixes at zero.
    borrowing func wrapped(under wrapKey: borrowing WipedBytes) -> [UInt8] {
        var body = [UInt8](repeating: 0, count: Self.wrappedBytes)
        body.withUnsafeMutableBytes { body in
            bytes.withUnsafeBytes { key in
                wrapKey.withUnsafeBytes { wrapKey in
                    Self.zeroNonce.withUnsafeBytes {
                        ChaCha20Poly1305.seal(key, into: body, key: wrapKey, nonce: $0)
                    }
                }
            }
        }
        return body
    }

    /// Opens a stanza's body of exactly 32 bytes; nil when it is not authentic.
    static func unwrapped(_ body: [UInt8], under wrapKey: borrowing WipedBytes) -> FileKey? {
        guard body.count == wrappedBytes else { return nil }
        var authentic = false
        let key = WipedBytes(count: byteCount) { key in
            body.withUnsafeBytes { body in
                wrapKey.withUnsafeBytes { wrapKey in
                    zeroNonce.withUnsafeBytes {
                        authentic = ChaCha20Poly1305.open(body, into: key, key: wrapKey, nonce: $0)
                    }
                }
            }
        }
        return authentic ? key.withUnsafeBytes { FileKey(copying: $0) } : nil
    }

    private static let zeroNonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
}
