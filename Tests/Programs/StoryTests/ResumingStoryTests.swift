import Foundation
import Testing

@testable import ObjectStore
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
    private func scan(_ seed: UInt64, of byteCount: Int = byteCount) -> Data {
        var state = seed
        var data = Data(capacity: byteCount)
        while data.count < byteCount {
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
        #expect(records.text.matches(of: /"record" : "/).count == 1, "\(records.text)")
    }

    /// How many bytes a program has read and written, in files and over the network.
    private func bytesMoved(by program: RunningProgram) -> (read: Int, written: Int) {
        let text = try? String(contentsOfFile: "/proc/\(program.processIdentifier)/io", encoding: .utf8)
        let read = text?.firstMatch(of: /rchar: (\d+)/).flatMap { Int($0.1) }
        let written = text?.firstMatch(of: /wchar: (\d+)/).flatMap { Int($0.1) }
        return (read ?? 0, written ?? 0)
    }

    /// In a bucket a part lives as long as the server's process.
    @Test func aKilledClientGoesOnInABucket() async throws {
        let store = try await SeaweedFS.running()
        let name = "resuming-\(UUID().uuidString.lowercased())"
        try await store.make(bucket: name)
        let story = try hospital()
        let credentials = try story.write(
            "credentials",
            Data(
                """
                [default]
                aws_access_key_id = \(SeaweedFS.accessKey)
                aws_secret_access_key = \(SeaweedFS.secretKey)
                """.utf8))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: credentials.path)
        story.end(SIGTERM)
        try story.start([
            "--vault",
            "s3://\(name)/net?endpoint=http://\(store.authority)&credentials=\(credentials.path)",
        ])
        let content = scan(4)
        try story.write("scan.dcm", content)
        let deposit = try story.begin(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
        while deposit.isRunning, bytesMoved(by: deposit).written < Self.byteCount / 2 { usleep(500) }
        deposit.end(SIGKILL)
        let result = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
        #expect(result.code == 0, "\(result.text)")
        let offset = try #require(goesOn(result), "\(result.text)")
        #expect(offset > Self.byteCount / 4 && offset < Self.byteCount)
        let own = try story.medseal(as: "noor", "fetch-own", result.id, "-o", "own")
        #expect(own.code == 0, "\(own.text)")
        #expect(try story.bytes("own") == content)
    }

    /// The server is killed in the middle, and there again: the fetch goes on, and what came before does not come again.
    @Test func aFetchGoesOnBehindWhatItHas() throws {
        let story = try hospital()
        let content = scan(3)
        try story.write("scan.dcm", content)
        let deposited = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
        #expect(deposited.code == 0, "\(deposited.text)")
        let fetch = try story.begin(as: "noor", "fetch-own", deposited.id, "-o", "own")
        while fetch.isRunning, bytesMoved(by: fetch).read < Self.byteCount / 4 { usleep(500) }
        #expect(fetch.isRunning)
        story.end(SIGKILL)
        #expect(!story.exists("own"))
        try story.start()
        #expect(fetch.end(nil) == 0, "\(fetch.said)")
        #expect(try story.bytes("own") == content)
        let served = try String(contentsOf: story.log, encoding: .utf8)
        #expect(served.contains("/releases/") && served.contains("status=206"), "it goes on by a range")
    }

    /// Wherever a kill meets them, the same commands bring one record each and all of its bytes; `MEDSEAL_KILLS` says how
    /// often (`tools/torture`).
    @Test func killedAnywhereInALargeDepositAndFetch() throws {
        let story = try hospital()
        try story.write("scan.dcm", scan(0, of: 24_000_000))
        #expect(try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1").code == 0)
        let rounds = ProcessInfo.processInfo.environment["MEDSEAL_KILLS"].flatMap { Int($0) } ?? 3
        for round in 1...rounds {
            let content = scan(UInt64(round), of: 24_000_000)
            try story.write("scan.dcm", content)
            let (first, second): (Story.Victim, Story.Victim) =
                round % 2 == 0 ? (.client, .server) : (.server, .client)
            try story.killed(first, in: ["deposit", "scan.dcm", "--patient", "P-1"], of: "ada")
            let deposited = try story.medseal(as: "ada", "deposit", "scan.dcm", "--patient", "P-1")
            #expect(deposited.code == 0, "round \(round): \(deposited.text)")
            try story.killed(second, in: ["fetch-own", deposited.id, "-o", "cut\(round)"], of: "noor")
            let own = try story.medseal(as: "noor", "fetch-own", deposited.id, "-o", "own\(round)")
            #expect(own.code == 0, "round \(round): \(own.text)")
            #expect(try story.bytes("own\(round)") == content, "round \(round)")
            #expect(try kept(story) == 0, "round \(round)")
        }
        let records = try story.medseal(as: "noor", "records", "--json")
        let handles = Set(records.text.matches(of: /"record" : "([0-9a-f]{64})"/).map { String($0.1) })
        #expect(handles.count == rounds + 1, "\(records.text)")
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
