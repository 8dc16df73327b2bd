import Files
import Foundation
import Testing

struct SpoolTests {
    let folder = TemporaryFolder()

    @Test func aPartGoesWithItsValueUnlessItIsKept() throws {
        let spool = try Spool(folder.folder)
        do {
            let part = try spool.part()
            try part.folder.write([1], as: "plaintext")
            #expect(folder.names.count == 1)
        }
        #expect(folder.names == [])
        do {
            let part = try spool.part()
            try part.folder.write([2], as: "ciphertext")
            try part.keep(as: folder.folder.folder("kept"))
        }
        #expect(folder.names == ["kept"])
        #expect(try folder.folder.folder("kept").read("ciphertext") == [2])
        let second = try spool.part()
        #expect(throws: FileError.self) { try second.keep(as: folder.folder.folder("kept")) }
    }

    @Test func whatTheDeadLeftGoesAndTheLivingStay() throws {
        let dead = folder.folder.folder(".new-dead")
        try dead.make()
        try dead.write([1], as: "plaintext")
        try folder.folder.folder("other").make()
        let spool = try Spool(folder.folder)
        #expect(folder.names == ["other"])
        let living = try spool.part()
        let again = try Spool(folder.folder)
        let other = try again.part()
        #expect(living.folder.exists && other.folder.exists && living.folder != other.folder)
    }

    /// The same with a process that is really killed while it holds its part.
    @Test func aKilledProcessLeavesNothingBehindTheNextOpening() throws {
        let part = folder.folder.folder(".new-0000")
        try part.make()
        try part.write([1], as: "plaintext")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        process.arguments = ["--no-fork", part.path, "sh", "-c", "echo held; exec sleep 1000"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        #expect(output.fileHandleForReading.readData(ofLength: 5) == Data("held\n".utf8))
        _ = try Spool(folder.folder)
        #expect(part.exists)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        _ = try Spool(folder.folder)
        #expect(!part.exists)
    }

    @Test func sweepsAndNewPartsRaceWithoutHarm() async throws {
        let path = folder.folder
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        let part = try Spool(path).part()
                        try part.folder.write([1], as: "file")
                        #expect(try part.folder.read("file") == [1])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(folder.names == [])
    }

    @Test func theLockIsForOneProcessAtATime() throws {
        let lock = try FolderLock(folder.folder)
        do throws(FileError) {
            _ = try FolderLock(folder.folder)
            Issue.record("it was locked twice")
        } catch {
            #expect(error.code == .locked)
        }
        withExtendedLifetime(lock) {}
    }
}
