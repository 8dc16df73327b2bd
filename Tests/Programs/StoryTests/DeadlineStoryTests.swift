import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// Everything that ends is shown, warned of, and renewed by itself where it can be.
@Suite(.serialized, .failsWhenStill) struct DeadlineStoryTests {
    private func office(_ story: Story, _ arguments: String...) throws -> Story.Result {
        try story.medseal(
            ["member"] + arguments
                + [
                    "--network", "net", "--organisation", "hospital1", "--organisation-passphrase-file",
                    "net.pass",
                ])
    }

    @Test func endsAreShownAndWarnedOf() throws {
        let story = try Story(["hospital1:hospital"])
        try story.passphrase("ada")
        let brief = try office(
            story, "enrol", "--role", "gateway", "--name", "Ada", "--home", "ada", "--days", "20",
            "--passphrase-file", "ada.pass")
        #expect(brief.code == 0, "\(brief.text)")
        let warned = try story.medseal(as: "ada", "requests")
        #expect(warned.code == 0 && warned.text.contains("the certificate of Ada ends on"), "\(warned.text)")
        #expect(
            warned.text.contains("medseal member renew --organisation hospital1 --home"), "\(warned.text)")

        // Renewed, and told what that begins: the members are believed as long as the list is.
        let renewed = try office(story, "renew", "--home", "ada", "--passphrase-file", "ada.pass")
        #expect(renewed.code == 0 && renewed.text.contains("revocation list"), "\(renewed.text)")
        #expect(renewed.text.contains("are not believed any more"), "\(renewed.text)")
        let quiet = try story.medseal(as: "ada", "requests")
        #expect(!quiet.text.contains("ends on"), "\(quiet.text)")
        let status = try story.medseal(as: "ada", "status", "--json")
        for kind in ["certificate", "enrolment", "revocation-list", "records-key", "server"] {
            #expect(status.text.contains("\"kind\" : \"\(kind)\""), "\(kind): \(status.text)")
        }

        // A list that ends soon is warned of, and the office's next command publishes the next by itself.
        #expect(try office(story, "publish-crl", "--days", "10").code == 0)
        #expect(try story.medseal(as: "ada", "member", "list").code == 0)
        let soon = try story.medseal(as: "ada", "requests")
        #expect(soon.text.contains("the revocation list of hospital1 ends on"), "\(soon.text)")
        try story.passphrase("ben")
        let enrolled = try office(
            story, "enrol", "--role", "clinician", "--name", "Ben", "--home", "ben", "--passphrase-file",
            "ben.pass")
        #expect(enrolled.text.contains("published the next revocation list"), "\(enrolled.text)")

        try story.admit("noor", at: "hospital1", by: "ada", number: "N-1")
        let patient = try story.medseal(as: "noor", "status")
        #expect(patient.code == 0 && patient.text.contains("20 permit(s) at hospital1"), "\(patient.text)")
        #expect(story.end(SIGTERM) == 0)
    }
}
