import Foundation
import Testing

@testable import StoryPlay

/// A study of many files is one record: granted whole, growing or file by file, proven file by file, sealed anew and
/// erased.
@Suite(.serialized) struct ManifestStoryTests {
    private let count = 300

    private func done(_ result: Story.Result) -> Story.Result {
        #expect(result.code == 0, "\(result.text)")
        return result
    }

    private func key(_ story: Story, _ home: String) throws -> String {
        let file = try JSONSerialization.jsonObject(with: try story.bytes("\(home)/member.json"))
        return try #require((file as? [String: Any])?["key"] as? String)
    }

    private func content(_ number: Int) -> Data { Data("DICM slice \(number)".utf8) }

    private func fetched(_ story: Story, _ folder: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: story.folder.appending(path: folder).path))
    }

    @Test func aStudyIsOneRecord() throws {
        let story = try Story([
            "hospital1:hospital", "hospital2:hospital", "insurer:insurer", "auditor:auditor",
        ])
        for (home, organisation, role) in [
            ("ada", "hospital1", "clinician"), ("remo", "hospital1", "gateway"),
            ("ben", "hospital2", "clinician"), ("iris", "insurer", "officer"), ("eve", "auditor", "auditor"),
        ] { try story.enrol(home, organisation, role) }
        try story.admit("noor", at: "hospital1", by: "remo", number: "N-1")
        try FileManager.default.createDirectory(
            at: story.folder.appending(path: "study"), withIntermediateDirectories: true)
        for number in 0..<count { try story.write("study/\(number).dcm", content(number)) }
        let record = try done(try story.medseal(as: "ada", "deposit", "study", "--patient", "N-1", "--json"))
            .field("record")

        // sha256sum checks the record's folder by its manifest.
        let folder = "net/organisations/hospital1/vault/records/\(record.prefix(2))/\(record)"
        let manifest = try #require(try fetched(story, folder).first { $0.hasSuffix(".manifest") })
        let checked = try story.run(
            "/bin/sh", ["-c", "cd \(folder) && sha256sum -c --strict \(manifest) | grep -c ': OK$'"])
        #expect(checked.text == "\(count)\n")

        // One file: granted, fetched, and nothing else of the record.
        let one = done(
            try story.medseal(as: "noor", "grant", record, "--to", try key(story, "ben"), "--file", "7.dcm"))
        _ = done(try story.medseal(as: "ben", "fetch", "--grant", one.id, "-o", "one/", "--sealed", "served"))
        #expect(try fetched(story, "one") == ["7.dcm"] && story.bytes("one/7.dcm") == content(7))
        let other = try story.medseal(
            as: "ben", "fetch", "--grant", one.id, "--file", "8.dcm", "-o", "other/")
        #expect(other.code == 2 && !story.exists("other/8.dcm"), "\(other.text)")
        #expect(try fetched(story, "served").count == 2)
        _ = done(
            try story.medseal(
                as: "remo", "fetch", "--record", record, "--basis", "care", "--file", "9.dcm", "-o", "own/"))
        #expect(try fetched(story, "own") == ["9.dcm"])

        // Proven without the others.
        let proof = done(
            try story.medseal(as: "remo", "ledger", "prove", record, "--file", "7.dcm", "-o", "7.proof"))
        #expect(proof.text.contains("7.proof"))
        let verified = done(
            try story.medseal(["ledger", "verify", "7.proof", "--genesis", "net/public/genesis.cbor"]))
        #expect(verified.text.contains(record.prefix(12)) && verified.text.contains("All holds."))
        var damaged = try story.bytes("7.proof")
        // Within the file's digest, whose first byte is the 24th.
        damaged[30] ^= 1
        try story.write("8.proof", damaged)
        let wrong = try story.medseal(["ledger", "verify", "8.proof", "--genesis", "net/public/genesis.cbor"])
        #expect(wrong.code == 4, "\(wrong.text)")

        // What is added belongs to grants that say so.
        let officer = try key(story, "iris")
        let before = done(
            try story.medseal(as: "noor", "grant", record, "--to", officer, "--purpose", "claim"))
        let growing = done(
            try story.medseal(
                as: "noor", "grant", record, "--to", officer, "--purpose", "claim", "--growing"))
        try story.write("report.txt", Data("all is well".utf8))
        _ = done(
            try story.medseal(as: "remo", "record", "append", record, "report.txt", "--draft", "append.draft")
        )
        _ = done(try story.medseal(as: "noor", "agree", "append.draft", "--yes"))
        _ = done(try story.medseal(as: "remo", "submit", "append.draft"))
        for (grant, folder, more) in [(before.id, "before", 0), (growing.id, "growing", 1)] {
            _ = done(try story.medseal(as: "iris", "fetch", "--grant", grant, "-o", "\(folder)/"))
            #expect(try fetched(story, folder).count == count + more)
        }

        // Sealed anew: the owner's wallet sees that it is the same files; what is for less than all has ended.
        _ = done(try story.medseal(as: "remo", "record", "reseal", record, "--draft", "reseal.draft"))
        _ = done(try story.medseal(as: "noor", "agree", "reseal.draft", "--yes"))
        _ = done(try story.medseal(as: "remo", "submit", "reseal.draft"))
        _ = done(try story.medseal(as: "remo", "record", "erase", record))
        _ = done(try story.medseal(as: "iris", "fetch", "--grant", growing.id, "-o", "anew/"))
        #expect(try fetched(story, "anew").count == count + 1)
        for (home, grant) in [("iris", before.id), ("ben", one.id)] {
            let late = try story.medseal(as: home, "fetch", "--grant", grant, "-o", "late/")
            #expect(late.code == 1 && late.text.contains("superseded"), "\(late.text)")
        }
        let audit = done(try story.medseal(as: "eve", "audit"))
        #expect(audit.text.contains("All holds."), "\(audit.text)")

        _ = done(try story.medseal(as: "noor", "remove", record, "--yes"))
        _ = done(try story.medseal(as: "remo", "record", "erase", record))
        #expect(try story.vault("hospital1").isEmpty)
    }

    @Test("a wallet does not agree to a re-sealing that shows other files, or none")
    func aResealingIsLookedAt() throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "remo", number: "N-1")
        var drafts = [Data]()
        var record = ""
        for name in ["one.dcm", "two.dcm"] {
            try story.write(name, content(drafts.count))
            record = done(try story.medseal(as: "ada", "deposit", name, "--patient", "N-1")).id
            _ = done(try story.medseal(as: "remo", "record", "reseal", record, "--draft", "\(name).draft"))
            drafts.append(try story.bytes("\(name).draft"))
        }
        func changed(_ change: (inout [String: Any]) -> Void) throws -> Story.Result {
            var draft = try #require(JSONSerialization.jsonObject(with: drafts[1]) as? [String: Any])
            change(&draft)
            try story.write("changed.draft", try JSONSerialization.data(withJSONObject: draft))
            return try story.medseal(as: "noor", "agree", "changed.draft", "--yes")
        }
        let other = try #require(JSONSerialization.jsonObject(with: drafts[0]) as? [String: Any])
        for refused in [
            try changed { $0["enclosed"] = nil }, try changed { $0["enclosed"] = [String]() },
            try changed { $0["enclosed"] = other["enclosed"] },
        ] { #expect(refused.code == 4, "\(refused.text)") }
        _ = done(try changed { _ in })
    }
}
