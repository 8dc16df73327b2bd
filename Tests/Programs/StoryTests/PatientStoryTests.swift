import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// What a patient decides, over the programs: what is shown first, what is in force afterwards, and what is gone.
@Suite(.serialized, .failsWhenStill) struct PatientStoryTests {
    /// A hospital, an insurer, and a patient of number P-1 without records.
    private func begun() throws -> Story {
        let story = try Story(["hospital1:hospital", "insurer:insurer"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.enrol("iris", "insurer", "officer")
        try story.admit("noor", at: "hospital1", by: "remo", number: "P-1")
        return story
    }

    private func deposit(_ story: Story, _ files: String...) throws -> String {
        let done = try story.medseal(
            ["deposit"] + files
                + ["--patient", "P-1", "--json", "--home", "ada", "--passphrase-file", "ada.pass"])
        try #require(done.code == 0, "\(done.text)")
        return try done.field("record")
    }

    /// A request of the insurer's, or of the hospital's own for a removal, that was passed on to the patient.
    private func asked(_ story: Story, removal: Bool = false) throws -> String {
        let request = try story.medseal(
            as: removal ? "remo" : "iris", "request", "--custodian", "hospital1", "--patient", "P-1",
            "--purpose", removal ? "removal" : "claim", "--days", "30")
        try #require(request.code == 0, "\(request.text)")
        let routed = try story.medseal(as: "remo", "route", request.id, "--patient", "P-1")
        try #require(routed.code == 0, "\(routed.text)")
        return request.id
    }

    /// Runs a line of a shell; `medseal` is the program.
    private func shell(_ story: Story, _ line: String) throws -> Story.Result {
        try story.run("/bin/bash", ["-c", "PATH=$MEDSEAL_BIN:$PATH; \(line)"])
    }

    /// `medseal` on a terminal of so many columns, where `typed` is typed at its question.
    private func typing(
        _ typed: String, columns: Int, _ story: Story, _ arguments: String
    ) throws -> Story.Result {
        let line = "medseal \(arguments) --home noor --passphrase-file noor.pass"
        return try shell(
            story, "export COLUMNS=\(columns); (sleep 1; echo \(typed)) | script -qec '\(line)' /dev/null")
    }

    @Test("an erased record is shown as gone, left out of --all, and refused before anything is granted")
    func oneIsErased() throws {
        let story = try begun()
        var records = [String]()
        for name in ["one.txt", "two.txt", "three.txt"] {
            try story.write(name, Data("what is in \(name)".utf8))
            records.append(try deposit(story, name))
        }
        #expect(try story.medseal(as: "noor", "records").code == 0)
        #expect(try story.medseal(as: "noor", "remove", records[1], "--yes").code == 0)
        let ordered = try story.medseal(as: "noor", "records")
        #expect(
            ordered.text.contains("you ordered its erasure")
                && ordered.text.contains("hospital1: has not yet said"), "\(ordered.text)")
        #expect(try story.medseal(as: "remo", "record", "erase", records[1]).code == 0)

        // The same wallet, and one that was recovered, which remembers nothing of it.
        let recovered = try shell(
            story,
            """
            medseal wallet print-code --home noor --passphrase-file noor.pass > code
            cp noor.pass again.pass
            medseal wallet recover --network net/public --code-fd 0 --home again --passphrase-file again.pass < code
            """)
        #expect(recovered.code == 0, "\(recovered.text)")
        for home in ["noor", "again"] {
            let listed = try story.medseal(as: home, "records")
            #expect(listed.code == 0, "\(home): \(listed.text)")
            for text in ["one.txt", "three.txt", "you ordered its erasure", "hospital1 said on"] {
                #expect(listed.text.contains(text), "\(home): \(listed.text)")
            }
            #expect(listed.text.contains("two.txt") == (home == "noor"), "\(home): \(listed.text)")
        }

        // By name it is refused, and nothing is granted; of all it is left out, openly.
        let request = try asked(story)
        let refused = try story.medseal(
            as: "again", "approve", request, "--record", records[0], "--record", records[1], "--yes")
        #expect(refused.code == 1 && refused.text.contains("recordRemoved"), "\(refused.text)")
        #expect(refused.text.contains(records[1]), "\(refused.text)")
        #expect(!(try story.medseal(as: "again", "records").text.contains("  grant ")))
        let all = try story.medseal(as: "again", "approve", request, "--all", "--yes", "--json")
        #expect(all.code == 0 && all.text.contains("\"isAnswered\" : true"), "\(all.text)")
        #expect(all.text.contains("\"notGranted\" : [\n\n  ]"), "\(all.text)")
        let after = try story.medseal(as: "noor", "records")
        #expect(after.text.components(separatedBy: "claim, in force").count == 3, "\(after.text)")
        let fetched = try story.medseal(as: "iris", "fetch", "--request", request, "-o", "fetched")
        #expect(fetched.code == 0, "\(fetched.text)")
        let gone = try story.medseal(as: "again", "fetch-own", records[1], "-o", "gone")
        #expect(
            gone.code == 1 && gone.text.contains("recordRemoved") && !story.exists("gone"), "\(gone.text)")
        // All that was granted ends, each told by itself.
        let ended = try story.medseal(as: "again", "revoke", "--all", "--json")
        #expect(ended.code == 0 && ended.text.contains("\"notRevoked\" : [\n\n  ]"), "\(ended.text)")
    }

