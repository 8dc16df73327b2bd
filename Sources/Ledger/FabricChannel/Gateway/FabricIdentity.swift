import FabricProtocol
import Foundation
public import Primitives
import SwiftProtobuf

/// The identity with which an organisation's process speaks to Fabric: a certificate of the organisation's
/// authority and its P-256 key.
///
/// It speaks for no patient or member: the signatures inside the statements say whose word each one is.
public struct FabricIdentity: Sendable {
    public let mspID: String
    /// msp.SerializedIdentity: made once, for transaction ids are computed from these bytes.
    let serialized: Data
    private let key: P256SigningKey

    /// `certificate` is PEM, `key` PKCS#8 DER. Throws `badProfile` when the key is not a P-256 key.
    public init(mspID: String, certificate: [UInt8], key: SecretBytes) throws(FabricError) {
        guard let key = P256SigningKey(pkcs8: key) else {
            throw .badProfile("the key of \(mspID)'s Fabric identity is not a P-256 key")
        }
        self.mspID = mspID
        self.key = key
        var identity = Msp_SerializedIdentity()
        identity.mspid = mspID
        identity.idBytes = Data(certificate)
        serialized = identity.bytes
    }

    /// The identity that a profile names, its key opened with `passphrase`. Throws `badProfile`, which says what
    /// cannot be read or opened.
    public init(_ profile: ConnectionProfile, passphrase: SecretBytes) throws(FabricError) {
        guard let file = try? Data(contentsOf: profile.keyFile) else {
            throw .badProfile("cannot read \(profile.keyFile.path)")
        }
        let key: SecretBytes
        do {
            key = try SealedPrivateKey.open(pem: [UInt8](file), passphrase: passphrase)
        } catch {
            throw .badProfile(
                error == .wrongPassphrase
                    ? "wrong passphrase (it does not open \(profile.keyFile.path))"
                    : "\(profile.keyFile.path) is no encrypted PKCS#8 key")
        }
        try self.init(mspID: profile.mspID, certificate: profile.certificate, key: key)
    }

    func sign(_ message: Data) -> Data { Data(key.sign(message)) }
}

extension Message {
    /// The message serialized; maps in the order of their keys.
    var bytes: Data {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        do {
            return try serializedBytes(options: options)
        } catch { preconditionFailure("a message without required fields and extensions serializes") }
    }
}
