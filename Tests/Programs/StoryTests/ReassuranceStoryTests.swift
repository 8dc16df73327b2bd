import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// Nobody is told that nothing is there, or that all is well, without being told what was looked at.
@Suite(.serialized, .failsWhenStill) struct ReassuranceStoryTests {
    @Test func anEmptyListSaysWhatItLookedAt() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer", "auditor:auditor"])
        try story.enrol("remo", "hospital1", "gateway")
        try story.enrol("iris", "insurer", "officer")
        try story.enrol("eve", "auditor", "auditor")
        for (home, command, text) in [
            ("remo", ["requests"], "No requests that wait among the 3 statements"),
            ("iris", ["grants"], "No grants to you among the 3 statements"),
            ("eve", ["emergency", "list"], "No emergencies among the 3 statements"),
            (
                "remo", ["record", "list-removals"],
                "No records that wait to be erased among the 3 statements"
            ),
            ("eve", ["disclosures"], "No releases among the 3 statements"),
        ] {
            let listed = try story.medseal(
                command + ["--home", home, "--passphrase-file", "\(home).pass"])
            #expect(listed.code == 0 && listed.text.contains(text), "\(listed.text)")
        }

        // What a hospital has released, the auditor sees too; an insurer, which releases nothing, is told so.
        try story.admit("noor", at: "hospital1", by: "remo", number: "N-1")
        try story.write("scan.dcm", Data("DICM scan".utf8))
        let record = try story.medseal(as: "remo", "deposit", "scan.dcm", "--patient", "N-1").id
        let fetched = try story.medseal(
            as: "remo", "fetch", "--record", record, "--basis", "care", "-o", "read.dcm")
        #expect(fetched.code == 0, "\(fetched.text)")
        let all = try story.medseal(as: "eve", "disclosures", "--json")
        #expect(all.code == 0 && all.text.contains("\"custodian\" : \"hospital1\""), "\(all.text)")
        let own = try story.medseal(as: "iris", "disclosures")
        #expect(own.code == 2 && own.text.contains("--organisation (hospital1)"), "\(own.text)")
        let named = try story.medseal(as: "iris", "disclosures", "--organisation", "hospital1")
        #expect(named.code == 0 && named.text.contains("care"), "\(named.text)")

        // Whose vault may not be asked for is named.
        let audited = try story.medseal(as: "iris", "audit")
        #expect(audited.code == 0 && audited.text.contains("NOT LOOKED AT: the vaults of hospital1"))
        #expect(!audited.text.contains("All holds."), "\(audited.text)")
    }

    @Test func whatTooFewValidatorsHaveConfirmedIsToldToBeMissing() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer", "auditor:auditor"], quorum: ["2"])
        func health(_ more: String...) throws -> Story.Result {
            try story.run(
                "/usr/bin/curl", ["-sk"] + more + ["https://localhost:\(story.port)/v1/health"])
        }
        let early = try health("-w", " %{http_code}")
        #expect(early.text.contains(#""live":true,"ready":false"#), "\(early.text)")
        #expect(early.text.contains(#""code":"validators""#) && early.text.hasSuffix(" 503"), "\(early.text)")

        let insurers = try story.validate("insurer")
        #expect(insurers.says("cosigned 0 entries"))
        let auditors = try story.validate("auditor")
        #expect(auditors.says("cosigned 0 entries"))
        try story.enrol("remo", "hospital1", "gateway")
        try story.enrol("iris", "insurer", "officer")
        let ready = try health("-f", "--retry", "20", "--retry-delay", "1")
        #expect(ready.code == 0 && ready.text.contains(#""ready":true,"reasons":[]"#), "\(ready.text)")

        // A request is made, durable, and not confirmed: who lists requests learns that something is not shown.
        #expect(insurers.end() == 0)
        let asked = try story.medseal(
            as: "iris", "request", "--custodian", "hospital1", "--patient", "N-1", "--purpose", "claim",
            "--days", "30")
        #expect(asked.code == 0, "\(asked.text)")
        let listed = try story.medseal(as: "remo", "requests")
        #expect(listed.code == 0 && listed.text.contains("among the 2 statements"), "\(listed.text)")
        #expect(
            listed.text.contains("1 newer statement(s) are not shown: too few validators"), "\(listed.text)")
        let again = try story.validate("insurer")
        #expect(again.says("cosigned 3 entries"))
        let shown = try story.medseal(as: "remo", "requests")
        #expect(shown.text.contains(asked.id) && !shown.text.contains("not shown"), "\(shown.text)")
        #expect(again.end() == 0 && auditors.end() == 0)
        #expect(story.end(SIGTERM) == 0)
    }
}