    @Test("a record whose bytes are lost is shown as such, and nothing else is kept from being shown")
    func oneIsLost() throws {
        let story = try begun()
        for name in ["one.txt", "two.txt"] { try story.write(name, Data("what is in \(name)".utf8)) }
        let lost = try deposit(story, "one.txt")
        let kept = try deposit(story, "two.txt")
        for path in try story.vault("hospital1") where path.contains(lost) && path.hasSuffix(".descriptor") {
            try FileManager.default.removeItem(at: story.folder.appending(path: path))
        }
        let listed = try story.medseal(as: "noor", "records")
        #expect(listed.code == 0 && listed.text.contains("NOT SHOWN"), "\(listed.text)")
        #expect(listed.text.contains("two.txt") && listed.text.contains(lost.prefix(12)), "\(listed.text)")
        let request = try asked(story)
        let refused = try story.medseal(as: "noor", "approve", request, "--all", "--yes")
        #expect(refused.code != 0 && refused.text.contains(lost), "\(refused.text)")
        #expect(!(try story.medseal(as: "noor", "records").text.contains("  grant ")))
        let approved = try story.medseal(as: "noor", "approve", request, "--record", kept, "--yes")
        #expect(approved.code == 0, "\(approved.text)")
    }

    @Test("what is asked fits on a screen, and the question says who, what and until when")
    func theQuestion() throws {
        let story = try begun()
        let study = story.folder.appending(path: "study")
        try FileManager.default.createDirectory(at: study, withIntermediateDirectories: true)
        for index in 1...200 {
            try Data("slice \(index)".utf8).write(
                to: study.appending(path: "series\(index % 2)-\(index).txt"))
        }
        let record = try deposit(story, "study")
        let request = try asked(story)
        for columns in [40, 120] {
            let shown = try typing("no", columns: columns, story, "approve \(request) --all")
            #expect(shown.code == 1 && shown.text.contains("nothing was done"), "\(shown.text)")
            let lines = shown.text.split(whereSeparator: \.isNewline)
            #expect(lines.count < 24, "\(shown.text)")
            #expect(
                lines.allSatisfy {
                    $0.count <= columns || $0.contains("Type yes") || $0.contains("medseal:")
                },
                "\(shown.text)")
            let words = shown.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let question = try #require(words.range(of: "Let Member iris (insurer, officer) read record "))
            for text in ["(200 files)", "for claim until 20", "Type yes"] {
                #expect(words[question.lowerBound...].contains(text), "\(words)")
            }
            #expect(words.contains("text: 200 files"), "\(words)")
        }
        let listed = try story.medseal(as: "noor", "records")
        #expect(listed.text.contains("text: 200 files") && !listed.text.contains("series1-1.txt"))
        #expect(try story.medseal(as: "noor", "records", "--files").text.contains("series1-1.txt"))

