import Contract
import FabricChaincode
import Foundation
import Testing

/// The ledger on a real Fabric network, where its programs are found (`FABRIC_BIN` or PATH); what can break, broken.
@Suite(
    .serialized,
    .enabled(
        if: Story.fabricPrograms != nil, "Fabric's programs are neither on PATH nor in FABRIC_BIN: skipped"))
struct FabricStoryTests {
    private static let organisations = ["hospital1:hospital", "insurer:insurer", "auditor:auditor"]

    /// A network with a clinician, an auditor, and a patient who has permitted deposits.
    private func begun(_ organisations: [String] = Self.organisations) throws -> Story {
        let story = try Story(organisations, onFabric: true)
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "remo", number: "CANARY-1")
        return story
    }

    private func deposit(_ story: Story, _ name: String) throws -> Story.Result {
        try story.write(name, Data("canary-plaintext \(name)".utf8))
        return try story.medseal(as: "ada", "deposit", name, "--patient", "CANARY-1")
    }

    private func deposits(_ story: Story) throws -> Int {
        let listed = try story.medseal(as: "ada", "ledger", "list", "--kind", "deposit", "--json")
        try #require(listed.code == 0, "\(listed.text)")
        return listed.text.matches(of: /"position"/).count
    }

    @Test("whatever stops and comes back: nothing is lost, nothing is there twice")
    func partsStop() throws {
        let story = try begun()
        var count = 0
        func deposited(_ when: String) throws {
            count += 1
            let result = try deposit(story, "scan-\(count).dcm")
            #expect(result.code == 0, "\(when): \(result.text)")
        }
        try deposited("all run")
        // The contract of the organisation whose gateway is asked first.
        try story.fabric("kill", "chaincode-hospital1")
        try story.fabric("start", "chaincode-hospital1")
        try deposited("chaincode-hospital1 came back")
        try story.fabric("kill", "peer-hospital1")
        try deposited("another organisation's gateway is asked")
        try story.fabric("start", "peer-hospital1")
        try deposited("peer-hospital1 came back")
        // Two others of different kinds are enough.
        try story.fabric("kill", "peer-auditor")
        try story.fabric("kill", "chaincode-auditor")
        try deposited("an organisation is away")
        try story.fabric("start", "chaincode-auditor")
        try story.fabric("start", "peer-auditor")
        try story.fabric("kill", "orderer-hospital1")
        let late = Task.detached { () throws in
            try await Task.sleep(for: .seconds(3))
            try story.fabric("start", "orderer-hospital1")
        }
        defer { late.cancel() }
        try deposited("the orderer comes back while it is waited for")
        #expect(try deposits(story) == count)
        // Everything at once, the server too.
        story.end(SIGKILL)
        try story.fabric("down")
        try story.fabric("up")
        try story.start()
        try deposited("all was started again")
        #expect(try deposits(story) == count)
        try story.enrol("eve", "auditor", "auditor")
        let audit = try story.medseal(as: "eve", "audit")
        #expect(audit.code == 0 && audit.text.contains("All holds."), "\(audit.text)")
    }

    @Test("killed between handing over and answering: the same command finds out what became of it")
    func serverKilled() throws {
        let story = try begun()
        for round in 0..<8 {
            try story.write("round-\(round)", Data("canary \(round)".utf8))
            let command = try story.begin(as: "ada", "deposit", "round-\(round)", "--patient", "CANARY-1")
            usleep(UInt32.random(in: 500_000...1_400_000))
            story.end(SIGKILL)
            kill(command.processIdentifier, SIGKILL)
            command.waitUntilExit()
            try story.start()
            let result = try story.medseal(as: "ada", "deposit", "round-\(round)", "--patient", "CANARY-1")
            #expect(result.code == 0, "\(result.text)")
            #expect(try deposits(story) == round + 1, "round \(round)")
        }
    }

    @Test("one organisation runs another contract: endorsements differ, nothing commits (T38)")
    func modifiedContract() async throws {
        let story = try begun(["hospital1:hospital", "insurer:insurer"])
        let first = try deposit(story, "first.dcm")
        #expect(first.code == 0, "\(first.text)")
        try story.fabric("stop", "chaincode-insurer")
        let programs = String(decoding: try story.bytes("net/fabric/programs"), as: UTF8.self)
        let line = try #require(programs.split(separator: "\n").first { $0.hasPrefix("chaincode-insurer ") })
        let port = try #require(line.split(separator: " ")[2].split(separator: ":").last.flatMap { Int($0) })
        let package = String(decoding: try story.bytes("net/fabric/package-id"), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func file(_ name: String) throws -> [UInt8] {
            [UInt8](try story.bytes("net/fabric/insurer/chaincode/\(name)"))
        }
        // It writes one byte more into what it takes.
        let chaincode = try ConsentChaincode(
            genesisFile: [UInt8](try story.bytes("net/public/genesis.cbor")),
            rules: { statement, time, reads in
                let decision = decide(statement, at: time, reads: reads)
                guard case .accepted(var writes) = decision, let last = writes.popLast() else {
                    return decision
                }
                return .accepted(writes + [Write(key: last.key, value: last.value + [0])])
            })
        let server = ChaincodeServer(
            ChaincodeService(chaincode, packageID: package), host: "127.0.0.1", port: port,
            security: .mutualTLS(
                certificates: try file("certificate.pem"), privateKey: try file("key.pem"),
                clientRoots: try file("client-roots.pem")))
        let running = Task { try await server.run() }
        defer { running.cancel() }
        let second = try deposit(story, "second.dcm")
        #expect(second.code == 3, "\(second.text)")
        #expect(second.text.contains("one runs another contract"), "\(second.text)")
        #expect(try deposits(story) == 1)
        // With its own contract again the same command goes through.
        running.cancel()
        _ = await running.result
        try story.fabric("start", "chaincode-insurer")
        let third = try deposit(story, "second.dcm")
        #expect(third.code == 0, "\(third.text)")
        #expect(try deposits(story) == 2)
    }
}
