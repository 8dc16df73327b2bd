/// One signature that must hold before anything that carries it is believed.
public struct SignatureClaim: Hashable, Sendable {
    /// The Ed25519 public key that is said to have signed.
    public let key: PublicKey
    /// The bytes that were signed.
    public let message: [UInt8]
    /// 64 bytes.
    public let signature: [UInt8]

    public init(key: PublicKey, message: [UInt8], signature: [UInt8]) {
        self.key = key
        self.message = message
        self.signature = signature
    }
}

/// A COSE_Sign1 message (RFC 9052, section 4.2) with EdDSA and the signer's public key as key id; nothing
/// unprotected.
public struct CoseSign1: Hashable, Sendable {
    public let payload: [UInt8]
    public let key: PublicKey
    public let signature: [UInt8]

    static let tag: UInt64 = 18

    /// The protected header: algorithm EdDSA (-8) and key id, deterministic.
    static func protected(_ key: PublicKey) -> [UInt8] {
        CBOR.map([.init(1, .negative(7)), .init(4, .bytes(key.bytes))]).encoded()
    }

    /// What is signed: Sig_structure (RFC 9052, section 4.4) with the network id as external data.
    public static func signedContent(payload: [UInt8], key: PublicKey, network: NetworkID) -> [UInt8] {
        signedContent(payload: payload, key: key, externalData: network.bytes)
    }

    static func signedContent(payload: [UInt8], key: PublicKey, externalData: [UInt8]) -> [UInt8] {
        CBOR.array([
            .text(Array("Signature1".utf8)), .bytes(protected(key)), .bytes(externalData), .bytes(payload),
        ]).encoded()
    }

    public init(payload: [UInt8], key: PublicKey, signature: [UInt8]) {
        self.payload = payload
        self.key = key
        self.signature = signature
    }

    public func encoded() -> [UInt8] {
        CBOR.tagged(
            Self.tag,
            .array([.bytes(Self.protected(key)), .map([]), .bytes(payload), .bytes(signature)])
        ).encoded()
    }

    /// Throws when `bytes` are not the one encoding of such a message. It says nothing about the signature.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> CoseSign1 {
        guard case .tagged(tag, .array(let parts)) = try CBOR.decode(bytes), parts.count == 4,
            case .bytes(let header) = parts[0], case .map(let unprotected) = parts[1], unprotected.isEmpty,
            case .bytes(let payload) = parts[2], case .bytes(let signature) = parts[3], signature.count == 64
        else { throw CBOR.Malformed("not a COSE_Sign1 message with an empty unprotected header") }
        guard case .map(let pairs) = try CBOR.decode(header), pairs.count == 2,
            pairs[0] == .init(1, .negative(7)),
            pairs[1].key == 4, case .bytes(let keyBytes) = pairs[1].value, let key = PublicKey(keyBytes)
        else { throw CBOR.Malformed("the protected header is not {1: -8, 4: 32-byte key}") }
        return CoseSign1(payload: payload, key: key, signature: signature)
    }

    public func claim(network: NetworkID) -> SignatureClaim {
        SignatureClaim(
            key: key, message: Self.signedContent(payload: payload, key: key, network: network),
            signature: signature)
    }
}

public enum NetworkMeaning {}
/// SHA-256 of the genesis file: what every signature in this network is bound to.
public typealias NetworkID = Bytes32<NetworkMeaning>
