public import Contract
import Primitives

/// The signature on a request to a server: HTTP Message Signatures (RFC 9421) with Ed25519, in the one form
/// that MedSeal uses.
///
/// Covered are method, authority, path, query and Content-Digest (RFC 9530), always in this order; `created`,
/// `nonce` (16 bytes, base64), `keyid` (the public key, lowercase hexadecimal) and `alg` are parameters.
/// The receiver of a request checks the signature over `base`, that the nonce is new, and that the body has the
/// digest.
public struct RequestSignature: Hashable, Sendable {
    public static let nonceBytes = 16
    /// How far `created` may lie from the server's clock, in seconds.
    public static let ageSecondsMax: UInt64 = 120

    public let method: String
    /// Host and port, as the Host header has them.
    public let authority: String
    public let path: String
    /// With the question mark; `?` alone when there is no query (RFC 9421, section 2.2.7).
    public let query: String
    /// SHA-256 of the body.
    public let contentDigest: Digest
    /// Unix seconds.
    public let created: UInt64
    public let nonce: [UInt8]
    public let key: PublicKey

    public init(
        method: String, authority: String, path: String, query: String, contentDigest: Digest,
        created: UInt64,
        nonce: [UInt8], key: PublicKey
    ) {
        self.method = method
        self.authority = authority
        self.path = path
        self.query = query
        self.contentDigest = contentDigest
        self.created = created
        self.nonce = nonce
        self.key = key
    }

    /// The value of Content-Digest.
    public static func contentDigestValue(_ digest: Digest) -> String {
        "sha-256=:\(String(decoding: Base64.encode(digest.bytes), as: UTF8.self)):"
    }

    /// The digest in a Content-Digest value of the one form that is accepted; nil for any other.
    public static func contentDigest(_ value: String) -> Digest? {
        guard let inner = value.utf8Between("sha-256=:", ":"), let bytes = Base64.decode(inner) else {
            return nil
        }
        return Digest(bytes)
    }

    private var parameters: String {
        let nonce = String(decoding: Base64.encode(nonce), as: UTF8.self)
        return #"("@method" "@authority" "@path" "@query" "content-digest");created=\#(created);"#
            + #"nonce="\#(nonce)";keyid="\#(key.hex)";alg="ed25519""#
    }

    /// The bytes that are signed: the signature base (RFC 9421, section 2.5).
    public var base: [UInt8] {
        Array(
            """
            "@method": \(method)
            "@authority": \(authority)
            "@path": \(path)
            "@query": \(query)
            "content-digest": \(Self.contentDigestValue(contentDigest))
            "@signature-params": \(parameters)
            """.utf8)
    }

    /// The value of Signature-Input.
    public var signatureInput: String { "medseal=\(parameters)" }

    /// The value of Signature.
    public static func signatureValue(_ signature: [UInt8]) -> String {
        "medseal=:\(String(decoding: Base64.encode(signature), as: UTF8.self)):"
    }

    public static func signature(_ value: String) -> [UInt8]? {
        guard let inner = value.utf8Between("medseal=:", ":"), let bytes = Base64.decode(inner),
            bytes.count == 64
        else { return nil }
        return bytes
    }

    /// The signature that a request's headers speak of; nil unless they have exactly the form that
    /// `signatureInput` writes.
    public init?(
        method: String, authority: String, path: String, query: String, contentDigest: String,
        signatureInput: String
    ) {
        let input = Array(signatureInput.utf8)
        let digestValue = contentDigest
        guard let contentDigest = Self.contentDigest(digestValue),
            let createdText = Self.value(in: input, after: ");created=", until: ";"),
            let created = Self.decimal(createdText),
            let nonceText = Self.value(in: input, after: ";nonce=\"", until: "\""),
            let nonce = Base64.decode(nonceText), nonce.count == Self.nonceBytes,
            let keyText = Self.value(in: input, after: ";keyid=\"", until: "\""),
            let keyBytes = decodeLowercaseHex(keyText), let key = PublicKey(keyBytes)
        else { return nil }
        self.init(
            method: method, authority: authority, path: path, query: query, contentDigest: contentDigest,
            created: created, nonce: nonce, key: key)
        // Whatever else the header says, or says in another way, is not what was parsed: refuse it.
        guard Array(self.signatureInput.utf8) == input else { return nil }
    }

    private static func value(in input: [UInt8], after mark: String, until end: String) -> [UInt8]? {
        let mark = Array(mark.utf8)
        guard input.count >= mark.count else { return nil }
        for start in 0...(input.count - mark.count)
        where input[start..<start + mark.count].elementsEqual(mark) {
            let rest = input[(start + mark.count)...]
            guard let stop = rest.firstIndex(of: end.utf8.first!) else { return nil }
            return Array(rest[..<stop])
        }
        return nil
    }

    private static func decimal(_ digits: [UInt8]) -> UInt64? {
        guard (1...19).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return digits.reduce(0) { $0 * 10 + UInt64($1 - 0x30) }
    }
}

extension String {
    fileprivate func utf8Between(_ prefix: String, _ suffix: String) -> [UInt8]? {
        let bytes = Array(utf8)
        let (prefix, suffix) = (Array(prefix.utf8), Array(suffix.utf8))
        guard bytes.count >= prefix.count + suffix.count, bytes.starts(with: prefix),
            bytes.reversed().starts(with: suffix.reversed())
        else { return nil }
        return Array(bytes[prefix.count..<bytes.count - suffix.count])
    }
}
