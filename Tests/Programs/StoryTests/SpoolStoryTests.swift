import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// Killed while plaintext passes through: none of it stays on the disk, and the next call sweeps what ciphertext the
/// dead process has left. A fetch spools nothing.
@Suite(.serialized, .failsWhenStill) struct SpoolStoryTests {
    static let canary = Data("canary-plaintext: a slice of Noor's scan. ".utf8)

    @Test func killedInAFetchOrASealingAnewItLeavesNoPlaintext() throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "ada", number: "P-1")
        var scan = Data()
        while scan.count < 40_000_000 { scan += Self.canary }
        try story.write("scan.txt", scan)
        let record = try story.medseal(as: "ada", "deposit", "scan.txt", "--patient", "P-1").id
        let home = story.folder.appending(path: "remo")
        let spool = home.appending(path: "spool")
        for round in 0..<4 {
            let isFetch = round % 2 == 0
            let arguments =
                isFetch
                ? ["fetch", "--record", record, "--basis", "care", "-o", "fetched\(round)/"]
                : ["record", "reseal", record, "--draft", "\(round).draft"]
            let process = try story.begin(as: "remo", arguments)
            // Until its work has begun.
            let working = isFetch ? home.appending(path: "releases") : spool
            while process.isRunning, try files(in: working).isEmpty { usleep(1_000) }
            usleep(UInt32.random(in: 0...150_000))
            process.end(SIGKILL)
            if isFetch { #expect(try files(in: spool).isEmpty) }

            for file in try files(in: home) {
                #expect(try Data(contentsOf: file).range(of: Self.canary) == nil, "\(file.path)")
            }
            // The file is there whole, or not at all.
            for file in try files(in: story.folder.appending(path: "fetched\(round)")) {
                #expect(file.lastPathComponent == "scan.txt")
                #expect(try Data(contentsOf: file) == scan)
            }
            #expect(try story.medseal(as: "remo", "grants").code == 0)
            #expect(try files(in: spool).isEmpty)
        }
        let fetched = try story.medseal(
            as: "remo", "fetch", "--record", record, "--basis", "care", "-o", "whole")
        #expect(fetched.code == 0, "\(fetched.text)")
        #expect(try story.bytes("whole") == scan)
        #expect(try files(in: spool).isEmpty)
    }

    /// A signal that asks to end is no kill: what was under way is gone at once.
    @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
    func endedInASealingAnewItsSpoolIsEmpty(_ number: Int32) throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("remo", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "remo", number: "P-1")
        try story.write("scan.txt", Data(repeating: 7, count: 60_000_000))
        let record = try story.medseal(as: "remo", "deposit", "scan.txt", "--patient", "P-1").id
        let spool = story.folder.appending(path: "remo/spool")
        let process = try story.begin(as: "remo", "record", "reseal", record, "--draft", "a.draft")
        while process.isRunning, try files(in: spool).isEmpty { usleep(1_000) }
        #expect(process.end(number) == -number)
        #expect(try files(in: spool).isEmpty)
    }

    /// The files below a folder; none where it does not exist.
    private func files(in folder: URL) throws -> [URL] {
        guard let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil) else {
            return []
        }
        return found.compactMap { $0 as? URL }.filter {
            (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
        }
    }
}
