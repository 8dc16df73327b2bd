import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// The main job, end to end, through the programs; every refusal on the way.
@Suite(.serialized, .failsWhenStill) struct MainStoryTests {
    @Test func fromAHospitalsDiskToAnInsurers() throws {
        let story = try Story([
            "hospital1:hospital", "hospital2:hospital", "insurer:insurer", "auditor:auditor",
        ])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.enrol("ben", "hospital2", "gateway")
        try story.enrol("iris", "insurer", "officer")
        try story.enrol("olaf", "insurer", "officer")
        try story.enrol("eve", "auditor", "auditor")
        try story.admit("noor", at: "hospital1", by: "remo", number: "CANARY-1001")
        try story.admit("noor", at: "hospital2", by: "ben", number: "CANARY-77", permits: 0)

        // openssl accepts a member's certificate under its authority and no other.
        let verified = try story.run(
            "/usr/bin/openssl",
            ["verify", "-CAfile", "net/organisations/hospital1/authority.pem", "ada/certificate.pem"])
        #expect(verified.code == 0)
        let other = try story.run(
            "/usr/bin/openssl",
            ["verify", "-CAfile", "net/organisations/insurer/authority.pem", "ada/certificate.pem"])
        #expect(other.code != 0)

        let scan =
            Data("DICM canary-plaintext ".utf8) + Data((0..<200_000).map { _ in UInt8.random(in: 0...255) })
        try story.write("scan.dcm", scan)
        try story.write("note.txt", Data("canary-plaintext: a second file".utf8))

        // Deposit, once, however often it is asked for.
        let deposited = try story.medseal(
            as: "ada", "deposit", "scan.dcm", "note.txt", "--patient", "CANARY-1001")
        #expect(deposited.code == 0, "\(deposited.text)")
        let record = deposited.id
        let again = try story.medseal(
            as: "ada", "deposit", "scan.dcm", "note.txt", "--patient", "CANARY-1001")
        #expect(again.code == 0 && again.id == record, "\(again.text)")
        #expect(try story.vault("hospital1").count == 6)
        for path in try story.vault("hospital1") {
            let sum = try story.run("/usr/bin/sha256sum", [path])
            #expect(sum.text.hasPrefix(URL(fileURLWithPath: path).lastPathComponent.prefix(64)))
            // All but the manifest, which has digests alone, is an age file.
            #expect(
                try story.bytes(path).starts(with: Data("age-encryption.org/v1\n".utf8))
                    != path.hasSuffix(".manifest"))
        }

        // hospital2 was given no permit.
        let saved = try story.medseal(as: "ben", "deposit", "scan.dcm", "--patient", "CANARY-77")
        #expect(saved.code == 1 && saved.text.contains("medical data saving: access denied"), "\(saved.text)")
        #expect(try story.vault("hospital2").isEmpty)

        // The insurer asks; nothing is served until the patient has approved.
        let asked = try story.medseal(
            as: "iris", "request", "--custodian", "hospital1", "--patient", "CANARY-1001", "--purpose",
            "claim", "--days",
            "30")
        #expect(asked.code == 0, "\(asked.text)")
        let request = asked.id
        func denied(_ home: String, _ why: String) throws {
            let fetched = try story.medseal(as: home, "fetch", "--request", request, "-o", "stolen")
            #expect(fetched.code == 1 && fetched.text.contains(why), "\(fetched.text)")
            #expect(!story.exists("stolen"))
        }
        try denied("iris", "denied")
        let routed = try story.medseal(as: "remo", "route", request, "--patient", "CANARY-1001")
        #expect(routed.code == 0, "\(routed.text)")
        try denied("iris", "denied")
        let inbox = try story.medseal(as: "noor", "inbox")
        #expect(inbox.text.contains(request) && inbox.text.contains("Member iris"), "\(inbox.text)")
        let approved = try story.medseal(
            as: "noor", "approve", request, "--record", record, "--days", "3", "--yes")
        #expect(approved.code == 0 && approved.text.contains("scan.dcm"), "\(approved.text)")

        // Fetched, byte for byte; not by a colleague; not over a file that is there.
        let fetched = try story.medseal(as: "iris", "fetch", "--request", request, "-o", "fetched")
        #expect(fetched.code == 0, "\(fetched.text)")
        #expect(try story.bytes("fetched/scan.dcm") == scan)
        #expect(try story.bytes("fetched/note.txt") == Data("canary-plaintext: a second file".utf8))
        try denied("olaf", "denied")
        let over = try story.medseal(as: "iris", "fetch", "--request", request, "-o", "fetched")
        #expect(over.code == 2, "\(over.text)")

