import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// A program that is ended in the middle leaves nothing half done, also on a disk that knows no files without names: there
/// what was killed goes with the next file in the folder.
@Suite(.failsWhenStill) struct LeftoverTests {
    private static let recipient = "age1v3ymvpr70g6v5nt4n37gheytf6x0x2w5p5lywhz0gxn5pc89v5sqmpntha"

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
    func aSignalLeavesNothing(_ number: Int32) throws {
        let scratch = try Folder()
        let sealing = try scratch.begin()
        let partial = try sealing.partial()
        let mode = try FileManager.default.attributesOfItem(atPath: partial.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        kill(sealing.process.processIdentifier, number)
        sealing.process.waitUntilExit()
        // As a shell wants it told, for its own loops to end too.
        #expect(sealing.process.terminationReason == .uncaughtSignal)
        #expect(sealing.process.terminationStatus == number)
        #expect(scratch.names.isEmpty)
    }

    @Test func whatWasKilledGoesWithTheNextFile() throws {
        let scratch = try Folder()
        let killed = try scratch.begin()
        let left = try killed.partial()
        kill(killed.process.processIdentifier, SIGKILL)
        killed.process.waitUntilExit()
        #expect(scratch.names.count == 1)
        // One that still works keeps its own.
        let working = try scratch.begin()
        let partial = try working.partial(besides: left)
        let next = try scratch.begin(as: "next.age")
        _ = try next.partial(besides: left, partial)
        #expect(scratch.names.count == 2)
        for sealing in [working, next] {
            try sealing.input.fileHandleForWriting.close()
            sealing.process.waitUntilExit()
            #expect(sealing.process.terminationStatus == 0)
        }
        #expect(scratch.names == ["next.age", "out.age"])
    }

    /// A folder on a disk without unnamed files.
    private struct Folder {
        let scratch: Scratch
        let library: URL

        init() throws {
            scratch = try Scratch()
            library = FileManager.default.temporaryDirectory.appending(path: "faults-\(UUID().uuidString).so")
            let source = Repository.root.appending(path: "tools/faults.c").path
            let built = try Command.run(
                "/usr/bin/env", ["clang", "-O1", "-shared", "-fPIC", "-o", library.path, source])
            try #require(built.status == 0, "\(built.errors)")
        }

        var names: [String] { scratch.names }

        /// Begins to seal what never ends unless its input is closed.
        func begin(as name: String = "out.age") throws -> Sealing {
            let sealing = Sealing(folder: scratch.directory)
            sealing.process.executableURL = Repository.programs.appending(path: "medseal")
            sealing.process.arguments = ["age", "encrypt", "-r", LeftoverTests.recipient, "-o", name]
            sealing.process.currentDirectoryURL = scratch.directory
            // The eighth of its calls, always: EOPNOTSUPP.
            sealing.process.environment = Story.environment.merging([
                "LD_PRELOAD": library.path, "MEDSEAL_FAULT_DIRECTORY": scratch.directory.path,
                "MEDSEAL_FAULT": "8 1 \(EOPNOTSUPP) 1",
            ]) { $1 }
            sealing.process.standardInput = sealing.input
            try sealing.process.run()
            return sealing
        }
    }

    private struct Sealing {
        let folder: URL
        let process = Process()
        let input = Pipe()

        /// The file that is not whole yet, once it is there.
        func partial(besides others: URL...) throws -> URL {
            while true {
                let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                let found = names.filter { $0.hasPrefix(".medseal-") && $0.hasSuffix(".partial") }
                    .map { folder.appending(path: $0) }.filter { !others.contains($0) }
                if let first = found.first { return first }
                try #require(process.isRunning)
                usleep(1_000)
            }
        }
    }
}
