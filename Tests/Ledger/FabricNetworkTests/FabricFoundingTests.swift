import Contract
import FabricNetwork
import Files
import Foundation
import Primitives
import Remote
import Testing

@testable import Surroundings

/// `medseald fabric init`: everything is there, for nobody else to read, or nothing is.
struct FabricFoundingTests {
    private static let membership = ["cacerts/ca.pem", "tlscacerts/ca.pem", "config.yaml"]
    private static let identity = membership + ["signcerts/certificate.pem", "keystore/key.pem"]
    private static let pair = ["certificate.pem", "key.pem"]

    private static func files(of organisation: String, hasOrderer: Bool) -> [String] {
        func at(_ folder: String, _ names: [String]) -> [String] { names.map { "\(folder)/\($0)" } }
        var files = at("msp", membership) + at("peer/msp", identity) + at("peer/tls", pair)
        files += ["peer/core.yaml", "connection.json"] + at("admin/msp", identity) + at("gateway", pair)
        files += at("chaincode", pair + ["client-roots.pem", "connection.json"])
        if hasOrderer {
            files += at("orderer/msp", identity) + at("orderer/tls", pair) + ["orderer/orderer.yaml"]
            files += at("orderer/administrator", pair + ["authority.pem"])
        }
        return at(organisation, files)
    }

    @Test func everyFileIsThereAndNoOther() async throws {
        let network = try await FoundNetwork.shared.value
        let expected =
            Self.files(of: "hospital1", hasOrderer: true) + Self.files(of: "hospital2", hasOrderer: false)
            + Self.files(of: "insurer", hasOrderer: false) + [
                "builder/bin/detect", "builder/bin/build", "builder/bin/release", "configtx.yaml",
                "endorsement-policy", "medseal.tgz", "package-id", "programs",
            ]
        #expect(network.fabric.everything().filter { !$0.hasSuffix("/") } == Set(expected))
    }

    @Test func whatIsPrivateIsForItsOwnerOnly() async throws {
        let network = try await FoundNetwork.shared.value
        var privateFiles = 0
        for name in network.fabric.everything() {
            let attributes = try FileManager.default.attributesOfItem(atPath: network.path(name))
            let mode = try #require(attributes[.posixPermissions] as? Int)
            if name.hasSuffix("/") || name.hasPrefix("builder/") {
                #expect(mode == 0o700, "\(name)")
            } else if try network.text(name).contains("PRIVATE KEY") {
                #expect(mode == 0o600, "\(name)")
                privateFiles += 1
            }
        }
        // Peer, administrator, gateway, the peer's TLS, the chaincode's and the peer's to it; the orderer's three.
        #expect(privateFiles == 3 * 7 - 3 + 3)
    }

    @Test func theGatewaysKeyIsSealedAndItsCertificates() async throws {
        let network = try await FoundNetwork.shared.value
        let key = network.path("insurer/gateway/key.pem")
        #expect(try network.text("insurer/gateway/key.pem").contains("BEGIN ENCRYPTED PRIVATE KEY"))
        let opened = try Command.openssl(
            "pkey", "-in", key, "-passin", "pass:\(FoundNetwork.passphraseText)", "-pubout")
        let certified = try Command.openssl(
            "x509", "-in", network.path("insurer/gateway/certificate.pem"), "-noout", "-pubkey")
        #expect(opened.status == 0 && opened.output == certified.output)
        #expect(try Command.openssl("pkey", "-in", key, "-passin", "pass:other", "-noout").status != 0)
    }

    @Test func anExistingNetworkStays() async throws {
        let network = try await FoundNetwork.shared.value
        #expect(throws: PartyError.self) { try FabricFounding(home: network.home) }
    }

    @Test func aWrongPassphraseLeavesNothing() async throws {
        let home = try await FoundNetwork.home([("hospital1", .hospital), ("auditor1", .auditor)])
        let before = home.everything()
        let error = try #require(throws: PartyError.self) {
            try FabricFounding(home: home).found(passphrase: SecretBytes(copying: Array("another".utf8)))
        }
        #expect(error.code == .refused)
        #expect(home.everything() == before)
        // And with the right one it is made.
        try FabricFounding(home: home, ordererCount: 2, basePort: 20_000)
            .found(passphrase: FoundNetwork.passphrase)
        #expect(home.has("fabric/auditor1/orderer/orderer.yaml"))
    }

    @Test func aNetworkWhoseKeysAreElsewhereIsRefused() async throws {
        let home = try await FoundNetwork.home([("hospital1", .hospital), ("insurer", .insurer)])
        home.folder("organisations/insurer").remove("authority.key.pem")
        let error = try #require(throws: PartyError.self) {
            try FabricFounding(home: home).found(passphrase: FoundNetwork.passphrase)
        }
        #expect(error.code == .badInput && error.message.contains("insurer"))
        #expect(!home.has("fabric"))
    }

    @Test func eachOrganisationFindsItsOwnPeerFirst() async throws {
        let network = try await FoundNetwork.shared.value
        struct Profile: Decodable {
            struct Identity: Decodable {
                let certificate: String
                let key: String
            }
            struct Peer: Decodable, Equatable {
                let organisation: String
                let address: String
                let tlsRoots: String
            }
            let channel, chaincode, organisation, mspID: String
            let identity: Identity
            let peers: [Peer]
        }
        let profile = try JSONDecoder().decode(
            Profile.self, from: Data(try network.fabric.read("insurer/connection.json")))
        #expect([profile.channel, profile.chaincode] == ["medseal", "medseal"])
        #expect([profile.organisation, profile.mspID] == ["insurer", "insurer"])
        #expect(profile.peers.map(\.organisation) == ["insurer", "hospital1", "hospital2"])
        #expect(profile.peers.map(\.address) == ["127.0.0.1:7071", "127.0.0.1:7051", "127.0.0.1:7061"])
        let paths = profile.peers.map(\.tlsRoots) + [profile.identity.certificate, profile.identity.key]
        for path in paths { #expect(network.fabric.folder("insurer").has(path), "\(path)") }
    }

    @Test func thePeersBuilderAnswersForOurPackageOnly() async throws {
        let network = try await FoundNetwork.shared.value
        let scratch = network.home.folder("scratch-\(lowercaseHex(Random.bytes(4)))")
        try scratch.make()
        func program(_ name: String, _ arguments: String...) throws -> Int32 {
            try Command.run(
                network.path("builder/bin/\(name)"), arguments,
                environment: [
                    "PATH": "/usr/bin:/bin",
                    "MEDSEAL_CHAINCODE_CONNECTION": network.path("insurer/chaincode/connection.json"),
                ]
            ).status
        }
        try scratch.write(Array(#"{"type":"medseal","label":"medseal_1"}"#.utf8), as: "metadata.json")
        #expect(try program("detect", "/source", scratch.path) == 0)
        #expect(try program("build", "/source", scratch.path, "/output") == 0)
        #expect(try program("release", "/output", scratch.path) == 0)
        #expect(
            try scratch.read("chaincode/server/connection.json")
                == network.fabric.read("insurer/chaincode/connection.json"))
        try scratch.write(Array(#"{"type":"golang","label":"medseal_1"}"#.utf8), as: "metadata.json")
        #expect(try program("detect", "/source", scratch.path) != 0)
    }
}