        // Some of the files, and nothing else of the record.
        let some = try story.medseal(
            as: "noor", "approve", request, "--record", record, "--file", "series0-2.txt", "--file",
            "series1-10*.txt", "--yes")
        #expect(some.code == 0 && some.text.contains("6 files"), "\(some.text)")
        let fetched = try story.medseal(as: "iris", "fetch", "--request", request, "-o", "some")
        #expect(fetched.code == 0, "\(fetched.text)")
        #expect(
            try story.names(in: "some")
                == ["series0-2.txt"] + [101, 103, 105, 107, 109].map { "series1-\($0).txt" })

        // A request for an erasure is none to read, and names the record.
        let removal = try asked(story, removal: true)
        let inbox = try story.medseal(as: "noor", "inbox")
        #expect(inbox.text.contains("to have records at hospital1 erased"), "\(inbox.text)")
        let granting = try story.medseal(as: "noor", "approve", removal, "--record", record, "--yes")
        #expect(granting.code == 2 && granting.text.contains("--removal"), "\(granting.text)")
        let line = "approve \(removal) --record \(record) --removal"
        let kept = try typing("no", columns: 80, story, line)
        #expect(kept.code == 1, "\(kept.text)")
        let words = kept.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains("Have record \(record.prefix(12)) erased for good, as Member remo"), "\(words)")
        #expect(words.contains("200 files") && words.contains("cannot be undone"), "\(words)")
        let erased = try typing("yes", columns: 80, story, line)
        #expect(erased.code == 0, "\(erased.text)")
        let twice = try story.medseal(
            as: "noor", "approve", removal, "--record", record, "--removal", "--yes")
        #expect(twice.code == 1, "\(twice.text)")
    }

    @Test("one home is used by several at once: eight deposits of one patient, a wallet's commands")
    func severalAtOnce() throws {
        let story = try begun()
        for round in 0..<2 {
            let names = (0..<8).map { "file-\(round)-\($0).txt" }
            for name in names { try story.write(name, Data("what is in \(name)".utf8)) }
            let deposits = try names.map { try story.begin(as: "ada", "deposit", $0, "--patient", "P-1") }
            for deposit in deposits { #expect(deposit.end(nil) == 0, "\(deposit.said)") }
        }
        #expect(
            try FileManager.default.contentsOfDirectory(
                atPath: story.folder.appending(path: "ada/deposits/reserved").path
            ).isEmpty)
        let commands = try [
            ["records"], ["history"], ["wallet", "top-up", "--organisation", "hospital1", "--permits", "30"],
            ["records"], ["inbox"], ["wallet", "top-up", "--organisation", "hospital1", "--permits", "30"],
        ].map { try story.begin(as: "noor", $0) }
        for command in commands { #expect(command.end(nil) == 0, "\(command.said)") }
        let records = try story.medseal(as: "noor", "records")
        #expect(records.text.components(separatedBy: "Record ").count == 17, "\(records.text)")
        #expect(try story.medseal(as: "ada", "deposit", "file-0-0.txt", "--patient", "P-1").code == 0)
    }

    @Test("a passphrase opens in every form of its text; numbers, names and texts need not be arguments")
    func whatIsTyped() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer"])
        try story.enrol("remo", "hospital1", "gateway")
        try story.enrol("iris", "insurer", "officer")
        /// Of "Grüße aus Bombay": composed, decomposed, with a byte order mark, without umlaut.
        let (composed, decomposed) = ("Gr\u{fc}\u{df}e aus Bombay", "Gru\u{308}\u{df}e aus Bombay")
        func passphrase(_ text: String) throws {
            let path = try story.write("noor.pass", Data(text.utf8)).path
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        for (made, opened) in [
            (composed, decomposed), (decomposed, composed), (composed, "\u{feff}\(composed)"),
        ] {
            try? FileManager.default.removeItem(at: story.folder.appending(path: "noor"))
            try passphrase(made)
            let joined = try story.medseal(
                as: "noor", "wallet", "join", "--network", "net", "--organisation", "hospital1")
            #expect(joined.code == 0, "\(joined.text)")
            try passphrase(opened)
            let code = try story.medseal(as: "noor", "wallet", "print-code")
            #expect(code.code == 0, "\(code.text)")
            try passphrase("Grusse aus Bombay")
            let wrong = try story.medseal(as: "noor", "wallet", "print-code")
            #expect(wrong.code == 1 && wrong.text.contains("does not open"), "\(wrong.text)")
            try passphrase(opened)
        }
        let short = try story.medseal(
            as: "noor", "wallet", "join", "--network", "net", "--organisation", "hospital1")
        let code = try #require(short.text.firstMatch(of: /[0-9A-Z]{4}(-[0-9A-Z]{4})+/)).output.0
        func shell(_ line: String) throws -> Story.Result {
            let done = try self.shell(story, line)
            #expect(done.code == 0, "\(line): \(done.text)")
            return done
        }
        let remo = "--home remo --passphrase-file remo.pass"
        _ = try shell(
            "printf 'P-1\\nNoor Haddad\\n' | medseal patient admit \(code) --number-file - --name-file - \(remo)"
        )
        try story.write("one.txt", Data("one".utf8))
        _ = try shell("echo P-1 | medseal deposit one.txt --patient-file - \(remo)")
        try story.write("number.txt", Data("P-1\r\n".utf8))
        try story.write("claim.txt", Data("Claim 4711".utf8))
        let asked = try shell(
            "medseal request --custodian hospital1 --patient-file number.txt --purpose claim --days 3 "
                + "--text-file claim.txt --home iris --passphrase-file iris.pass")
        _ = try shell("medseal route \(asked.id) --patient-file number.txt \(remo)")
        #expect(try story.medseal(as: "noor", "inbox").text.contains("Claim 4711"))
        let none = try story.medseal(as: "remo", "deposit", "one.txt")
        #expect(none.code == 2 && none.text.contains("--patient-file"), "\(none.text)")
    }
}

extension Story {
    fileprivate func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.folder.appending(path: folder).path).sorted()
    }
}
