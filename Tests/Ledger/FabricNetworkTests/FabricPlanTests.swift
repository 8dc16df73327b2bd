import Contract
import Files
import Foundation
import Primitives
import Remote
import Testing

@testable import FabricNetwork
@testable import Surroundings

/// Who endorses, who orders, and where they listen.
struct FabricPlanTests {
    private static func plan(
        _ organisations: [(String, OrganisationKind)], orderers: Int = 1, basePort: UInt16 = 7050
    ) throws -> FabricPlan {
        try FabricPlan(
            organisations: organisations.map { (OrganisationName($0.0)!, $0.1) }, ordererCount: orderers,
            basePort: basePort)
    }

    private static func refusal(
        _ organisations: [(String, OrganisationKind)], orderers: Int = 1, basePort: UInt16 = 7050
    ) throws -> String {
        let error = try #require(throws: PartyError.self) {
            try plan(organisations, orderers: orderers, basePort: basePort)
        }
        #expect(error.code == .badInput)
        return error.message
    }

    @Test func twoKindsEndorse() throws {
        let plan = try Self.plan([
            ("insurer", .insurer), ("hospital1", .hospital), ("lab-2", .laboratory), ("hospital2", .hospital),
        ])
        #expect(
            "\(plan.endorsement)"
                == "OutOf(2,OR('hospital1.peer','hospital2.peer'),OR('insurer.peer'),OR('lab-2.peer'))")
    }

    @Test func oneKindAloneIsRefused() throws {
        #expect(try Self.refusal([("a", .hospital)]).contains("two kinds"))
        #expect(try Self.refusal([("a", .hospital), ("b", .hospital)]).contains("two kinds"))
    }

    @Test func whatCannotBeIsRefused() throws {
        let two: [(String, OrganisationKind)] = [("hospital1", .hospital), ("insurer", .insurer)]
        for count in [-1, 0, 3] { #expect(try Self.refusal(two, orderers: count).contains("orderers")) }
        for port: UInt16 in [0, 65_517, 65_535] {
            #expect(try Self.refusal(two, basePort: port).contains("ports"))
        }
        #expect(try Self.plan(two, basePort: 65_516).organisations.count == 2)
        for name in ["run", "builder"] {
            #expect(try Self.refusal([("insurer", .insurer), (name, .hospital)]).contains(name))
        }
    }

    @Test func noTwoProgramsShareAPort() throws {
        let plan = try Self.plan([("a", .hospital), ("b", .insurer), ("c", .auditor)], orderers: 3)
        let ports = plan.organisations.flatMap {
            [
                $0.ordererPort, $0.peerPort, $0.peerChaincodePort, $0.peerOperationsPort, $0.chaincodePort,
                $0.ordererAdminPort, $0.ordererOperationsPort,
            ]
        }
        #expect(Set(ports).count == 21)
        #expect(ports.allSatisfy { (7050..<7080).contains($0) })
        #expect(
            plan.programs.split(separator: "\n").first == "orderer-a a 127.0.0.1:7050 127.0.0.1:7055")
    }

    @Test func onlyTheRoleOrdererSignsBlocks() throws {
        let text = try Self.plan([("a", .hospital), ("b", .insurer)], orderers: 2).channelConfiguration
        #expect(text.contains("BlockValidation: {Type: ImplicitMeta, Rule: ANY Orderers}"))
        #expect(text.contains(#"Orderers: {Type: Signature, Rule: "OR('b.orderer')"}"#))
        #expect(text.contains(#"Endorsement: {Type: Signature, Rule: "OR('b.peer')"}"#))
        #expect(text.contains("Port: 7060, ClientTLSCert: b/orderer/tls/certificate.pem"))
        #expect(text.contains("LifecycleEndorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}"))
    }
}

/// The package that peers install.
struct ChaincodePackageTests {
    @Test func tarAndSha256sumReadIt() async throws {
        let network = try await FoundNetwork.shared.value
        let file = network.path("medseal.tgz")
        let listed = try Command.run("/bin/tar", ["-tvzf", file, "--utc", "--full-time"])
        #expect(listed.status == 0)
        #expect(
            listed.output.split(separator: "\n").map { $0.split(separator: " ").last } == [
                "metadata.json", "code.tar.gz",
            ])
        #expect(listed.output.components(separatedBy: "0/0").count == 3)
        #expect(listed.output.components(separatedBy: "1970-01-01 00:00:00").count == 3)
        let metadata = try Command.run("/bin/tar", ["-xOzf", file, "metadata.json"])
        #expect(metadata.output == #"{"type":"medseal","label":"medseal_1"}"#)
        // No code, and nothing of where a server is.
        let code = network.home.folder("code-\(lowercaseHex(Random.bytes(4)))")
        try code.make()
        #expect(try Command.run("/bin/tar", ["-xzf", file, "-C", code.path]).status == 0)
        let inner = try Command.run("/bin/tar", ["-tzf", code.file("code.tar.gz")])
        #expect(inner.status == 0 && inner.output.isEmpty)

        let sum = try Command.run("/usr/bin/sha256sum", [file]).output.prefix(64)
        #expect(try network.text("package-id") == "medseal_1:\(sum)\n")
        // Organisations approve this id: a change of it is a new version of the chaincode.
        #expect(sum == "642c8de602e9ca6c0e187b366c11340fd67f48926816c8f05c925b102750213c")
    }
}

/// `tools/fabric` where it cannot do its work.
struct FabricToolTests {
    private static func tool(_ arguments: String..., path: String = "/usr/bin:/bin") throws -> Command.Outcome
    {
        try Command.run(
            Repository.root.appending(path: "tools/fabric").path, arguments,
            environment: ["PATH": path, "MEDSEAL_BIN": "/nowhere"])
    }

    @Test func itNamesEveryProgramThatIsMissing() async throws {
        let network = try await FoundNetwork.shared.value
        let outcome = try Self.tool("up", network.home.path)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("peer orderer configtxgen osnadmin medseal-chaincode"))
        #expect(outcome.errors.contains("swift build --product medseal-chaincode"))
    }

    @Test func itSaysWhatDoesNotRun() async throws {
        let network = try await FoundNetwork.shared.value
        let outcome = try Self.tool("status", network.home.path)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("orderer-hospital1"))
        #expect(outcome.output.components(separatedBy: "does not run").count == 8)
        let unknown = try Self.tool("stop", network.home.path, "peer-nobody")
        #expect(unknown.status == 1 && unknown.errors.contains("peer-nobody is none of"))
    }

    @Test func aFolderWithoutFabricIsRefused() throws {
        let outcome = try Self.tool("up", "/tmp")
        #expect(outcome.status == 1 && outcome.errors.contains("medseald fabric init"))
    }
}
