import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// Organisations decide together, each by its root (T39); a root is replaced without a moment in which none
/// works, or two (T65).
@Suite(.serialized, .failsWhenStill) struct GovernanceStoryTests {
    private func network(
        _ story: Story, _ command: String, as organisation: String, _ arguments: String...
    ) throws -> Story.Result {
        try story.medseal(
            ["network", command] + arguments
                + [
                    "--network", "net", "--organisation", organisation, "--organisation-passphrase-file",
                    "net.pass",
                ])
    }

    /// The status of each member by its name.
    private func members(_ story: Story, as home: String) throws -> [String: String] {
        let listed = try story.medseal(as: home, "member", "list", "--json")
        try #require(listed.code == 0, "\(listed.text)")
        let rows = try JSONSerialization.jsonObject(with: Data(listed.text.utf8)) as? [[String: Any]]
        return try #require(rows).reduce(into: [:]) {
            $0[$1["name"] as? String ?? "-"] = $1["status"] as? String
        }
    }

    private func decide(
        _ story: Story, _ command: String, _ arguments: [String], by signer: String, with others: [String],
        and applicant: String? = nil
    ) throws {
        let draft = "\(command)-\(UUID().uuidString).json"
        let made = try story.medseal(
            ["network", command] + arguments + others.flatMap { ["--with", $0] }
                + [
                    "--network", "net", "--organisation", signer, "--organisation-passphrase-file",
                    "net.pass", "-o", draft,
                ])
        try #require(made.code == 0, "\(made.text)")
        for name in others + [applicant].compactMap({ $0 }) {
            let agreed = try network(story, "agree", as: name, draft, "--yes")
            try #require(agreed.code == 0, "\(agreed.text)")
        }
        let submitted = try network(story, "submit", as: signer, draft)
        try #require(submitted.code == 0, "\(submitted.text)")
    }

    @Test func aRootIsReplacedAndWhateverIsCutOffExactlyOneWorks() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer", "auditor:auditor"])
        let folder = story.folder.appending(path: "net/organisations/hospital1")
        let (root, next) = (folder.appending(path: "root.pem"), folder.appending(path: "root.next.pem"))
        try story.enrol("ada", "hospital1", "gateway")
        let oldRoot = try Data(contentsOf: root)

        // Alone it decides nothing.
        let alone = try network(story, "rotate-root", as: "hospital1", "-o", "alone.json")
        #expect(alone.code == 2 && alone.text.contains("2 organisations must agree"), "\(alone.text)")

        // Cut off after the new root was made: the next draft takes the same one, and the old root works.
        func draft(_ file: String) throws -> Story.Result {
            try network(story, "rotate-root", as: "hospital1", "--with", "insurer", "-o", file)
        }
        #expect(try draft("first.json").code == 0)
        let made = try Data(contentsOf: next)
        #expect(try draft("draft.json").code == 0)
        #expect(try Data(contentsOf: next) == made && Data(contentsOf: root) == oldRoot)
        try story.enrol("before", "hospital1", "clinician")

        // Not yet agreed to: refused, and the old root works.
        let early = try network(story, "submit", as: "hospital1", "draft.json")
        #expect(early.code == 1 && early.text.contains("approvalMissing"), "\(early.text)")
        #expect(try Data(contentsOf: root) == oldRoot)
        // What the insurer agrees to it is shown.
        let agreed = try network(story, "agree", as: "insurer", "draft.json", "--yes")
        #expect(agreed.code == 0 && agreed.text.contains("rotate"), "\(agreed.text)")

        let submitted = try network(story, "submit", as: "hospital1", "draft.json")
        #expect(submitted.code == 0, "\(submitted.text)")
        let newRoot = try Data(contentsOf: root)
        #expect(newRoot == made && !FileManager.default.fileExists(atPath: next.path))
        try story.enrol("after", "hospital1", "clinician")

        // Cut off between the ledger's answer and the folder: whoever opens it next finds out.
        try story.replace(root, with: oldRoot)
        try story.replace(next, with: newRoot)
        try story.enrol("resumed", "hospital1", "clinician")
        #expect(try Data(contentsOf: root) == newRoot && !FileManager.default.fileExists(atPath: next.path))

        // The old root, put back, is nobody's.
        try story.replace(root, with: oldRoot)
        try story.passphrase("thief")
        let stolen = try story.medseal([
            "member", "enrol", "--network", "net", "--organisation", "hospital1", "--role", "gateway",
            "--name", "Thief", "--home", "thief", "--organisation-passphrase-file", "net.pass",
            "--passphrase-file", "thief.pass",
        ])
        #expect(stolen.code == 1 && !story.exists("thief"), "\(stolen.text)")
        try story.replace(root, with: newRoot)

        // Who was enrolled by the root of its time is a member, by whichever that was.
        let members = try members(story, as: "ada")
        #expect(members.count == 4 && members.values.allSatisfy { $0 == "active" }, "\(members)")
    }

    /// A root that is lost is not asked: the others replace it.
    @Test func aLostRootIsReplacedByTheOthers() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer", "auditor:auditor"])
        let folder = story.folder.appending(path: "net/organisations/hospital1")
        try FileManager.default.removeItem(at: folder.appending(path: "root.pem"))
        let drafted = try network(
            story, "rotate-root", as: "hospital1", "--signer", "insurer", "--with", "auditor", "-o", "draft")
        #expect(drafted.code == 0, "\(drafted.text)")
        #expect(try network(story, "submit", as: "hospital1", "draft").code == 2)
        #expect(try network(story, "agree", as: "auditor", "draft", "--yes").code == 0)
        let submitted = try network(story, "submit", as: "insurer", "draft")
        #expect(submitted.code == 0, "\(submitted.text)")
        try story.enrol("ada", "hospital1", "clinician")
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "root.next.pem").path))
        #expect(try members(story, as: "ada")["Member ada"] == "active")
    }

    @Test func organisationsAreSuspendedRestoredAndAdmitted() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer", "auditor:auditor"])
        try story.enrol("remo", "hospital1", "gateway")
        try story.enrol("iris", "insurer", "officer")
        try story.enrol("eve", "auditor", "auditor")
        try story.admit("noor", at: "hospital1", by: "remo", number: "N-1")
        try story.write("scan.dcm", Data("DICM scan".utf8))
        let record = try story.medseal(as: "remo", "deposit", "scan.dcm", "--patient", "N-1").id
        let asked = try story.medseal(
            as: "iris", "request", "--custodian", "hospital1", "--patient", "N-1", "--purpose", "claim",
            "--days", "30")
        #expect(try story.medseal(as: "remo", "route", asked.id, "--patient", "N-1").code == 0)

        try decide(story, "suspend", ["insurer"], by: "hospital1", with: ["auditor"])
        #expect(try members(story, as: "remo")["Member iris"]?.contains("suspended") == true)
        func approve() throws -> Story.Result {
            try story.medseal(as: "noor", "approve", asked.id, "--record", record, "--days", "3", "--yes")
        }
        let refused = try approve()
        #expect(refused.code != 0 && refused.text.contains("suspended"), "\(refused.text)")
        let envelopes = try story.vault("hospital1").count
        try decide(story, "restore", ["insurer"], by: "hospital1", with: ["auditor"])
        #expect(try story.vault("hospital1").count == envelopes)
        let approved = try approve()
        #expect(approved.code == 0, "\(approved.text)")

        // A clinic joins, is served, enrols its own people, and a patient joins it.
        let applied = try story.medseal([
            "network", "apply", "net", "--organisation", "clinic:hospital", "--passphrase-file", "net.pass",
        ])
        #expect(applied.code == 0, "\(applied.text)")
        try decide(
            story, "admit", ["net/organisations/clinic/application.json"], by: "hospital1",
            with: ["insurer"], and: "clinic")
        story.end(SIGTERM)
        try story.start()
        // Who audits and does not know it has not looked at all.
        let unknown = try story.medseal(as: "eve", "audit")
        #expect(unknown.code == 4 && unknown.text.contains("organisation clinic"), "\(unknown.text)")
        #expect(unknown.text.contains("medseal network update"), "\(unknown.text)")
        #expect(try story.medseal(as: "eve", "network", "update").code == 0)
        let known = try story.medseal(as: "eve", "audit")
        #expect(known.code == 0 && known.text.contains("vault of clinic"), "\(known.text)")
        let updated = try story.medseal(as: "remo", "network", "update", "--network", "net")
        #expect(updated.code == 0 && updated.text.contains("clinic"), "\(updated.text)")
        try story.enrol("kim", "clinic", "gateway")
        #expect(try members(story, as: "remo")["Member kim"] == "active")
        try story.admit("mina", at: "clinic", by: "kim", number: "M-1")
        let kept = try story.medseal(as: "kim", "deposit", "scan.dcm", "--patient", "M-1")
        #expect(kept.code == 0, "\(kept.text)")
        #expect(try story.vault("clinic").count == 5)
        // Two of four do not decide any more.
        let few = try network(story, "suspend", as: "hospital1", "clinic", "--with", "insurer", "-o", "few")
        #expect(few.code == 2 && few.text.contains("3 organisations must agree"), "\(few.text)")
    }
}
