import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// Members change: roles, keys, ends; and nobody is sealed to who is not in force (T3).
@Suite(.serialized, .failsWhenStill) struct MemberStoryTests {
    private func office(_ story: Story, _ command: String, _ arguments: String...) throws -> Story.Result {
        let organisation = command == "rotate" || arguments.contains("iris") ? "insurer" : "hospital1"
        return try story.medseal(
            ["member", command, "--network", "net", "--organisation-passphrase-file", "net.pass"]
                + (arguments.contains("--organisation") ? [] : ["--organisation", organisation]) + arguments)
    }

    private func key(_ story: Story, _ home: String) throws -> String {
        let text = String(decoding: try story.bytes("\(home)/member.json"), as: UTF8.self)
        return try #require(text.firstMatch(of: /[0-9a-f]{64}/)).output.description
    }

    private func list(_ story: Story) throws -> [[String: Any]] {
        let listed = try story.medseal(as: "remo", "member", "list", "--json")
        try #require(listed.code == 0, "\(listed.text)")
        let rows = try JSONSerialization.jsonObject(with: Data(listed.text.utf8)) as? [[String: Any]]
        return try #require(rows)
    }

    private func status(_ story: Story, _ key: String) throws -> String? {
        try list(story).first { $0["key"] as? String == key }?["status"] as? String
    }

    @Test func membersAreRenewedRotatedAndRetired() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.enrol("iris", "insurer", "officer")
        try story.admit("noor", at: "hospital1", by: "remo", number: "N-1")
        try story.write("scan.dcm", Data("DICM scan".utf8))
        let record = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "N-1").id

        // Another role: the same key, a new certificate, the records key.
        let before = try story.bytes("ada/certificate.pem")
        let refused = try story.medseal(
            as: "ada", "fetch", "--record", record, "--basis", "care", "-o", "read")
        #expect(refused.code == 1, "\(refused.text)")
        let ada = try key(story, "ada")
        let renewed = try office(
            story, "renew", "--home", "ada", "--role", "gateway", "--passphrase-file", "ada.pass")
        #expect(renewed.code == 0, "\(renewed.text)")
        #expect(try key(story, "ada") == ada && story.bytes("ada/certificate.pem") != before)
        #expect(try list(story).first { $0["key"] as? String == ada }?["role"] as? String == "gateway")
        #expect(try status(story, ada) == "active")
        let read = try story.medseal(as: "ada", "fetch", "--record", record, "--basis", "care", "-o", "read")
        #expect(read.code == 0, "\(read.text)")

        // New keys, in two attempts: the first finds no server.
        let asked = try story.medseal(
            as: "iris", "request", "--custodian", "hospital1", "--patient", "N-1", "--purpose", "claim",
            "--days", "30")
        #expect(asked.code == 0, "\(asked.text)")
        #expect(try story.medseal(as: "remo", "route", asked.id, "--patient", "N-1").code == 0)
        let old = try key(story, "iris")
        story.end(SIGTERM)
        func rotate() throws -> Story.Result {
            try office(
                story, "rotate", "--home", "iris", "--reason", "key-compromise", "--passphrase-file",
                "iris.pass")
        }
        let cutOff = try rotate()
        #expect(cutOff.code == 3 && story.exists("iris/next"), "\(cutOff.text)")
        let prepared = try story.bytes("iris/next/signing.pem")
        #expect(try key(story, "iris") == old)
        try story.start()
        #expect(try status(story, old) == "active")
        let rotated = try rotate()
        #expect(rotated.code == 0, "\(rotated.text)")
        let new = try key(story, "iris")
        #expect(new != old && !story.exists("iris/next") && !story.exists("iris/accepted"))
        #expect(try story.bytes("iris/signing.pem") == prepared)
        #expect(try status(story, new) == "active")
        #expect(try status(story, old) == "replaced by \(new.prefix(16))")

        // The patient is not led to seal anything to the old key; to the new one it is.
        let approve = try story.medseal(
            as: "noor", "approve", asked.id, "--record", record, "--days", "3", "--yes")
        #expect(approve.code == 1 && approve.text.contains("another key by now"), "\(approve.text)")
        let again = try story.medseal(
            as: "iris", "request", "--custodian", "hospital1", "--patient", "N-1", "--purpose", "claim",
            "--days", "30")
        #expect(try story.medseal(as: "remo", "route", again.id, "--patient", "N-1").code == 0)
        let approved = try story.medseal(
            as: "noor", "approve", again.id, "--record", record, "--days", "3", "--yes")
        #expect(approved.code == 0, "\(approved.text)")
        let fetched = try story.medseal(as: "iris", "fetch", "--request", again.id, "-o", "fetched.dcm")
        #expect(fetched.code == 0, "\(fetched.text)")

        // Retired: the ledger refuses it, and so does everybody who reads certificates only.
        let adas = try story.bytes("ada/certificate.pem")
        let retired = try office(story, "retire", ada)
        #expect(retired.code == 0, "\(retired.text)")
        #expect(try office(story, "retire", ada).text.contains("before"))
        #expect(try status(story, ada) == "retired")
        let late = try story.medseal(as: "ada", "fetch", "--record", record, "--basis", "care", "-o", "late")
        #expect(late.code == 1 && !story.exists("late"), "\(late.text)")
        try story.write("old.pem", before)
        try story.write("ada.pem", adas)
        for (file, good) in [("old.pem", false), ("ada.pem", false), ("remo/certificate.pem", true)] {
            let folder = "net/organisations/hospital1"
            let checked = try story.run(
                "/usr/bin/openssl",
                [
                    "verify", "-crl_check", "-CAfile", "\(folder)/authority.pem", "-CRLfile",
                    "\(folder)/crl.pem", file,
                ])
            #expect((checked.code == 0) == good, "\(file): \(checked.text)")
        }
        let text = try story.run(
            "/usr/bin/openssl",
            ["crl", "-in", "net/organisations/insurer/crl.pem", "-noout", "-text"])
        #expect(text.text.contains("Key Compromise"), "\(text.text)")

        let published = try office(story, "publish-crl", "--days", "30")
        #expect(published.code == 0 && published.text.contains("2 certificates"), "\(published.text)")
        #expect(story.exists("remo/revoked-hospital1.crl"))
    }

    /// A home that is lost: the office enrols anew and ends the old key with it.
    @Test func aLostHomeIsReplaced() throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        let old = try key(story, "ada")
        try story.passphrase("ada2")
        let enrolled = try office(
            story, "enrol", "--role", "clinician", "--name", "Member ada", "--home", "ada2", "--replaces",
            old, "--passphrase-file", "ada2.pass")
        #expect(enrolled.code == 0, "\(enrolled.text)")
        #expect(try status(story, old)?.hasPrefix("replaced by") == true)
        #expect(try status(story, try key(story, "ada2")) == "active")
    }
}
