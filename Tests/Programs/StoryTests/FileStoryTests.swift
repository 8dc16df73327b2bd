import Foundation
import Glibc
import Testing

@testable import StoryPlay
@testable import Surroundings

/// What a person names on a command line as input and as output, and what must not happen to it.
@Suite(.serialized, .failsWhenStill) struct FileStoryTests {
    @Test func aFolderIsTakenWholeOrNotAtAll() throws {
        let story = try Story(["hospital1:hospital"])
        try story.enrol("ada", "hospital1", "clinician")
        try story.enrol("remo", "hospital1", "gateway")
        try story.admit("noor", at: "hospital1", by: "ada", number: "P-1")
        let folder = story.folder.appending(path: "study")
        for name in ["series/.hidden", "series/1.txt", ".index", "2.txt"] {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(name.utf8).write(to: file)
        }
        let whole = try story.medseal(as: "ada", "deposit", "study", "--patient", "P-1")
        #expect(whole.code == 0, "\(whole.text)")
        let fetched = try story.medseal(
            as: "remo", "fetch", "--record", whole.id, "--basis", "care", "-o", "fetched")
        #expect(fetched.code == 0, "\(fetched.text)")
        let names = try FileManager.default.contentsOfDirectory(
            atPath: story.folder.appending(path: "fetched").path)
        #expect(names.count == 4)

        // Each of these would have been missing, with exit code 0.
        #expect(symlink("2.txt", folder.appending(path: "link").path) == 0)
        #expect(mkfifo(folder.appending(path: "pipe").path, 0o600) == 0)
        let name = Array(folder.path.utf8) + Array("/n".utf8) + [0xff, 0]
        let descriptor = name.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o600) }
        }
        #expect(descriptor >= 0)
        close(descriptor)
        for arguments in [
            ["deposit", "study", "--patient", "P-1", "--again"],
            ["record", "append", whole.id, "study", "--draft", "append.draft"],
        ] {
            let refused = try story.medseal(
                arguments + ["--home", "ada", "--passphrase-file", "ada.pass"])
            #expect(refused.code == 2, "\(refused.text)")
            for said in ["study/link is a link", "study/pipe is no regular file", #"study/n\xff has a name"#]
            {
                #expect(refused.text.contains(said), "\(refused.text)")
            }
        }
        let rest = try story.medseal(
            as: "ada", "deposit", "study", "--patient", "P-1", "--again", "--skip-unreadable", "--json")
        #expect(rest.code == 0, "\(rest.text)")
        #expect(rest.text.contains("left out of study"), "\(rest.text)")

        let pipe = try story.medseal(as: "ada", "deposit", "study/pipe", "--patient", "P-1")
        #expect(pipe.code == 2 && pipe.text.contains("no regular file"), "\(pipe.text)")
        let device = try story.medseal(as: "ada", "deposit", "/dev/zero", "--patient", "P-1")
        #expect(device.code == 2 && device.text.contains("no regular file"), "\(device.text)")
    }

    @Test func whatMustNotBeReplacedIsNot() throws {
        let story = try Story(["hospital1:hospital"], isServed: false)
        let plain = try story.write("plain.txt", Data("what is mine".utf8))
        try story.passphrase("seal")
        func encrypt(to output: String) throws -> Story.Result {
            try story.medseal([
                "age", "encrypt", "-p", "--passphrase-file", "seal.pass", "-o", output, "plain.txt",
            ])
        }
        let own = try encrypt(to: "plain.txt")
        #expect(own.code == 2 && own.text.contains("is the input itself"), "\(own.text)")
        #expect(symlink("plain.txt", story.folder.appending(path: "link").path) == 0)
        let link = try encrypt(to: "link")
        #expect(link.code == 2 && link.text.contains("is a link"), "\(link.text)")
        #expect(try Data(contentsOf: plain) == Data("what is mine".utf8))
        // A device stays one, and so does a pipe, whose reader gets what is written.
        #expect(try encrypt(to: "/dev/null").code == 0)
        #expect(try type(of: "/dev/null") == .typeCharacterSpecial)
        let pipe = story.folder.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = open(pipe, O_RDWR)
        defer { close(reader) }
        #expect(try encrypt(to: "pipe").code == 0)
        var head = [UInt8](repeating: 0, count: 21)
        #expect(read(reader, &head, head.count) == head.count)
        #expect(head == Array("age-encryption.org/v1".utf8))
        #expect(try type(of: pipe) != .typeRegular)
        // A file is replaced, and nothing of the way there is left.
        #expect(try encrypt(to: "sealed.age").code == 0)
        #expect(try encrypt(to: "sealed.age").code == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: story.folder.path)
        #expect(!names.contains { $0.hasSuffix(".partial") }, "\(names)")
    }

    private func type(of path: String) throws -> FileAttributeType? {
        try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }
}
