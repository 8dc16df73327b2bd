import API
import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote
import Testing

@testable import Homes
@testable import Offices
@testable import Patients

struct HomeTests {
    static func temporary() -> Folder {
        Folder(NSTemporaryDirectory()).folder("medseal-\(lowercaseHex(Random.bytes(6)))")
    }

    @Test func aPassphraseIsWorkedAsHardAsAgeDoesUnlessATestAsksForLess() async throws {
        let world = try await World.shared.value
        func factor() throws -> Substring? {
            let folder = Self.temporary()
            defer { folder.parent.remove(folder.name) }
            _ = try PatientHome.create(
                folder, network: world.network, wallet: .create(), passphrase: world.passphrase)
            let text = String(decoding: try folder.read(PatientHome.walletName), as: UTF8.self)
            return text.firstMatch(of: /-> scrypt \S+ ([0-9]+)\n/)?.1
        }
        #expect(try factor() == "18")
        #expect(try PassphraseWork.$factor.withValue(4) { try factor() } == "4")
    }

    @Test func twoProcessesOfOneWalletForgetNothingOfEachOther() async throws {
        let world = try await World.shared.value
        try PassphraseWork.$factor.withValue(4) {
            let folder = Self.temporary()
            defer { folder.parent.remove(folder.name) }
            let home = try PatientHome.create(
                folder, network: world.network, wallet: .create(), passphrase: world.passphrase)
            // Each has read what was there before the other wrote.
            var (one, other) = (try home.unlock(world.passphrase), try home.unlock(world.passphrase))
            let (first, second) = (OrganisationName("hospital1")!, OrganisationName("hospital2")!)
            try one.set(.init(name: first, appliedWith: 2, stock: 3, handedOver: 7))
            try other.set(.init(name: second, appliedWith: 2, stock: 3, handedOver: 1))
            try other.set(.init(name: first, appliedWith: 2, stock: 3, handedOver: 4))
            let joined = try home.unlock(world.passphrase).joined
            #expect(joined.map(\.name) == [first, second] && joined.map(\.handedOver) == [7, 1])
        }
    }

