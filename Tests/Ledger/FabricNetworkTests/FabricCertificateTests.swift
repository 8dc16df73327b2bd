import Contract
import Files
import Foundation
import Primitives
import Remote
import Testing

@testable import Surroundings

/// The certificates of a Fabric network, as openssl sees them.
struct FabricCertificateTests {
    private static func verify(_ certificate: String, under roots: String, _ options: String...) throws
        -> Bool
    {
        let arguments = ["verify", "-x509_strict"] + options + ["-CAfile", roots, certificate]
        return try Command.run("/usr/bin/openssl", arguments).status == 0
    }

    private static func subject(_ certificate: String) throws -> String {
        try Command.openssl("x509", "-in", certificate, "-noout", "-subject", "-nameopt", "RFC2253").output
    }

    private static func keyIsOf(_ certificate: String, _ key: String) throws -> Bool {
        let fromKey = try Command.openssl("pkey", "-in", key, "-pubout")
        let certified = try Command.openssl("x509", "-in", certificate, "-noout", "-pubkey")
        return fromKey.status == 0 && fromKey.output == certified.output
    }

    @Test(arguments: [
        ("peer/msp/signcerts/certificate.pem", "peer", "peer/msp/keystore/key.pem"),
        ("orderer/msp/signcerts/certificate.pem", "orderer", "orderer/msp/keystore/key.pem"),
        ("admin/msp/signcerts/certificate.pem", "admin", "admin/msp/keystore/key.pem"),
        ("gateway/certificate.pem", "client", nil),
    ])
    func anIdentityIsItsAuthoritysInItsRole(file: String, role: String, key: String?) async throws {
        let network = try await FoundNetwork.shared.value
        let certificate = network.path("hospital1/\(file)")
        #expect(try Self.verify(certificate, under: network.path("hospital1/msp/cacerts/ca.pem")))
        #expect(try !Self.verify(certificate, under: network.path("insurer/msp/cacerts/ca.pem")))
        #expect(try Self.subject(certificate) == "subject=CN=\(role).hospital1,OU=\(role),O=hospital1\n")
        if let key { #expect(try Self.keyIsOf(certificate, network.path("hospital1/\(key)"))) }
    }

    @Test(arguments: ["peer/tls", "orderer/tls", "chaincode"])
    func aServerIsOneOnThisMachineAndNobodysIdentity(folder: String) async throws {
        let network = try await FoundNetwork.shared.value
        let certificate = network.path("hospital1/\(folder)/certificate.pem")
        let roots = network.path("hospital1/msp/tlscacerts/ca.pem")
        for purpose in ["sslserver", "sslclient"] {
            #expect(
                try Self.verify(certificate, under: roots, "-purpose", purpose, "-verify_ip", "127.0.0.1"))
        }
        #expect(try !Self.verify(certificate, under: roots, "-verify_ip", "127.0.0.2"))
        // Fabric takes nobody without a unit for a member.
        #expect(try !Self.subject(certificate).contains("OU="))
        #expect(try Self.keyIsOf(certificate, network.path("hospital1/\(folder)/key.pem")))
    }

    @Test func theAuthorityIsTheOrganisationsOwn() async throws {
        let network = try await FoundNetwork.shared.value
        let own = try network.home.read("organisations/insurer/authority.pem")
        for file in ["cacerts", "tlscacerts"] {
            #expect(try network.fabric.read("insurer/msp/\(file)/ca.pem") == own)
        }
    }

    @Test func onlyTheAdministratorIsLetInToTheOrderer() async throws {
        let network = try await FoundNetwork.shared.value
        let folder = network.path("hospital1/orderer/administrator")
        let roots = "\(folder)/authority.pem"
        #expect(try Self.verify("\(folder)/certificate.pem", under: roots, "-purpose", "sslclient"))
        #expect(try Self.keyIsOf("\(folder)/certificate.pem", "\(folder)/key.pem"))
        // The organisation's authority would let in every member, and it is not asked.
        for other in [
            "peer/tls/certificate.pem", "admin/msp/signcerts/certificate.pem", "gateway/certificate.pem",
        ] {
            #expect(try !Self.verify(network.path("hospital1/\(other)"), under: roots))
        }
        #expect(
            try network.text("hospital1/orderer/orderer.yaml").contains(
                "ClientRootCAs: [administrator/authority.pem]"))
    }

    @Test func onlyThePeerIsLetInToTheChaincode() async throws {
        let network = try await FoundNetwork.shared.value
        let connection = try #require(
            JSONSerialization.jsonObject(
                with: Data(try network.fabric.read("insurer/chaincode/connection.json"))) as? [String: Any])
        #expect(connection["address"] as? String == "127.0.0.1:7074")
        #expect(connection["dial_timeout"] as? String == "10s")
        #expect(connection["tls_required"] as? Bool == true)
        #expect(connection["client_auth_required"] as? Bool == true)
        #expect(try connection["root_cert"] as? String == network.text("insurer/msp/cacerts/ca.pem"))
        let certificate = try #require(connection["client_cert"] as? String)
        let key = try #require(connection["client_key"] as? String)
        let scratch = network.home.folder("scratch-\(lowercaseHex(Random.bytes(4)))")
        try scratch.make()
        try scratch.write(Array(certificate.utf8), as: "client.pem")
        try scratch.write(Array(key.utf8), as: "client.key")
        #expect(try Self.keyIsOf(scratch.file("client.pem"), scratch.file("client.key")))
        let roots = network.path("insurer/chaincode/client-roots.pem")
        #expect(try Self.verify(scratch.file("client.pem"), under: roots, "-purpose", "sslclient"))
        #expect(
            try !Self.verify(scratch.file("client.pem"), under: network.path("insurer/msp/cacerts/ca.pem")))
        for other in ["peer/tls/certificate.pem", "gateway/certificate.pem"] {
            #expect(try !Self.verify(network.path("insurer/\(other)"), under: roots))
        }
    }
}
