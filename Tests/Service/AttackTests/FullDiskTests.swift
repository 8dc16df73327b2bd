import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// A server that is started on a full disk serves what it has, and takes more once there is room, without another start.
@Suite struct FullDiskTests {
    private func run(_ program: String, _ arguments: String...) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to mount a small tmpfs"))
    func aStartOnAFullDiskReads() throws {
        let story = try Story(["hospital1:hospital", "auditor:auditor"])
        try story.enrol("eve", "auditor", "auditor")
        #expect(story.end(SIGTERM) == 0)
        let (net, copy) = (story.folder.appending(path: "net"), story.folder.appending(path: "copy"))
        try FileManager.default.moveItem(at: net, to: copy)
        try FileManager.default.createDirectory(at: net, withIntermediateDirectories: false)
        guard try run("/bin/mount", "-t", "tmpfs", "-o", "size=8m", "medseal-test", net.path) else {
            return print("aStartOnAFullDiskReads: not run, this machine does not allow mounting a tmpfs")
        }
        defer { _ = try? run("/bin/umount", "-l", net.path) }
        #expect(try run("/bin/cp", "-a", copy.path + "/.", net.path))
        try story.start()
        #expect(story.end(SIGTERM) == 0)

        let fill = net.appending(path: "fill")
        #expect(try !run("/bin/dd", "if=/dev/zero", "of=\(fill.path)", "bs=4k", "status=none"))
        try story.start()
        #expect(try String(contentsOf: story.log, encoding: .utf8).contains("the disk is full"))
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        #expect(try run("/bin/dd", "if=/dev/zero", "of=\(net.path)/more", "bs=4k", "status=none") == false)
        #expect(try story.medseal(as: "eve", "audit").code == 0)
        try FileManager.default.removeItem(at: fill)
        try story.enrol("ada", "hospital1", "clinician")
        #expect(story.end(SIGTERM) == 0)
    }
}
