import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// T71: whoever leaves letters by the hundred stops nobody: neither who asks, nor the desk, nor who admits.
@Suite struct LetterFloodTests {
    @Test func hundredsOfLettersStopNobody() throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("iris", "insurer", "officer")
        try story.enrol("mallory", "insurer", "officer")
        try story.admit("pat", at: "hospital1", by: "ada", number: "1")
        try story.write("scan.dcm", Data(repeating: 7, count: 1_000))
        let deposited = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "1")
        #expect(deposited.code == 0, "\(deposited.text)")
        let asked = try story.medseal(
            as: "iris", "request", "--custodian", "hospital1", "--patient", "1", "--purpose", "claim",
            "--days", "3", "--json")
        #expect(asked.code == 0, "\(asked.text)")
        let request = try asked.field("request")

        // As large as a letter may be, about this very request, until the server takes no more.
        let flooded = try story.python(
            "letter_flood.py", "\(story.port)", "mallory/signing.pem", "mallory.pass", "hospital1", request,
            "400")
        #expect(flooded.code == 0 && flooded.text.contains("429"), "\(flooded.text)")

        let waiting = try story.medseal(as: "ada", "requests")
        #expect(waiting.code == 0 && waiting.text.contains(request.prefix(12)), "\(waiting.text)")
        let routed = try story.medseal(as: "ada", "route", request, "--patient", "1")
        #expect(routed.code == 0, "\(routed.text)")
        let approved = try story.medseal(
            as: "pat", "approve", request, "--record", deposited.id, "--days", "3", "--yes")
        #expect(approved.code == 0, "\(approved.text)")
        let fetched = try story.medseal(as: "iris", "fetch", "--request", request, "-o", "got")
        #expect(fetched.code == 0, "\(fetched.text)")
        try story.admit("joe", at: "hospital1", by: "ada", number: "2")
    }
}