        // Revoked: denied with the reason.
        let revoked = try story.medseal(as: "noor", "revoke", "--record", record)
        #expect(revoked.code == 0, "\(revoked.text)")
        try denied("iris", "revoked")

        // A request that is rejected gives nothing.
        let second = try story.medseal(
            as: "iris", "request", "--custodian", "hospital1", "--patient", "CANARY-1001", "--purpose",
            "coverage", "--days",
            "5")
        #expect(try story.medseal(as: "remo", "route", second.id, "--patient", "CANARY-1001").code == 0)
        #expect(try story.medseal(as: "noor", "reject", second.id).code == 0)
        #expect(try story.medseal(as: "iris", "fetch", "--request", second.id, "-o", "stolen").code == 1)
        #expect(!story.exists("stolen"))

        // A transfer: refused before the approval, then the same ciphertext and custody.
        let asking = try story.medseal(
            as: "ben", "request", "--custodian", "hospital1", "--patient", "CANARY-1001", "--purpose",
            "treatment",
            "--days", "5", "--transfer")
        #expect(asking.code == 0, "\(asking.text)")
        #expect(try story.medseal(as: "ben", "receive", "--request", asking.id).code == 1)
        #expect(try story.vault("hospital2").isEmpty)
        #expect(try story.medseal(as: "remo", "route", asking.id, "--patient", "CANARY-1001").code == 0)
        #expect(try story.medseal(as: "noor", "approve", asking.id, "--record", record, "--yes").code == 0)
        let received = try story.medseal(as: "ben", "receive", "--request", asking.id)
        #expect(received.code == 0, "\(received.text)")
        let names = { (paths: [String]) in Set(paths.map { URL(fileURLWithPath: $0).lastPathComponent }) }
        // Two files, their manifest, the descriptor and the owner's envelope are the same; the custodian's envelope is its
        // own.
        #expect(
            names(try story.vault("hospital1")).intersection(names(try story.vault("hospital2"))).count == 5)

        try audit(story)
        try otherPeoplesCode(story, record)
        try nothingLeaks(story)
        try theServerKeepsToItself(story)
        #expect(story.end(SIGTERM) == 0)
    }

    /// The audit holds; each kind of damage is found and named; the auditor needs no key that opens anything.
    private func audit(_ story: Story) throws {
        let folders = ["hospital1", "hospital2"].flatMap {
            ["--vault", "\($0)=net/organisations/\($0)/vault"]
        }
        func audit() throws -> Story.Result {
            try story.medseal(["audit"] + folders + ["--home", "eve", "--passphrase-file", "eve.pass"])
        }
        let sound = try audit()
        #expect(sound.code == 0 && sound.text.contains("All holds."), "\(sound.text)")
        #expect(try story.medseal(as: "ada", "audit").code == 0)

        let held = try story.vault("hospital2")
        let path = try #require(held.first)
        let name = URL(fileURLWithPath: path).lastPathComponent
        let file = story.folder.appending(path: path)
        let whole = try Data(contentsOf: file)
        var flipped = whole
        flipped[flipped.count / 2] ^= 0x08
        try story.replace(file, with: flipped)
        let damaged = try audit()
        #expect(
            damaged.code == 4 && damaged.text.contains(name) && damaged.text.contains("DAMAGED"),
            "\(damaged.text)")
        // The same through the servers, without the folders.
        let told = try story.medseal(as: "eve", "audit")
        #expect(told.code == 4 && told.text.contains(name), "\(told.text)")
        try FileManager.default.removeItem(at: file)
        let missing = try audit()
        #expect(
            missing.code == 4 && missing.text.contains(name) && missing.text.contains("MISSING"),
            "\(missing.text)")
        try story.replace(file, with: whole)
        let foreign = file.deletingLastPathComponent().appending(path: "holiday.jpg")
        try Data([1]).write(to: foreign)
        let unknown = try audit()
        #expect(unknown.code == 4 && unknown.text.contains("holiday.jpg"), "\(unknown.text)")
        try FileManager.default.removeItem(at: foreign)
        #expect(try audit().code == 0)
    }

    private func otherPeoplesCode(_ story: Story, _ record: String) throws {
        #expect(try story.medseal(as: "eve", "ledger", "export", "export").code == 0)
        let genesis = "net/public/genesis.cbor"
        let verified = try story.python("verify_ledger.py", "export", genesis)
        #expect(verified.code == 0 && verified.text.hasPrefix("verified: "), "\(verified.text)")
        #expect(
            try story.medseal(as: "eve", "ledger", "prove", record, "-o", "deposit.tlog-proof").code == 0)
        let proven = try story.python("verify_proof.py", "deposit.tlog-proof", genesis)
        #expect(proven.code == 0 && proven.text.hasPrefix("verified: deposit "), "\(proven.text)")

        // The checks are able to fail: one altered byte of an entry.
        let tiles = story.folder.appending(path: "export/tile/entries")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: tiles.path)
        let bundle = tiles.appending(path: try #require(paths.max { $0.count < $1.count }))
        var bytes = try Data(contentsOf: bundle)
        bytes[bytes.count - 1] ^= 1
        try story.replace(bundle, with: bytes)
        #expect(try story.python("verify_ledger.py", "export").code == 1)
        try times(story, genesis)
        let proof = story.folder.appending(path: "deposit.tlog-proof")
        let text = try String(contentsOf: proof, encoding: .utf8)
        let moved = text.replacing("\nindex ", with: "\nindex 1", maxReplacements: 1)
        try story.replace(proof, with: Data(moved.utf8))
        #expect(try story.python("verify_proof.py", "deposit.tlog-proof", genesis).code == 1)
        let refused = try story.medseal(["ledger", "verify", "deposit.tlog-proof", "--genesis", genesis])
        #expect(refused.code == 4, "\(refused.text)")
    }

    /// A terminal shows times in its own zone, a pipe in UTC.
    private func times(_ story: Story, _ genesis: String) throws {
        let command =
            "\(Repository.programs.path)/medseal ledger verify deposit.tlog-proof --genesis \(genesis)"
        let zone = "TZ='<+0530>-5:30'"
        // script(1) gives it a terminal of its own.
        let shown = try story.run("/usr/bin/script", ["-qec", "\(zone) \(command)", "/dev/null"])
        #expect(shown.code == 0, "\(shown.text)")
        #expect(shown.text.contains(/\d\d:\d\d:\d\d \+05:30/) && !shown.text.contains(/\dZ/), "\(shown.text)")
        let piped = try story.run("/bin/sh", ["-c", "\(zone) \(command)"])
        #expect(piped.text.contains(/T\d\d:\d\d:\d\dZ/) && !piped.text.contains("+05:30"), "\(piped.text)")
    }

    /// No name, number, plaintext or passphrase in anything that the server has or said, nor in the homes'
    /// open files (T50, T56).
    private func nothingLeaks(_ story: Story) throws {
        let canaries = [
            "CANARY", "Kestrel", "canary-plaintext", "correct horse", "scan.dcm", "AGE-SECRET-KEY",
        ]
        var looked = 0
        let places = ["net", "medseald.log", "ada", "ben", "remo", "iris", "noor", "export"]
        for place in places {
            let base = story.folder.appending(path: place)
            let paths = (try? FileManager.default.subpathsOfDirectory(atPath: base.path)) ?? [""]
            for path in paths.isEmpty ? [""] : paths {
                let file = path.isEmpty ? base : base.appending(path: path)
                for canary in canaries { #expect(!file.lastPathComponent.contains(canary)) }
                guard let bytes = try? Data(contentsOf: file) else { continue }
                looked += 1
                for canary in canaries {
                    #expect(bytes.range(of: Data(canary.utf8)) == nil, "\(canary) in \(place)/\(path)")
                }
            }
        }
        #expect(looked > 60)
        // The look is able to find.
        #expect(try story.bytes("fetched/note.txt").range(of: Data("canary-plaintext".utf8)) != nil)
    }

    /// No core file, no backtrace of memory, nothing for other processes to attach to (T54).
    private func theServerKeepsToItself(_ story: Story) throws {
        let limits = try String(contentsOfFile: "/proc/\(story.serverID)/limits", encoding: .utf8)
        let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
        #expect(core.split(separator: " ").filter { $0 == "0" }.count == 2, "\(core)")
        let environment = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(story.serverID)/environ"))
        #expect(environment.range(of: Data("SWIFT_BACKTRACE=enable=no".utf8)) != nil)
    }
}

extension Story {
    func replace(_ file: URL, with bytes: Data) throws {
        try? FileManager.default.removeItem(at: file)
        try bytes.write(to: file)
    }
}
