import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// T70: a desk rejects wallets that it does not want, whatever they have written, and who was rejected by mistake applies anew.
@Suite struct RejectedApplicationTests {
    @Test func whoIsRejectedIsToldAndMayApplyAnew() throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.passphrase("pat")
        func join() throws -> String {
            let joined = try story.medseal(
                as: "pat", "wallet", "join", "--network", "net", "--organisation", "hospital1")
            #expect(joined.code == 0, "\(joined.text)")
            return String(try #require(joined.text.firstMatch(of: /[0-9A-Z]{4}(-[0-9A-Z]{4})+/)).output.0)
        }
        let code = try join()
        let absent = try story.medseal(as: "ada", "patient", "reject", "0000-0000-0000-0000")
        #expect(absent.code == 1 && absent.text.contains("no wallet that waits here"), "\(absent.text)")
        let rejected = try story.medseal(as: "ada", "patient", "reject", code, "--unreadable")
        #expect(rejected.code == 0 && rejected.text.contains("Rejected 1 application"), "\(rejected.text)")
        let list = try story.medseal(as: "ada", "patient", "list-applications", "--json")
        #expect(list.code == 0 && !list.text.contains("shortCode"), "\(list.text)")
        let told = try story.medseal(as: "pat", "records")
        #expect(told.code == 1 && told.text.contains("hospital1 has rejected"), "\(told.text)")

        #expect(try join() == code)
        let admitted = try story.medseal(
            as: "ada", "patient", "admit", code, "--number", "1", "--name", "Canary Kestrel")
        #expect(admitted.code == 0, "\(admitted.text)")
        #expect(try story.medseal(as: "pat", "records").code == 0)
        #expect(story.end(SIGTERM) == 0)
    }
}
