import Contract
import Files
import Foundation
import Identity
import NetworkFolder
import Primitives

/// An organisation's folder of a Fabric network: its membership, its programs' keys, and how others reach them.
struct FabricOrganisation {
    let plan: FabricPlan
    let own: FabricPlan.Organisation
    let authority: CertificateAuthority
    let now: Date

    func write(to folder: Folder, passphrase: SecretBytes) throws {
        try writeMembership(to: folder.folder("msp"))
        try writePeer(to: folder.folder("peer"))
        if own.hasOrderer { try writeOrderer(to: folder.folder("orderer")) }
        try writeIdentity(.admin, to: folder.folder("admin").folder("msp"))
        try writeChaincode(to: folder.folder("chaincode"))
        try writeGateway(to: folder.folder("gateway"), passphrase: passphrase)
        try folder.write(try JSON.pretty(profile), as: "connection.json", mode: 0o644)
    }

    private func writePeer(to folder: Folder) throws {
        try writeIdentity(.peer, to: folder.folder("msp"))
        try writeServer(to: folder.folder("tls"))
        try folder.write(
            Array(FabricPlan.peerConfiguration(own).utf8), as: "core.yaml", mode: 0o644)
    }

    private func writeOrderer(to folder: Folder) throws {
        try writeIdentity(.orderer, to: folder.folder("msp"))
        try writeServer(to: folder.folder("tls"))
        let (administrator, root) = try onlyClient(.admin)
        let administration = folder.folder("administrator")
        try administration.make()
        try administration.write(root, as: "authority.pem", mode: 0o644)
        try write(administrator, to: administration)
        try folder.write(
            Array(FabricPlan.ordererConfiguration(own).utf8), as: "orderer.yaml", mode: 0o644)
    }

    /// The chaincode's server, and how the organisation's peer speaks to it: `connection.json` is Fabric's form,
    /// with the peer's key in it.
    private func writeChaincode(to folder: Folder) throws {
        try writeServer(to: folder)
        let (client, root) = try onlyClient(.peer)
        try folder.write(root, as: "client-roots.pem", mode: 0o644)
        let connection = ChaincodeConnection(
            address: FabricPlan.address(own.chaincodePort), dialTimeout: "10s", tlsRequired: true,
            clientAuthRequired: true,
            rootCertificate: String(decoding: authorityPEM, as: UTF8.self),
            clientCertificate: String(decoding: Self.pem(client.certificate), as: UTF8.self),
            clientKey: PlainPrivateKey.pem(pkcs8: client.privateKey).withUnsafeBytes {
                String(decoding: $0, as: UTF8.self)
            })
        try folder.write(try JSON.pretty(connection), as: "connection.json")
    }

    private func writeGateway(to folder: Folder, passphrase: SecretBytes) throws {
        try folder.make()
        let gateway = try authority.issueFabricIdentity(
            role: .client, now: now, notAfter: authority.notAfter)
        try folder.write(Self.pem(gateway.certificate), as: "certificate.pem", mode: 0o644)
        try folder.write(
            SealedPrivateKey.seal(pkcs8: gateway.privateKey, passphrase: passphrase), as: "key.pem")
    }
}

extension FabricOrganisation {
    private typealias Issued = (certificate: [UInt8], privateKey: SecretBytes)

    private var authorityPEM: [UInt8] { Self.pem(authority.certificate) }

    private static func pem(_ certificate: [UInt8]) -> [UInt8] {
        PEM.encode(certificate, label: "CERTIFICATE")
    }

    /// What makes an identity of this organisation one: signed by its authority, with one of four units.
    private func writeMembership(to folder: Folder) throws {
        for name in ["cacerts", "tlscacerts"] {
            try folder.folder(name).make()
            try folder.folder(name).write(authorityPEM, as: "ca.pem", mode: 0o644)
        }
        let units = FabricRole.allCases.map {
            """
              \($0.rawValue.prefix(1).uppercased())\($0.rawValue.dropFirst())OUIdentifier: \
            {Certificate: cacerts/ca.pem, OrganizationalUnitIdentifier: \($0.rawValue)}
            """
        }
        let text = (["NodeOUs:", "  Enable: true"] + units).joined(separator: "\n") + "\n"
        try folder.write(Array(text.utf8), as: "config.yaml", mode: 0o644)
    }

