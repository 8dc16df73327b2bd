import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// A large deposit that is killed goes on after what the vault has; on the client's disk there is no second copy.
@Suite(.serialized, .failsWhenStill) struct ResumingStoryTests {
    private static let byteCount = 96_000_000

    private func hospital() throws -> Story {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.admit("noor", at: "hospital1", by: "ada", number: "P-1")
        return story
    }

    /// Fast, and not to be compressed.
    private func scan(_ seed: UInt64) -> Data {
        var state = seed
        var data = Data(capacity: Self.byteCount)
        while data.count < Self.byteCount {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            withUnsafeBytes(of: state) { data.append(contentsOf: $0) }
        }
        return data
    }

    /// How much of a blob lies where it is not whole yet; 0 for nothing.
    private func kept(_ story: Story) throws -> Int {
        let folder = story.folder.appending(path: "net/organisations/hospital1/vault/incoming")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".") }
            .compactMap {
                let path = folder.appending(path: $0).path
                return try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            }.max() ?? 0
    }

    /// All that lies in a home, in bytes.
    private func size(of home: String, _ story: Story) throws -> Int {
        let folder = story.folder.appending(path: home)
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path).reduce(0) {
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: folder.appending(path: $1).path)
            return $0 + (attributes?[.size] as? Int ?? 0)
        }
    }

    /// Begins a deposit and waits until the vault has a part of it.
    private func begun(_ story: Story) throws -> RunningProgram {
        let deposit = try story.begin(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
        while deposit.isRunning, try kept(story) < Self.byteCount / 8 { usleep(1_000) }
        return deposit
    }

    /// Where a deposit says that it goes on.
    private func goesOn(_ result: Story.Result) -> Int? {
        result.text.firstMatch(of: /the vault has (\d+) of \d+ bytes of a file/).flatMap { Int($0.1) }
    }

    @Test(arguments: [Story.Victim.client, .server])
    func aKilledDepositGoesOn(_ victim: Story.Victim) throws {
        let story = try hospital()
        let content = scan(1)
        try story.write("scan.dcm", content)
        let deposit = try begun(story)
        let result: Story.Result
        switch victim {
        case .client:
            deposit.end(SIGKILL)
            // No second copy, and nothing that opens it.
            #expect(try size(of: "ada", story) < 1_000_000)
            let kept = try kept(story)
            #expect(kept > 0 && kept < Self.byteCount)
            result = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
            let offset = try #require(goesOn(result), "\(result.text)")
            // What was on its way when the client died may have come too.
            #expect(offset >= kept && offset < Self.byteCount)
        case .server:
            story.end(SIGKILL)
            let kept = try kept(story)
            #expect(kept > 0 && kept < Self.byteCount)
            try story.start()
            // It goes on by itself.
            deposit.end(nil)
            result = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
            #expect(result.text.contains("Already deposited"), "\(result.text)")
        }
        #expect(result.code == 0, "\(result.text)")
        let own = try story.medseal(as: "noor", "fetch-own", result.id, "-o", "own")
        #expect(own.code == 0, "\(own.text)")
        #expect(try story.bytes("own") == content)
        #expect(try kept(story) == 0)
        let records = try story.medseal(as: "noor", "records", "--json")
        #expect(records.text.components(separatedBy: "\"custodians\"").count <= 2, "\(records.text)")
    }

    /// Never two plaintexts under one file key: the file is sealed anew, under the same handle.
    @Test func aSourceThatChangesInBetweenIsSealedAnew() throws {
        let story = try hospital()
        var content = scan(1)
        let file = try story.write("scan.dcm", content)
        let deposit = try begun(story)
        let place = content.count - 100
        content[place] ^= 1
        let handle = try FileHandle(forWritingTo: file)
        try handle.seek(toOffset: UInt64(place))
        try handle.write(contentsOf: content[place...place])
        try handle.close()
        #expect(deposit.end(nil) == 0)
        let result = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
        #expect(result.code == 0 && result.text.contains("Already deposited"), "\(result.text)")
        let own = try story.medseal(as: "noor", "fetch-own", result.id, "-o", "own")
        #expect(own.code == 0, "\(own.text)")
        #expect(try story.bytes("own") == content)
    }
}