    @Test func aWalletComesBackUnderItsPassphraseOnly() async throws {
        let world = try await World.shared.value
        try PassphraseWork.$factor.withValue(4) {
            let folder = Self.temporary()
            let wallet = Wallet.create()
            let home = try PatientHome.create(
                folder, network: world.network, wallet: wallet, passphrase: world.passphrase)
            var patient = try home.unlock(world.passphrase)
            let name = OrganisationName("hospital1")!
            #expect(
                patient.wallet.inboxKey(organisation: name).key == wallet.inboxKey(organisation: name).key)
            try patient.set(.init(name: name, appliedWith: 2, stock: 3, handedOver: 4))
            #expect(try home.unlock(world.passphrase).joined.map(\.handedOver) == [4])
            let wrong = SecretBytes(copying: Array("wrong".utf8))
            #expect(throws: PartyError.self) { try home.unlock(wrong) }
            #expect(throws: PartyError.self) {
                try PatientHome.create(folder, network: world.network, wallet: wallet, passphrase: wrong)
            }
            // Where the patient is a patient is in no file's name, and in clear in none but the network's
            // own.
            for file in folder.names where file != "network" {
                #expect(!file.contains("hospital1"))
                #expect(!Self.contains(try folder.read(file), "hospital1"))
            }
        }
    }

    static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(text)
    }

    @Test func aRecoveryCodeIsTheWallet() throws {
        let wallet = Wallet.create()
        let code = wallet.recoveryCode.withUnsafeBytes { Array($0) }
        let again = try Wallet(recoveryCode: code)
        let name = OrganisationName("hospital1")!
        #expect(
            again.ownerKey(organisation: name, index: 3).key
                == wallet.ownerKey(organisation: name, index: 3).key)
    }

    /// Everything in network.json but the server's address is held against the genesis.
    @Test func anAlteredNetworkIsRefused() async throws {
        let world = try await World.shared.value
        let open = world.folder.folder("public")
        let original: [UInt8] = try open.read("network.json")
        func accepts(_ change: (inout Network.File) -> Void) throws -> Bool {
            var file = try JSON.decode(Network.File.self, original)
            change(&file)
            let copy = Self.temporary()
            try copy.make()
            try copy.write(try open.read("genesis.cbor"), as: "genesis.cbor")
            try copy.write(try JSON.pretty(file), as: "network.json")
            return (try? Network(copy)) != nil
        }
        #expect(try accepts { _ in })
        #expect(try accepts { $0.server = "https://example.org:1" })
        #expect(try !accepts { $0.server = "http://example.org:1" })
        #expect(try !accepts { $0.organisations[0].authority = $0.organisations[1].authority })
        #expect(try !accepts { $0.organisations[0].recordsRecipient = $0.organisations[0].deskRecipient })
        #expect(try !accepts { $0.organisations[0].deskRecipient = $0.organisations[1].deskRecipient })
        #expect(try !accepts { $0.organisations.removeLast() })
        #expect(try !accepts { $0.serverOperator = OrganisationName("stranger")! })
        var genesis = try open.read("genesis.cbor")
        genesis[genesis.count - 1] ^= 1
        let copy = Self.temporary()
        try copy.make()
        try copy.write(genesis, as: "genesis.cbor")
        try copy.write(original, as: "network.json")
        #expect(throws: PartyError.self) { try Network(copy) }
    }

    /// T79: another organisation's certificate is no reason to believe a server.
    @Test func anAddressHasItsOrganisationsCertificate() async throws {
        let world = try await World.shared.value
        let open = world.folder.folder("public")
        var file = try JSON.decode(Network.File.self, try open.read("network.json"))
        let shared = try #require(URL(string: file.server)).host()! + ":\(URL(string: file.server)!.port!)"
        file.organisations[1].server = "https://b.example:2"
        let copy = Self.temporary()
        try copy.make()
        try copy.write(try open.read("genesis.cbor"), as: "genesis.cbor")
        try copy.write(try JSON.pretty(file), as: "network.json")
        let network = try Network(copy)
        #expect(network.authorities(ofServerAt: "b.example:2") == [network.organisations[1].authority])
        let operated = try network.organisation(file.serverOperator).authority
        #expect(network.authorities(ofServerAt: shared) == [operated])
        #expect(network.authorities(ofServerAt: "elsewhere.example:3") == [operated])
    }

    @Test func eachOrganisationMayHaveAServerOfItsOwn() async throws {
        let world = try await World.shared.value
        let open = world.folder.folder("public")
        let whole = try Network(world.folder)
        let name = whole.organisations[1].name
        #expect(whole.server(of: name) == whole.server && whole.server(of: nil) == whole.server)
        func network(_ address: String) throws -> Network {
            var file = try JSON.decode(Network.File.self, try open.read("network.json"))
            file.organisations[1].server = address
            let copy = Self.temporary()
            try copy.make()
            try copy.write(try open.read("genesis.cbor"), as: "genesis.cbor")
            try copy.write(try JSON.pretty(file), as: "network.json")
            return try Network(copy)
        }
        let split = try network("https://b.example:2")
        #expect(split.server(of: name) == URL(string: "https://b.example:2"))
        #expect(split.server(of: whole.organisations[0].name) == whole.server)
        #expect(split.server(of: nil) == whole.server)
        let file = try whole.file(servers: [name: URL(string: "https://b.example:2")!])
        #expect(
            try JSON.decode(Network.File.self, file).organisations.map(\.server)
                == whole.organisations.map { $0.name == name ? "https://b.example:2" : nil })
        for wrong in ["http://b.example:2", "https://b.example:2/path", "b.example"] {
            #expect(throws: PartyError.self) { try network(wrong) }
        }
    }

    @Test func aPathSaysWhoseServerIsCalled() {
        let name = OrganisationName("hospital1")!
        let routes = Routes.Organisation(name)
        for path in [routes.letters, routes.blob("ab", of: "01"), routes.inbox("cd"), routes.revocationList] {
            #expect(Routes.organisation(of: path) == name)
        }
        for path in [Routes.organisations, Routes.members, Routes.statements, Routes.organisations + "/"] {
            #expect(Routes.organisation(of: path) == nil)
        }
    }

    @Test func aNetworkIsMadeWholeOrNotAtAll() async throws {
        let world = try await World.shared.value
        let founding = try NetworkFounding(
            organisations: [(OrganisationName("hospital1")!, .hospital)], port: 1)
        await #expect(throws: FileError.self) {
            try await founding.found(in: world.folder, passphrase: world.passphrase)
        }
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        let office = world.folder.folder("organisations").folder("insurer")
        #expect(try mode(office.path) == 0o700)
        for name in ["root.pem", "authority.key.pem", "records.age", "desk.age"] {
            #expect(try mode(office.file(name)) == 0o600)
        }
        #expect(!world.folder.parent.names.contains { $0.hasPrefix(".\(world.folder.name)") })
        #expect(throws: PartyError.self) {
            try NetworkFounding(
                organisations: [
                    (OrganisationName("a")!, .hospital), (OrganisationName("a")!, .insurer),
                ], port: 1)
        }
    }
}
