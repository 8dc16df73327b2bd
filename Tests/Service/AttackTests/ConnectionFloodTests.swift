import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// T69: whoever opens connections by the hundred, without any credentials, neither stops the ledger nor locks anybody out,
/// and when it ends nothing has to be started again. The server may have 256 files open.
@Suite(.serialized) struct ConnectionFloodTests {
    /// A flood that goes on until it is ended.
    private final class Flood {
        private let process = Process()
        private let input = Pipe()

        init(_ kind: String, _ count: Int, of story: Story) throws {
            process.executableURL = URL(fileURLWithPath: Repository.python)
            process.arguments = [
                Repository.root.appending(path: "Tests/Tools/flood.py").path, "\(story.port)", kind,
                "\(count)",
            ]
            let output = Pipe()
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            // It tells when it has opened as many as it means to.
            try #require(!output.fileHandleForReading.availableData.isEmpty)
        }

        func end() {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
    }

    @Test(arguments: ["bare", "greeted", "unfinished"])
    func aFloodOfConnectionsStopsNobody(_ kind: String) throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"], descriptors: 256)
        try story.enrol("ada", "hospital1", "clinician")
        try story.admit("pat", at: "hospital1", by: "ada", number: "1")
        try story.write("scan.dcm", Data(repeating: 7, count: 300_000))

        let flood = try Flood(kind, 300, of: story)
        let deposited = try story.medseal(
            as: "ada", "deposit", "scan.dcm", "--patient", "1")
        #expect(deposited.code == 0, "\(kind): \(deposited.text)")
        let listed = try story.medseal(as: "pat", "records")
        #expect(listed.code == 0, "\(kind): \(listed.text)")
        try story.enrol("eve", "auditor", "auditor")
        flood.end()

        // Without a restart.
        try story.enrol("ben", "hospital1", "clinician")
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        #expect(try !String(contentsOf: story.log, encoding: .utf8).contains("READ-ONLY"))
        #expect(story.end(SIGTERM) == 0)
    }
}
