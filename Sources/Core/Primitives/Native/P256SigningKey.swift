import Crypto
import Foundation

/// A P-256 key that signs as Hyperledger Fabric has it: ECDSA over SHA-256 (FIPS 186-5), the signature DER with
/// the lower of its two possible `s`.
///
/// Not for statements, which are signed with Ed25519.
public struct P256SigningKey: Sendable {
    private let key: P256.Signing.PrivateKey

    /// The key in `pkcs8` (DER); nil when it is no P-256 key.
    public init?(pkcs8: SecretBytes) {
        let key = pkcs8.withUnsafeBytes { bytes -> P256.Signing.PrivateKey? in
            var copy = Data(bytes)
            defer { copy.resetBytes(in: copy.indices) }
            return try? P256.Signing.PrivateKey(derRepresentation: copy)
        }
        guard let key else { return nil }
        self.key = key
    }

    /// The key's public half, uncompressed (SEC 1, section 2.3.3): 65 bytes.
    public var publicKey: [UInt8] { Array(key.publicKey.x963Representation) }

    /// Signs SHA-256 of `message`.
    public func sign(_ message: some Sequence<UInt8>) -> [UInt8] {
        guard let signature = try? key.signature(for: Array(message)),
            let low = try? P256.Signing.ECDSASignature(
                rawRepresentation: P256Signature.lowered(Array(signature.rawRepresentation)))
        else { preconditionFailure("a P-256 key signs") }
        return Array(low.derRepresentation)
    }
}

/// ECDSA signatures over P-256 and SHA-256.
public enum P256Signature {
    /// The order of the curve's group, and half of it (FIPS 186-5), big-endian.
    private static let order: [UInt8] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ]
    private static let halfOrder: [UInt8] = {
        var carry: UInt8 = 0
        return order.map { byte in
            defer { carry = byte & 1 }
            return byte >> 1 | carry << 7
        }
    }()

    /// Whether `signature` (DER, with the lower `s`) over SHA-256 of `message` is of `publicKey` (uncompressed,
    /// 65 bytes).
    public static func isValid(
        _ signature: [UInt8], of message: some Sequence<UInt8>, by publicKey: [UInt8]
    ) -> Bool {
        guard let parsed = try? P256.Signing.ECDSASignature(derRepresentation: signature),
            Array(parsed.derRepresentation) == signature,
            isLow(Array(parsed.rawRepresentation.suffix(32))),
            let key = try? P256.Signing.PublicKey(x963Representation: publicKey)
        else { return false }
        return key.isValidSignature(parsed, for: Array(message))
    }

    private static func isLow(_ s: [UInt8]) -> Bool { !halfOrder.lexicographicallyPrecedes(s) }

    /// The same signature (r, then s: 32 bytes each, big-endian) with the lower `s`.
    static func lowered(_ raw: [UInt8]) -> [UInt8] {
        let s = Array(raw.suffix(32))
        if isLow(s) { return raw }
        var difference = [UInt8](repeating: 0, count: 32)
        var borrow = 0
        for index in (0..<32).reversed() {
            let value = Int(order[index]) - Int(s[index]) - borrow
            difference[index] = UInt8(truncatingIfNeeded: value)
            borrow = value < 0 ? 1 : 0
        }
        return raw.prefix(32) + difference
    }
}
