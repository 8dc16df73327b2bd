/// Somebody besides the signer agrees to a statement: a signature over the statement's payload without its
/// approvals, bound to the network and to the signer.
///
/// It is the signature of a COSE_Sign1 message (RFC 9052) whose `external_aad` is the network's id and then
/// the signer's key, so that it is never a statement of its own.
public struct Approval: Hashable, Sendable {
    public let key: PublicKey
    /// 64 bytes.
    public let signature: [UInt8]

    static let field: UInt64 = 20
    static let countMax = Genesis.organisationsMax

    public init(key: PublicKey, signature: [UInt8]) {
        self.key = key
        self.signature = signature
    }

    /// What is signed to agree to `content` (`Statement.approvedContent`) when `signer` says it.
    public static func signedContent(
        _ content: [UInt8], by key: PublicKey, signer: PublicKey, network: NetworkID
    ) -> [UInt8] {
        CoseSign1.signedContent(payload: content, key: key, externalData: network.bytes + signer.bytes)
    }

    func claim(_ content: [UInt8], signer: PublicKey, network: NetworkID) -> SignatureClaim {
        SignatureClaim(
            key: key, message: Self.signedContent(content, by: key, signer: signer, network: network),
            signature: signature)
    }

    static func item(_ approvals: [Approval]) -> CBOR {
        .array(approvals.map { .array([.bytes32($0.key), .bytes($0.signature)]) })
    }

    static func read(_ fields: inout FieldReader) throws(CBOR.Malformed) -> [Approval] {
        guard let item = fields.optionalItem(field) else { return [] }
        guard case .array(let items) = item, (1...countMax).contains(items.count) else {
            throw CBOR.Malformed("field \(field) is not a list of approvals")
        }
        var approvals = [Approval]()
        for item in items {
            guard case .array(let parts) = item, parts.count == 2, let key: PublicKey = parts[0].bytes32(),
                case .bytes(let signature) = parts[1], signature.count == 64
            else { throw CBOR.Malformed("an approval is not a key and a signature") }
            if let last = approvals.last, !(last.key < key) {
                throw CBOR.Malformed("approvals are not in the order of their keys")
            }
            approvals.append(Approval(key: key, signature: signature))
        }
        return approvals
    }
}
