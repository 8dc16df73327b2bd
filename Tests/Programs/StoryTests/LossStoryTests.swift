import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// What the ledger names and the vault has no more is a fault of the vault's: seen by its operator, told as such, and
/// healed by depositing again.
@Suite(.serialized, .failsWhenStill) struct LossStoryTests {
    @Test func lossIsToldAndHealed() throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("remo", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "remo", number: "N-1")
        try story.write("scan.dcm", Data("DICM scan".utf8))
        func deposit() throws -> Story.Result {
            try story.medseal(as: "remo", "deposit", "scan.dcm", "--patient", "N-1")
        }
        let record = try deposit().id
        let file = try #require(
            try story.vault("hospital1").first { !$0.contains(".") || $0.hasSuffix(".file") })
        let digest = URL(fileURLWithPath: file).lastPathComponent
        try FileManager.default.removeItem(at: story.folder.appending(path: file))

        func fetch(_ record: String, to name: String) throws -> Story.Result {
            try story.medseal(as: "remo", "fetch", "--record", record, "--basis", "care", "-o", name)
        }
        let lost = try fetch(record, to: "lost.dcm")
        #expect(lost.code == 3 && lost.text.contains("hospital1 has lost this"), "\(lost.text)")
        #expect(!story.exists("lost.dcm"))
        let log = try String(contentsOf: story.log, encoding: .utf8)
        #expect(log.contains("LOST") && log.contains(digest), "\(log.suffix(500))")

        let healed = try deposit()
        #expect(
            healed.code == 0 && healed.text.contains("had lost some of record \(record)"), "\(healed.text)")
        let new = try #require(
            healed.text.firstMatch(of: /Deposited record ([0-9a-f]+)/).map { String($0.1) })
        #expect(new != record)
        #expect(try fetch(new, to: "healed.dcm").code == 0)
        #expect(try story.bytes("healed.dcm") == Data("DICM scan".utf8))
        let again = try deposit()
        #expect(again.text.contains("Already deposited as record \(new)"), "\(again.text)")

        // What its patient has removed is not lost.
        #expect(try story.medseal(as: "noor", "remove", new, "--yes").code == 0)
        #expect(try story.medseal(as: "remo", "record", "erase", new).code == 0)
        let removed = try deposit()
        #expect(!removed.text.contains("had lost"), "\(removed.text)")
        #expect(story.end(SIGTERM) == 0)
    }
}
