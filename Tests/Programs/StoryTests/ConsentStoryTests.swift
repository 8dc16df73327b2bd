import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// What people do with records after they were deposited, through the programs.
@Suite(.serialized, .failsWhenStill) struct ConsentStoryTests {
    /// A hospital with staff, a second one, an insurer, an auditor, and a patient with one record.
    private func begun() throws -> (story: Story, record: String) {
        let story = try Story([
            "hospital1:hospital", "hospital2:hospital", "insurer:insurer", "auditor:auditor",
        ])
        for (home, organisation, role) in [
            ("ada", "hospital1", "clinician"), ("bob", "hospital1", "clinician"),
            ("remo", "hospital1", "gateway"), ("rita", "hospital1", "registrar"),
            ("ben", "hospital2", "gateway"), ("iris", "insurer", "officer"), ("eve", "auditor", "auditor"),
        ] {
            try story.enrol(home, organisation, role)
        }
        try story.admit("noor", at: "hospital1", by: "remo", number: "CANARY-1001")
        try story.write("scan.dcm", Data("DICM canary-plaintext".utf8))
        try story.write("more.txt", Data("canary-plaintext: more".utf8))
        let deposited = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "CANARY-1001")
        try #require(deposited.code == 0, "\(deposited.text)")
        return (story, deposited.id)
    }

    private func key(_ story: Story, _ home: String) throws -> String {
        let file = try JSONSerialization.jsonObject(with: try story.bytes("\(home)/member.json"))
        return try #require((file as? [String: Any])?["key"] as? String)
    }

    private func done(_ result: Story.Result, line: Int = #line) {
        #expect(result.code == 0, "line \(line): \(result.text)")
    }

    @Test("added to with consent, sealed anew, removed, erased and audited (T41, T47, T48)")
    func lifeOfARecord() throws {
        let (story, record) = try begun()
        let gateway = try key(story, "remo")
        let officer = try key(story, "iris")

        // Nothing is added without the patient: neither without any consent nor under a grant to read.
        let append = ["record", "append", record, "more.txt"]
        func add(_ more: String...) throws -> Story.Result {
            try story.medseal(append + more + ["--home", "remo", "--passphrase-file", "remo.pass"])
        }
        done(try add("--draft", "append.draft"))
        let early = try story.medseal(as: "remo", "submit", "append.draft")
        #expect(early.code == 1 && early.text.contains("consentMissing"), "\(early.text)")
        let agreed = try story.medseal(as: "noor", "agree", "append.draft", "--yes")
        #expect(agreed.code == 0 && agreed.text.contains("append") && agreed.text.contains(record))
        done(try story.medseal(as: "remo", "submit", "append.draft"))
        let standing = try story.medseal(
            as: "noor", "grant", record, "--to", gateway, "--kind", "append", "--releases", "1")
        done(standing)
        try story.write("third.txt", Data("canary-plaintext: a third".utf8))
        func third() throws -> Story.Result {
            try story.medseal(
                as: "remo", "record", "append", record, "third.txt", "--grant", standing.id)
        }
        done(try third())
        let again = try third()
        #expect(again.code == 1, "\(again.text)")

        // An officer reads it; then the patient revokes and orders it sealed anew.
        let grant = try story.medseal(as: "noor", "grant", record, "--to", officer, "--purpose", "claim")
        done(grant)
        let kept = try story.medseal(as: "noor", "grant", record, "--to", try key(story, "ben"))
        done(kept)
        done(
            try story.medseal(as: "iris", "fetch", "--grant", grant.id, "-o", "read", "--sealed", "served"))
        #expect(try story.bytes("read/third.txt") == Data("canary-plaintext: a third".utf8))
        done(try story.medseal(as: "noor", "revoke", "--to", officer))
        let before = try story.vault("hospital1")
        done(try story.medseal(as: "remo", "record", "reseal", record, "--draft", "reseal.draft"))
        done(try story.medseal(as: "noor", "agree", "reseal.draft", "--yes"))
        done(try story.medseal(as: "remo", "submit", "reseal.draft"))
        done(try story.medseal(as: "remo", "record", "erase", record))
        let after = try story.vault("hospital1")
        #expect(Set(before).isDisjoint(with: after), "the old ciphertext is gone")
        // Who had no envelope for the new key opens nothing new with the old one.
        let denied = try story.medseal(as: "iris", "fetch", "--grant", grant.id, "-o", "stolen")
        #expect(denied.code == 1 && denied.text.contains("revoked"), "\(denied.text)")
        done(try story.medseal(as: "ben", "fetch", "--grant", kept.id, "-o", "kept"))
        #expect(try story.bytes("kept/more.txt") == Data("canary-plaintext: more".utf8))
        done(try story.medseal(as: "noor", "fetch-own", record, "-o", "own"))
        #expect(try story.bytes("own/scan.dcm") == Data("DICM canary-plaintext".utf8))

        done(try story.medseal(as: "noor", "grant", record, "--to", try key(story, "ben")))

        // Who did what stands in the history, the hospital's own staff included.
        let history = try story.medseal(as: "noor", "history")
        for text in [
            "Member ada (hospital1, clinician) saved files", "you let Member iris", "opened once",
            "never opened", "sealed it anew", "own staff",
        ] {
            #expect(history.code == 0 && history.text.contains(text), "\(text): \(history.text)")
        }
        let csv = try story.medseal(as: "rita", "disclosures", "--csv")
        #expect(csv.code == 0 && csv.text.hasPrefix("\"time\",\"position\"") && csv.text.contains("claim"))

        // Removed: served to nobody; a hold postpones the erasure openly; a backup does not bring it back.
        try FileManager.default.copyItem(
            at: story.folder.appending(path: "net/organisations/hospital1/vault"),
            to: story.folder.appending(path: "backup"))
        done(
            try story.medseal(
                as: "rita", "record", "hold", record, "--reason", "proceedings", "--until", soon(86_400)))
        done(try story.medseal(as: "noor", "remove", record, "--yes"))
        let gone = try story.medseal(as: "ben", "fetch", "--grant", kept.id, "-o", "gone")
        #expect(gone.code == 1 && gone.text.contains("recordRemoved"), "\(gone.text)")
        let whole = try story.vault("hospital1")
        let held = try story.medseal(as: "remo", "record", "erase", record)
        #expect(held.code == 1 && held.text.contains("recordHeld"), "\(held.text)")
        #expect(try story.vault("hospital1") == whole)
        done(try story.medseal(as: "rita", "record", "hold", record, "--lift"))
        let waiting = try story.medseal(as: "remo", "record", "list-removals")
        #expect(waiting.text.contains(record), "\(waiting.text)")
        done(try story.medseal(as: "remo", "record", "erase", record))
        #expect(try story.vault("hospital1").isEmpty)
        story.end(SIGTERM)
        let vault = story.folder.appending(path: "net/organisations/hospital1/vault")
        try FileManager.default.removeItem(at: vault)
        try FileManager.default.moveItem(at: story.folder.appending(path: "backup"), to: vault)
        #expect(!(try story.vault("hospital1").isEmpty))
        try story.start()
        #expect(try story.vault("hospital1").isEmpty, "erased again before anything was served")
        let audit = try story.medseal(as: "eve", "audit")
        #expect(audit.code == 0 && audit.text.contains("All holds."), "\(audit.text)")
    }

    private func soon(_ seconds: Double) -> String {
        Date(timeIntervalSinceNow: seconds).formatted(.iso8601)
    }

    @Test("a guardian reads what was entrusted, and nothing else, until it ends (T43)")
    func guardian() throws {
        let (story, record) = try begun()
        let withheld = try story.medseal(
            as: "ada", "deposit", "more.txt", "--patient", "CANARY-1001", "--json"
        ).field("record")
        try story.admit("mother", at: "hospital1", by: "remo", number: "CANARY-2", permits: 1)
        done(try story.medseal(as: "mother", "proxy", "invite", "--records", "2", "--to", "m.invitation"))
        done(
            try story.medseal(
                as: "noor", "delegate", record, "--to", "m.invitation", "--scope", "read-and-decide",
                "--until", soon(86_400)))
        let listed = try story.medseal(as: "mother", "proxy", "list")
        #expect(listed.text.contains(record) && !listed.text.contains(withheld.prefix(12)), "\(listed.text)")
        done(try story.medseal(as: "mother", "proxy", "fetch", record, "-o", "entrusted.dcm"))
        #expect(try story.bytes("entrusted.dcm") == Data("DICM canary-plaintext".utf8))
        let refused = try story.medseal(as: "mother", "proxy", "fetch", withheld, "-o", "stolen")
        #expect(refused.code == 1 && !story.exists("stolen"), "\(refused.text)")
        // She may end a grant of the patient's on that record.
        let grant = try story.medseal(as: "noor", "grant", record, "--to", try key(story, "ben"))
        done(try story.medseal(as: "mother", "proxy", "revoke", grant.id))
        let history = try story.medseal(as: "noor", "history")
        let delegate = try #require(history.text.firstMatch(of: /let the key ([0-9a-f]{16}) act/)).output.1
        done(try story.medseal(as: "noor", "undelegate", record, "--key", String(delegate)))
        let over = try story.medseal(as: "mother", "proxy", "fetch", record, "-o", "late.dcm")
        #expect(over.code == 1 && over.text.contains("delegationEnded"), "\(over.text)")
    }

    @Test("a grant to a role: whoever has it opens the record, nobody else; no insurer gets one (T45)")
    func grantToARole() throws {
        let (story, record) = try begun()
        try story.enrol("cleo", "hospital2", "clinician")
        let grant = try story.medseal(
            as: "noor", "grant", record, "--role", "gateway", "--organisation", "hospital2")
        done(grant)
        #expect(try story.medseal(as: "ben", "grants").text.contains(grant.id))
        #expect(!(try story.medseal(as: "cleo", "grants").text.contains(grant.id)))
        done(try story.medseal(as: "ben", "fetch", "--grant", grant.id, "-o", "shared.dcm"))
        #expect(try story.bytes("shared.dcm") == Data("DICM canary-plaintext".utf8))
        let other = try story.medseal(as: "cleo", "fetch", "--grant", grant.id, "-o", "stolen")
        #expect(other.code == 1 && other.text.contains("notTheGrantee"), "\(other.text)")
        let insurer = try story.medseal(
            as: "noor", "grant", record, "--role", "officer", "--organisation", "insurer")
        #expect(insurer.code == 2 && !story.exists("stolen"), "\(insurer.text)")
        #expect(try story.medseal(as: "noor", "records").text.contains("any gateway of hospital2"))
    }

    @Test("what the hospital asks to be removed, the patient orders (request, route, approve)")
    func removalOnRequest() throws {
        let (story, record) = try begun()
        let asked = try story.medseal(
            as: "remo", "request", "--custodian", "hospital1", "--patient", "CANARY-1001", "--purpose",
            "removal", "--days", "5")
        done(asked)
        done(try story.medseal(as: "remo", "route", asked.id, "--patient", "CANARY-1001"))
        let granting = try story.medseal(as: "noor", "approve", asked.id, "--record", record, "--yes")
        #expect(granting.code == 2 && granting.text.contains("--removal"), "\(granting.text)")
        done(try story.medseal(as: "noor", "approve", asked.id, "--record", record, "--removal", "--yes"))
        done(try story.medseal(as: "remo", "record", "erase", record))
        #expect(try story.vault("hospital1").isEmpty)
    }

    @Test("no permit at hand: a custodial record, its adoption; an emergency by two (T44)")
    func withoutThePatient() throws {
        let (story, record) = try begun()
        let custodial = try story.medseal(
            as: "ada", "deposit", "more.txt", "--patient", "unknown-7", "--custodial", "patient-unable")
        done(custodial)
        let adopted = try story.medseal(
            as: "remo", "record", "adopt", custodial.id, "--patient", "CANARY-1001")
        done(adopted)
        let own = try story.medseal(as: "noor", "records")
        #expect(own.text.contains(custodial.id), "\(own.text)")
        let twice = try story.medseal(
            as: "remo", "record", "adopt", custodial.id, "--patient", "CANARY-1001")
        #expect(twice.code == 1, "\(twice.text)")

        let (ada, bob) = (try key(story, "ada"), try key(story, "bob"))
        let envelope = try story.medseal(as: "remo", "emergency", "prepare", record, "--reader", ada)
        done(envelope)
        func declare() throws -> Story.Result {
            try story.medseal(
                as: "ada", "emergency", "declare", record, "--reader", ada, "--reader-organisation",
                "hospital1", "--second", bob, "--reason", "unconscious", "--envelope", envelope.id,
                "--draft", "e.draft")
        }
        done(try declare())
        let alone = try story.medseal(as: "ada", "submit", "e.draft")
        #expect(alone.code == 1 && alone.text.contains("approvalMissing"), "\(alone.text)")
        done(try story.medseal(as: "bob", "agree", "e.draft", "--yes"))
        let declared = try story.medseal(as: "ada", "submit", "e.draft")
        done(declared)
        done(try story.medseal(as: "ada", "fetch", "--emergency", declared.id, "-o", "e.dcm"))
        #expect(try story.bytes("e.dcm") == Data("DICM canary-plaintext".utf8))
        let other = try story.medseal(as: "bob", "fetch", "--emergency", declared.id, "-o", "stolen")
        #expect(other.code == 1 && !story.exists("stolen"), "\(other.text)")
        #expect(try story.medseal(as: "noor", "history").text.contains("EMERGENCY (unconscious)"))
        // Nobody looks into it before it has ended.
        let soon = try story.medseal(as: "eve", "emergency", "review", declared.id, "--finding", "justified")
        #expect(soon.code == 1 && soon.text.contains("emergencyRuns"), "\(soon.text)")
        let list = try story.medseal(as: "eve", "emergency", "list")
        #expect(list.text.contains("due ") && list.text.contains("0 review(s) overdue"), "\(list.text)")
        // The patient refuses further ones.
        done(try story.medseal(as: "noor", "instruct", record, "--emergencies", "refused"))
        let stopped = try story.medseal(as: "ada", "fetch", "--emergency", declared.id, "-o", "late.dcm")
        #expect(stopped.code == 1 && stopped.text.contains("emergenciesRefused"), "\(stopped.text)")
        #expect(!story.exists("late.dcm"))
        done(try declare())
        done(try story.medseal(as: "bob", "agree", "e.draft", "--yes"))
        let refused = try story.medseal(as: "ada", "submit", "e.draft")
        #expect(refused.code == 1 && refused.text.contains("emergenciesRefused"), "\(refused.text)")
    }

    @Test("an emergency is reviewed after its end: the custodian's own auditor pre-empts nobody (T77)")
    func reviewsOfAnEmergency() throws {
        let (story, record) = try begun()
        try story.enrol("hank", "hospital1", "auditor")
        let (ada, bob) = (try key(story, "ada"), try key(story, "bob"))
        let envelope = try story.medseal(as: "remo", "emergency", "prepare", record, "--reader", ada)
        done(envelope)
        done(
            try story.medseal(
                as: "ada", "emergency", "declare", record, "--reader", ada, "--reader-organisation",
                "hospital1", "--second", bob, "--reason", "unconscious", "--hours", "1", "--envelope",
                envelope.id, "--draft", "e.draft"))
        done(try story.medseal(as: "bob", "agree", "e.draft", "--yes"))
        let declared = try story.medseal(as: "ada", "submit", "e.draft")
        done(declared)
        func review(by home: String, _ finding: String) throws -> Story.Result {
            try story.medseal(as: home, "emergency", "review", declared.id, "--finding", finding)
        }
        // Nobody before its end, however early the custodian is up.
        for home in ["hank", "noor", "eve"] {
            let early = try review(by: home, "justified")
            #expect(early.code == 1 && early.text.contains("emergencyRuns"), "\(home): \(early.text)")
        }
        #expect(story.end(SIGTERM) == 0)
        story.advance(bySeconds: 2 * 3_600)
        try story.start()
        done(try review(by: "hank", "justified"))
        let due = try story.medseal(as: "eve", "emergency", "list")
        #expect(due.text.contains("justified (hospital1), due "), "\(due.text)")
        done(try review(by: "noor", "unjustified"))
        done(try review(by: "eve", "unjustified"))
        let heard = try story.medseal(as: "eve", "emergency", "list")
        let findings = "justified (hospital1), unjustified (owner), unjustified (auditor)"
        #expect(heard.text.contains(findings) && !heard.text.contains("due "), "\(heard.text)")
        // Each once; and nobody who has no part in it.
        let again = try review(by: "noor", "justified")
        #expect(again.code == 1 && again.text.contains("alreadyReviewed"), "\(again.text)")
        try story.admit("nina", at: "hospital1", by: "remo", number: "CANARY-1002")
        let stranger = try review(by: "nina", "justified")
        #expect(stranger.code != 0, "\(stranger.text)")
        #expect(
            try story.medseal(as: "noor", "history").text.contains("looked into an emergency: unjustified"))
    }

    @Test("a lost wallet: the record goes to the new one unless the old one vetoes (T1, T42)")
    func lostWallet() throws {
        let (story, record) = try begun()
        try story.admit("thief", at: "hospital1", by: "remo", number: "CANARY-3")
        let eve = try key(story, "eve")
        // By the hospital alone it is not possible.
        func draft() throws {
            done(
                try story.medseal(
                    as: "remo", "record", "reassign", record, "--patient", "CANARY-3", "--second", eve,
                    "--second-organisation", "auditor", "--draft", "r.draft"))
        }
        try draft()
        let alone = try story.medseal(as: "remo", "submit", "r.draft")
        #expect(alone.code == 1 && alone.text.contains("approvalMissing"), "\(alone.text)")
        done(try story.medseal(as: "eve", "agree", "r.draft", "--yes"))
        done(try story.medseal(as: "remo", "submit", "r.draft"))
        let warned = try story.medseal(as: "noor", "history")
        #expect(warned.text.contains("veto it"), "\(warned.text)")
        let whole = try story.medseal(as: "noor", "records", "--json").field("record")
        let early = try story.medseal(as: "thief", "fetch-own", whole, "-o", "stolen")
        #expect(early.code == 1 && !story.exists("stolen"), "\(early.text)")
        done(try story.medseal(as: "noor", "veto", record))
        let late = try story.medseal(as: "noor", "veto", record)
        #expect(late.code == 1 && late.text.contains("noReassignment"), "\(late.text)")
    }

    @Test("a wallet is recovered from shares that people were given, and one that was altered is named (T42)")
    func recoveryShares() throws {
        let (story, record) = try begun()
        done(
            try story.medseal(
                as: "noor", "wallet", "make-shares", "--needed", "2", "--of", "3", "--into", "shares"))
        func recover(_ home: String, _ shares: Int...) throws -> Story.Result {
            try story.medseal(
                [
                    "wallet", "recover", "--network", "net/public", "--home", home, "--passphrase-file",
                    "noor.pass",
                ]
                    + shares.flatMap { ["--share", "shares/share-\($0).json"] })
        }
        let one = try recover("alone", 2)
        #expect(one.code == 2 && one.text.contains("2 right shares are needed"), "\(one.text)")
        #expect(!story.exists("alone/wallet.age"))
        done(try recover("again", 1, 3))
        done(
            try story.medseal([
                "fetch-own", record, "-o", "own", "--home", "again", "--passphrase-file", "noor.pass",
            ]))
        #expect(try story.bytes("own") == Data("DICM canary-plaintext".utf8))

        var text = String(decoding: try story.bytes("shares/share-2.json"), as: UTF8.self)
        let last = try #require(text.firstMatch(of: /"share": "(.)/)).1
        text.replaceSubrange(last.startIndex..<last.endIndex, with: last == "0" ? "1" : "0")
        try story.write("shares/share-2.json", Data(text.utf8))
        let altered = try recover("never", 1, 2)
        #expect(altered.code == 2 && altered.text.contains("number 2"), "\(altered.text)")
        let enough = try recover("third", 1, 2, 3)
        #expect(enough.code == 0 && enough.text.contains("share number 2 was altered"), "\(enough.text)")
    }

    @Test("readings are one batch, and each can be proven to somebody else (T1, T26)")
    func readings() throws {
        let (story, _) = try begun()
        try story.write("readings.csv", Data((1...40).map { "2026-11-22,\($0) mmHg\r\n" }.joined().utf8))
        done(try story.medseal(["batch", "make", "readings.csv", "--lines", "-o", "readings.batch"]))
        let twice = try story.medseal(["batch", "make", "readings.csv", "--lines", "-o", "readings.batch"])
        #expect(twice.code == 1 || twice.code == 2, "\(twice.text)")
        let together = try story.medseal(
            as: "ada", "deposit", "readings.batch", "scan.dcm", "--patient", "CANARY-1001")
        #expect(together.code == 2 && together.text.contains("by itself"), "\(together.text)")
        let deposited = try story.medseal(as: "ada", "deposit", "readings.batch", "--patient", "CANARY-1001")
        done(deposited)
        let record = deposited.id

        // Whoever is granted the record finds the entries in it, and can hand any of them on.
        let officer = try key(story, "iris")
        let grant = try story.medseal(as: "noor", "grant", record, "--to", officer, "--purpose", "claim")
        done(grant)
        done(try story.medseal(as: "iris", "fetch", "--grant", grant.id, "-o", "got.batch"))
        let listed = try story.medseal(["batch", "list", "got.batch"])
        #expect(listed.code == 0 && listed.text.contains("readings.csv:40"), "\(listed.text)")
        done(
            try story.medseal(
                as: "iris", "batch", "prove", "got.batch", "16", "--record", record, "-o",
                "17.proof"))
        let genesis = "net/public/genesis.cbor"
        let verified = try story.medseal([
            "batch", "verify", "17.proof", "--genesis", genesis, "-o", "17.txt",
        ])
        #expect(verified.code == 0 && verified.text.contains("entry 16 of 40"), "\(verified.text)")
        #expect(try story.bytes("17.txt") == Data("2026-11-22,17 mmHg".utf8))
        let foreign = try story.python("verify_proof.py", "17.proof", genesis)
        #expect(foreign.code == 0 && foreign.text.contains("2026-11-22,17 mmHg"), "\(foreign.text)")

        // Nothing of the others is in it; another reading, another batch or a stranger's network is refused.
        let proof = try story.bytes("17.proof")
        #expect(proof.range(of: Data("18 mmHg".utf8)) == nil && proof.range(of: Data("16 mmHg".utf8)) == nil)
        var altered = proof
        let place = try #require(proof.range(of: Data("17 mmHg".utf8)))
        altered.replaceSubrange(place, with: Data("71 mmHg".utf8))
        try story.write("altered.proof", altered)
        let refused = try story.medseal(["batch", "verify", "altered.proof", "--genesis", genesis])
        #expect(refused.code == 4 && refused.text.contains("not in the batch"), "\(refused.text)")
        #expect(try story.python("verify_proof.py", "altered.proof", genesis).code == 1)
        done(try story.medseal(["batch", "make", "readings.csv", "--lines", "-o", "other.batch"]))
        let other = try story.medseal(
            as: "iris", "batch", "prove", "other.batch", "0", "--record", record, "-o", "other.proof")
        #expect(other.code == 1 && other.text.contains("names this batch"), "\(other.text)")
        let none = try story.medseal(["batch", "verify", "17.txt", "--genesis", genesis])
        #expect(none.code == 4, "\(none.text)")
    }
}
