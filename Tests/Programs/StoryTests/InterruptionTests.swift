import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// Killed half-way, started wrongly: nothing acknowledged is lost, nothing points to nothing, the retry
/// succeeds.
@Suite(.serialized, .failsWhenStill) struct InterruptionTests {
    @Test func killedAnywhereInADeposit() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("eve", "auditor", "auditor")
        try story.admit("noor", at: "hospital1", by: "ada", number: "P-1")
        for round in 0..<4 {
            let name = "scan\(round).dcm"
            try story.write(name, Data((0..<3_000_000).map { _ in UInt8.random(in: 0...255) }))
            try story.killed(
                round % 2 == 0 ? .client : .server, in: ["deposit", name, "--patient", "P-1"], of: "ada")
            let retried = try story.medseal(as: "ada", "deposit", name, "--patient", "P-1")
            #expect(retried.code == 0, "round \(round): \(retried.text)")
            let third = try story.medseal(as: "ada", "deposit", name, "--patient", "P-1")
            #expect(third.code == 0 && third.id == retried.id)
        }
        let records = try story.medseal(as: "noor", "records", "--json")
        #expect(records.code == 0, "\(records.text)")
        let audit = try story.medseal(as: "eve", "audit", "--json")
        #expect(audit.code == 0, "\(audit.text)")
        struct Audit: Decodable {
            struct Ledger: Decodable { let records: Int }
            let ledger: Ledger
        }
        #expect(try JSONDecoder().decode(Audit.self, from: Data(audit.text.utf8)).ledger.records == 4)
        // What the cut-off clients had sealed is gone from their homes.
        let spool = try FileManager.default.subpathsOfDirectory(
            atPath: story.folder.appending(path: "ada").path
        )
        .filter { ($0.hasSuffix(".age") || $0.hasSuffix("/outlines")) && $0.contains("deposits/") }
        #expect(spool.isEmpty, "\(spool)")
    }

    /// In its three steps in turn; `MEDSEAL_KILLS` says how often (T65 asks for a hundred).
    @Test func killedAnywhereInASealingAnew() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        for (home, organisation, role) in [
            ("ada", "hospital1", "clinician"), ("remo", "hospital1", "gateway"),
            ("eve", "auditor", "auditor"),
        ] { try story.enrol(home, organisation, role) }
        try story.admit("noor", at: "hospital1", by: "remo", number: "P-1")
        let content = Data((0..<300_000).map { _ in UInt8.random(in: 0...255) })
        try story.write("scan.dcm", content)
        let record = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1").id
        let rounds = ProcessInfo.processInfo.environment["MEDSEAL_KILLS"].flatMap { Int($0) } ?? 3
        for round in 0..<rounds {
            var draft = "\(round).draft"
            for step in 0..<3 {
                func arguments() -> [String] {
                    [
                        ["record", "reseal", record, "--draft", draft], ["submit", draft],
                        ["record", "erase", record],
                    ][
                        step]
                }
                if step == round % 3 {
                    try story.killed(round / 3 % 2 == 0 ? .client : .server, in: arguments(), of: "remo")
                    // Whatever it had done, the owner's and the custodian's envelope open what is served.
                    let own = try story.medseal(as: "noor", "fetch-own", record, "-o", "own\(round)-\(step)")
                    #expect(own.code == 0, "round \(round), step \(step): \(own.text)")
                    // Begun again: nobody submits what the first try may have written.
                    if step == 0 { draft = "\(round) again.draft" }
                }
                let result = try story.medseal(
                    arguments() + ["--home", "remo", "--passphrase-file", "remo.pass"])
                let isDone = result.code == 0 || step == 2 && result.text.contains("nothingToErase")
                #expect(isDone, "round \(round), step \(step): \(result.text)")
                if step == 0 { #expect(try story.medseal(as: "noor", "agree", draft, "--yes").code == 0) }
            }
            let own = try story.medseal(as: "noor", "fetch-own", record, "-o", "own\(round)")
            #expect(own.code == 0, "round \(round): \(own.text)")
            #expect(try story.bytes("own\(round)") == content)
        }
        let audit = try story.medseal(as: "eve", "audit")
        #expect(audit.code == 0, "\(audit.text)")
    }

    @Test func killedInRequestGrantAndFetch() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("iris", "insurer", "officer")
        try story.admit("noor", at: "hospital1", by: "ada", number: "P-1")
        try story.write("scan.dcm", Data((0..<2_000_000).map { _ in UInt8.random(in: 0...255) }))
        let record = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1").id
        for round in 0..<3 {
            let request = try story.medseal(
                as: "iris", "request", "--custodian", "hospital1", "--patient", "P-1", "--purpose", "claim",
                "--days", "9"
            ).id
            /// Begins a command, kills client or server somewhere in it, and does it again.
            func interrupted(_ home: String, _ arguments: String...) throws -> Story.Result {
                try story.killed(round % 2 == 0 ? .server : .client, in: arguments, of: home)
                return try story.medseal(arguments + ["--home", home, "--passphrase-file", "\(home).pass"])
            }
            let routed = try interrupted("ada", "route", request, "--patient", "P-1")
            #expect(routed.code == 0 || routed.text.contains("requestAlreadyRouted"), "\(routed.text)")
            let approved = try interrupted("noor", "approve", request, "--record", record, "--yes")
            #expect(
                approved.code == 0 || approved.text.contains("requestAlreadyAnswered"), "\(approved.text)")
            let fetched = try interrupted(
                "iris", "fetch", "--request", request, "-o", "fetched\(round)/", "--force")
            #expect(fetched.code == 0, "\(fetched.text)")
            #expect(try story.bytes("fetched\(round)/scan.dcm") == story.bytes("scan.dcm"))
            let leftovers = try FileManager.default.contentsOfDirectory(
                atPath: story.folder.appending(path: "fetched\(round)").path)
            #expect(leftovers == ["scan.dcm"])
        }
        #expect(try story.medseal(as: "ada", "audit").code == 0)
    }

    /// One flipped bit in the ledger, and yesterday's ledger put back: found and named.
    @Test func aDamagedOrOldLedgerIsFound() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("eve", "auditor", "auditor")
        try story.admit("noor", at: "hospital1", by: "ada", number: "P-1")
        try story.write("one.txt", Data("one".utf8))
        try story.write("two.txt", Data("two".utf8))
        #expect(try story.medseal(as: "ada", "deposit", "one.txt", "--patient", "P-1").code == 0)
        // A folder is one record of all files in it, the small ones sealed side by side.
        let study = story.folder.appending(path: "study/series")
        try FileManager.default.createDirectory(at: study, withIntermediateDirectories: true)
        for number in 0..<40 { try story.write("study/series/\(number).dcm", Data("slice \(number)".utf8)) }
        try story.write("study/large.dcm", Data(repeating: 7, count: 3_000_000))
        let folder = try story.medseal(as: "ada", "deposit", "study", "--patient", "P-1")
        #expect(folder.code == 0 && folder.text.contains("41 file(s)"), "\(folder.text)")
        #expect(story.end(SIGTERM) == 0)
        let ledger = story.folder.appending(path: "net/server/ledger")
        let yesterday = story.folder.appending(path: "yesterday")
        try FileManager.default.copyItem(at: ledger, to: yesterday)
        try story.start()
        #expect(try story.medseal(as: "ada", "deposit", "two.txt", "--patient", "P-1").code == 0)
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        #expect(story.end(SIGTERM) == 0)

        // Inside a statement: tag 18 and an array of four begin it.
        let database = ledger.appending(path: "ledger.sqlite")
        let sound = try Data(contentsOf: database)
        var flipped = sound
        let statement = try #require(sound.range(of: Data([0xd2, 0x84]), options: .backwards))
        flipped[statement.upperBound + 70] ^= 0x20
        try story.replace(database, with: flipped)
        try story.start()
        let damaged = try story.medseal(as: "eve", "audit")
        #expect(damaged.code == 4 && damaged.text.contains("entry "), "\(damaged.text)")
        #expect(story.end(SIGTERM) == 0)

        // The database alone from yesterday: the anchor beside it knows better.
        try story.replace(database, with: Data(contentsOf: yesterday.appending(path: "ledger.sqlite")))
        try story.start()
        #expect(try String(contentsOf: story.log, encoding: .utf8).contains("THE LEDGER IS READ-ONLY"))
        let behind = try story.medseal(as: "ada", "deposit", "two.txt", "--patient", "P-1", "--again")
        #expect(behind.code == 3 && behind.text.contains("acknowledged"), "\(behind.text)")
        #expect(story.end(SIGTERM) == 0)

        // The whole folder from yesterday: whoever saw more since is not deceived.
        try FileManager.default.removeItem(at: ledger)
        try FileManager.default.copyItem(at: yesterday, to: ledger)
        try story.start()
        let old = try story.medseal(as: "eve", "audit")
        #expect(old.code == 4 && old.text.contains("older log"), "\(old.text)")
    }

    @Test func saysWhyItCannotStart() throws {
        let story = try Story(["hospital1:hospital"])
        let daemon = Repository.programs.appending(path: "medseald").path
        let taken = try story.run(daemon, ["run", "net", "--passphrase-file", "net.pass"])
        #expect(
            taken.code == 1
                && (taken.text.contains("port is taken") || taken.text.contains("another process")),
            "\(taken.text)")
        #expect(story.end(SIGTERM) == 0)

        try story.passphrase("wrong")
        let wrong = try story.run(daemon, ["run", "net", "--passphrase-file", "wrong.pass"])
        #expect(wrong.code == 1 && wrong.text.contains("wrong passphrase"), "\(wrong.text)")
        let open = story.folder.appending(path: "wrong.pass")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: open.path)
        let readable = try story.run(daemon, ["run", "net", "--passphrase-file", "wrong.pass"])
        #expect(readable.code == 1 && readable.text.contains("chmod 600"), "\(readable.text)")
        let nowhere = try story.run(daemon, ["run", "nowhere", "--passphrase-file", "net.pass"])
        #expect(nowhere.code == 1 && nowhere.text.contains("network's folder"), "\(nowhere.text)")

        // The ledger's file is gone: that is an error, never a new ledger.
        let database = story.folder.appending(path: "net/server/ledger/ledger.sqlite")
        let kept = try Data(contentsOf: database)
        try FileManager.default.removeItem(at: database)
        let gone = try story.run(daemon, ["run", "net", "--passphrase-file", "net.pass"])
        #expect(gone.code == 1 && gone.text.contains("no ledger"), "\(gone.text)")
        #expect(!FileManager.default.fileExists(atPath: database.path))
        try Data(repeating: 0x55, count: kept.count).write(to: database)
        let damaged = try story.run(daemon, ["run", "net", "--passphrase-file", "net.pass"])
        #expect(damaged.code == 1, "\(damaged.text)")
    }
}
