import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// Our log before another's witness, and another's client before our validator (c2sp.org/tlog-witness): both
/// directions of the protocol against aics-witness, which shares nothing with MedSeal.
@Suite(.serialized, .failsWhenStill) struct WitnessStoryTests {
    @Test func anothersWitnessAndAnothersClient() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("eve", "auditor", "auditor")
        var archives = [String]()
        func export() throws {
            let archive = "archive\(archives.count)"
            let exported = try story.medseal(as: "eve", "ledger", "export", archive)
            #expect(exported.code == 0, "\(exported.text)")
            archives.append(archive)
        }
        try export()
        for name in ["ada", "ben", "remo"] { try story.enrol(name, "hospital1", "clinician") }
        try export()
        try story.enrol("dora", "hospital1", "clinician")
        try export()

        // The last two are the operator's key and what opens it: the forks are signed by the true key.
        let operatorKey = ["net/server/ledger.key.pem", "net.pass"]
        let theirs = try story.python("witness.py", ["theirs"] + operatorKey + archives)
        #expect(theirs.code == 0 && theirs.text.hasPrefix("verified: "), "\(theirs.text)")

        let port = Int.random(in: 32_000..<32_700)
        let validator = try story.validate("auditor", "--witness-port", "\(port)")
        #expect(validator.says(": cosigned "), "\(validator.said)")
        let url = "http://127.0.0.1:\(port)"
        let ours = try story.python("witness.py", ["ours", url, "auditor"] + operatorKey + archives)
        #expect(ours.code == 0 && ours.text.contains("as it must"), "\(ours.text)\n\(validator.said)")
        // No request, not even a signed fork, has put it off its work.
        #expect(validator.end() == 0, "\(validator.said)")

        // The check is able to fail: another organisation's key is not the one that answered.
        let other = try story.validate("hospital1", "--witness-port", "\(port)")
        #expect(other.says(": cosigned "), "\(other.said)")
        let mistaken = try story.python("witness.py", ["ours", url, "auditor"] + operatorKey + archives)
        #expect(mistaken.code == 1, "\(mistaken.text)")
        #expect(other.end() == 0, "\(other.said)")
    }
}
