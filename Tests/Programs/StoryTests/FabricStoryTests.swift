import Contract
import FabricChaincode
import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

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
            command.end(SIGKILL)
            try story.start()
            let result = try story.medseal(as: "ada", "deposit", "round-\(round)", "--patient", "CANARY-1")
            #expect(result.code == 0, "\(result.text)")
            #expect(try deposits(story) == round + 1, "round \(round)")
        }
    }

    @Test("one process for each organisation: the whole story between them; one is away and the others go on")
    func severalProcesses() throws {
        let names = ["hospital1", "hospital2", "insurer", "auditor"]
        let story = try Story(
            zip(names, ["hospital", "hospital", "insurer", "auditor"]).map { "\($0):\($1)" }, onFabric: true,
            isServed: false)
        func done(_ result: Story.Result) throws -> Story.Result {
            try #require(result.code == 0, "\(result.text)")
            return result
        }
        _ = try done(
            try story.medseald([
                "fabric", "split", "net", "homes", "--passphrase-file", "net.pass",
            ]))
        for name in names {
            let all = try FileManager.default.subpathsOfDirectory(
                atPath: story.folder.appending(path: "homes/\(name)").path)
            let keys = all.filter {
                $0.hasSuffix("key.pem") || $0.hasSuffix(".age") || $0.hasSuffix("root.pem")
            }
            #expect(keys.count == 8, "\(keys)")
            for other in names where other != name {
                #expect(!keys.contains { $0.contains("/\(other)/") }, "\(keys)")
            }
        }
        var processes = [String: RunningProgram]()
        for name in names { processes[name] = try story.serve(name) }
        for (home, organisation, role) in [
            ("ada", "hospital1", "clinician"), ("remo", "hospital1", "gateway"),
            ("ben", "hospital2", "gateway"), ("iris", "insurer", "officer"), ("eve", "auditor", "auditor"),
        ] { try story.enrol(home, organisation, role, network: "homes/\(organisation)") }
        try story.admit(
            "noor", at: "hospital1", by: "remo", number: "CANARY-1", network: "homes/hospital1")
        try story.admit(
            "noor", at: "hospital2", by: "ben", number: "B-77", permits: 0, network: "homes/hospital1")

        let record = try done(try deposit(story, "scan.dcm")).id
        func request(_ arguments: String..., by home: String) throws -> String {
            try done(
                try story.medseal(
                    [
                        "request", "--custodian", "hospital1", "--patient", "CANARY-1", "--days", "30",
                        "--home", home, "--passphrase-file", "\(home).pass",
                    ] + arguments)
            ).id
        }
        let claim = try request("--purpose", "claim", "--text", "Claim 4711", by: "iris")
        let early = try story.medseal(as: "iris", "fetch", "--request", claim, "-o", "stolen")
        #expect(early.code == 1 && early.text.contains("denied"), "\(early.text)")
        _ = try done(try story.medseal(as: "remo", "route", claim, "--patient", "CANARY-1"))
        #expect(try done(try story.medseal(as: "noor", "inbox")).text.contains("Member iris"))
        _ = try done(try story.medseal(as: "noor", "approve", claim, "--record", record, "--yes"))
        _ = try done(try story.medseal(as: "iris", "fetch", "--request", claim, "-o", "fetched.dcm"))
        #expect(try story.bytes("fetched.dcm") == story.bytes("scan.dcm"))
        _ = try done(try story.medseal(as: "noor", "revoke", "--record", record))
        let late = try story.medseal(as: "iris", "fetch", "--request", claim, "-o", "stolen")
        #expect(late.code == 1 && late.text.contains("revoked"), "\(late.text)")
        #expect(!story.exists("stolen"))

        let transfer = try request("--purpose", "treatment", "--transfer", by: "ben")
        _ = try done(try story.medseal(as: "remo", "route", transfer, "--patient", "CANARY-1"))
        _ = try done(try story.medseal(as: "noor", "approve", transfer, "--record", record, "--yes"))
        _ = try done(try story.medseal(as: "ben", "receive", "--request", transfer))
        func vault(_ name: String) throws -> Set<String> {
            let path = "homes/\(name)/organisations/\(name)/vault/records"
            let all = try FileManager.default.subpathsOfDirectory(
                atPath: story.folder.appending(path: path).path)
            return Set(all.filter { $0.split(separator: "/").count == 3 })
        }
        // File and descriptor are the same ciphertext at both.
        #expect(try vault("hospital1").intersection(vault("hospital2")).count >= 2)
        #expect(try vault("insurer").isEmpty)
        #expect(try done(try story.medseal(as: "noor", "records")).text.contains("hospital2"))

        // One process is away: its own members wait, nobody else does.
        #expect(processes["hospital2"]?.end() == 0)
        _ = try done(try deposit(story, "later.dcm"))
        _ = try request("--purpose", "claim", "--text", "Claim 4712", by: "iris")
        let records = try done(try story.medseal(as: "noor", "records"))
        #expect(
            records.text.contains(record) && records.text.contains("hospital2 cannot be reached"),
            "\(records.text)")
        let away = try story.medseal(as: "ben", "ledger", "list", "--kind", "deposit")
        #expect(away.code == 3, "\(away.text)")
        processes["hospital2"] = try story.serve("hospital2")
        let back = try done(try story.medseal(as: "ben", "ledger", "list", "--kind", "deposit", "--json"))
        #expect(back.text.matches(of: /"position"/).count == 2)

        let audit = try done(try story.medseal(as: "eve", "audit"))
        #expect(audit.text.contains("All holds."), "\(audit.text)")
        for name in names { #expect(processes[name]?.end() == 0, "\(name)") }
    }

    @Test("one organisation runs another contract: endorsements differ, nothing commits (T38)")
    func modifiedContract() async throws {
        let story = try begun(["hospital1:hospital", "insurer:insurer"])
        let first = try deposit(story, "first.dcm")
        #expect(first.code == 0, "\(first.text)")
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
        let running = try story.serve(chaincode, for: "insurer")
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