    private func writeIdentity(_ role: FabricRole, to folder: Folder) throws {
        try writeMembership(to: folder)
        let issued = try authority.issueFabricIdentity(role: role, now: now, notAfter: authority.notAfter)
        for name in ["signcerts", "keystore"] { try folder.folder(name).make() }
        try folder.folder("signcerts").write(Self.pem(issued.certificate), as: "certificate.pem", mode: 0o644)
        try folder.folder("keystore").write(PlainPrivateKey.pem(pkcs8: issued.privateKey), as: "key.pem")
    }

    /// The TLS key of a program that listens on this machine. Its certificate has no unit: it is no identity.
    private func writeServer(to folder: Folder) throws {
        try folder.make()
        try write(
            try authority.issueServer(
                hostNames: ["localhost"], addresses: [FabricPlan.host, "::1"], isAlsoClient: true, now: now,
                notAfter: authority.notAfter), to: folder)
    }

    private func write(_ issued: Issued, to folder: Folder) throws {
        try folder.write(Self.pem(issued.certificate), as: "certificate.pem", mode: 0o644)
        try folder.write(PlainPrivateKey.pem(pkcs8: issued.privateKey), as: "key.pem")
    }

    /// A TLS client and the root by which it alone is let in: an authority that signs this and is forgotten.
    ///
    /// The organisation's own authority would let all of its members in.
    private func onlyClient(_ role: FabricRole) throws -> (client: Issued, root: [UInt8]) {
        let created = try CertificateAuthority.create(organisation: own.name, now: now)
        let once = try CertificateAuthority(
            certificate: created.certificate, privateKey: created.privateKey)
        let client = try once.issueFabricIdentity(role: role, now: now, notAfter: once.notAfter)
        return (client, Self.pem(once.certificate))
    }

    /// `connection.json`: the organisation's own peer first.
    private var profile: ConnectionProfileForm {
        let others = plan.organisations.filter { $0.name != own.name }
        return ConnectionProfileForm(
            channel: FabricPlan.channel, chaincode: FabricPlan.chaincode,
            organisation: own.name.description, mspID: own.mspID,
            identity: .init(certificate: "gateway/certificate.pem", key: "gateway/key.pem"),
            peers: ([own] + others).map {
                .init(
                    organisation: $0.name.description, address: FabricPlan.address($0.peerPort),
                    tlsRoots: "../\($0.name)/msp/tlscacerts/ca.pem")
            })
    }
}

/// What `medseald run --ledger fabric` reads (docs/operate/fabric.md). Paths are relative to the file.
private struct ConnectionProfileForm: Encodable {
    struct Identity: Encodable {
        let certificate: String
        let key: String
    }
    struct Peer: Encodable {
        let organisation: String
        let address: String
        let tlsRoots: String
    }
    let channel: String
    let chaincode: String
    let organisation: String
    let mspID: String
    let identity: Identity
    let peers: [Peer]
}

/// How a peer reaches chaincode that runs as a service: the names are Fabric's.
private struct ChaincodeConnection: Encodable {
    let address: String
    let dialTimeout: String
    let tlsRequired: Bool
    let clientAuthRequired: Bool
    let rootCertificate: String
    let clientCertificate: String
    let clientKey: String

    enum CodingKeys: String, CodingKey {
        case address
        case dialTimeout = "dial_timeout"
        case tlsRequired = "tls_required"
        case clientAuthRequired = "client_auth_required"
        case rootCertificate = "root_cert"
        case clientCertificate = "client_cert"
        case clientKey = "client_key"
    }
}
