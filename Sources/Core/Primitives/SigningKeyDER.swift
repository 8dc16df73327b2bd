extension SigningKey {
    /// RFC 8410, section 7: the fixed prefix of an Ed25519 private key of version 1.
    private static let pkcs8Prefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    /// RFC 8410, section 4: the fixed prefix of an Ed25519 public key.
    private static let spkiPrefix: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// The private key as PKCS#8 DER (RFC 8410): 48 bytes.
    public var pkcs8: SecretBytes {
        SecretBytes(count: 48) { buffer in
            buffer.copyBytes(from: Self.pkcs8Prefix)
            seed.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(rebasing: buffer[16...]).copyMemory(from: $0)
            }
        }
    }

    /// A key from PKCS#8 DER; nil when it is not an Ed25519 key of version 1.
    public init?(pkcs8: SecretBytes) {
        let seed = pkcs8.withUnsafeBytes { bytes -> SecretBytes? in
            guard bytes.count == 48, bytes.starts(with: Self.pkcs8Prefix) else { return nil }
            return SecretBytes(copying: bytes[16...])
        }
        guard let seed else { return nil }
        self.init(seed: seed)
    }

    /// An Ed25519 public key (32 bytes) as SubjectPublicKeyInfo DER (RFC 8410): 44 bytes.
    public static func subjectPublicKeyInfo(of publicKey: [UInt8]) -> [UInt8] { spkiPrefix + publicKey }
}
