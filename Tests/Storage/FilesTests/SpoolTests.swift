import Files
import Foundation
import Testing

@testable import Surroundings

struct SpoolTests {
    let folder: Scratch

    init() throws { folder = try Scratch() }

    @Test func aPartGoesWithItsValueUnlessItIsKept() throws {
        let spool = Spool(folder.folder)
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

    @Test func withoutAPrefixAllThatIsLeftGoes() throws {
        try folder.folder.folder("0123456789abcdef").make()
        try folder.folder.write([1], as: "left.age")
        _ = Spool(folder.folder, prefix: "")
        #expect(folder.names == [])
    }

    @Test func whatTheDeadLeftGoesAndTheLivingStay() throws {
        let dead = folder.folder.folder(".new-dead")
        try dead.make()
        try dead.write([1], as: "plaintext")
        try folder.folder.folder("other").make()
        let spool = Spool(folder.folder)
        #expect(folder.names == ["other"])
        let living = try spool.part()
        let again = Spool(folder.folder)
        let other = try again.part()
        #expect(living.folder.exists && other.folder.exists && living.folder != other.folder)
    }

    /// The same with a process that is really killed while it holds its part.
    @Test func aKilledProcessLeavesNothingBehindTheNextOpening() throws {
        let part = folder.folder.folder(".new-0000")
        try part.make()
        try part.write([1], as: "plaintext")
        let scratch = try Scratch()
        let holder = try RunningProgram(
            "/usr/bin/flock", ["--no-fork", part.path, "sh", "-c", "echo held; exec sleep 1000"],
            in: scratch.directory, log: scratch.directory.appending(path: "said"))
        #expect(holder.says("held"))
        _ = Spool(folder.folder)
        #expect(part.exists)
        holder.end(SIGKILL)
        _ = Spool(folder.folder)
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
