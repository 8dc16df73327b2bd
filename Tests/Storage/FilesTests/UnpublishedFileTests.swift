import Files
import Foundation
import Testing

@testable import Surroundings

struct UnpublishedFileTests {
    let folder: Scratch

    init() throws { folder = try Scratch() }

    @Test func itAppearsWholeOrNotAtAll() throws {
        let open = try OpenFolder(path: folder.directory.path)
        do {
            let dropped = try UnpublishedFile("file", in: open)
            try dropped.file.write([1, 2, 3])
            #expect(folder.names.count == 1 && folder.names[0].hasSuffix(".partial"))
            try dropped.file.write([4])
        }
        #expect(folder.names == [])
        var kept = try UnpublishedFile("file", in: open)
        try kept.file.write([1, 2, 3])
        try kept.publish()
        #expect(folder.names == ["file"])
        #expect(try folder.folder.read("file") == [1, 2, 3])
    }

    @Test func whatHasTheNameIsReplacedOnlyWhereThatIsAskedFor() throws {
        try folder.folder.write([7], as: "file")
        let open = try OpenFolder(path: folder.directory.path)
        do {
            var second = try UnpublishedFile("file", in: open)
            try second.file.write([8])
            do throws(FileError) {
                try second.publish(replacing: false)
                Issue.record("it was replaced")
            } catch {
                #expect(error.code == .exists)
            }
        }
        #expect(try folder.folder.read("file") == [7])
        do {
            var other = try UnpublishedFile("other", in: open)
            try other.publish(replacing: false)
        }
        #expect(folder.names == ["file", "other"])
        var third = try UnpublishedFile("file", in: open)
        try third.publish()
        #expect(try folder.folder.read("file") == [])
    }

    @Test func whatADeadWriterLeftIsOverwritten() throws {
        try folder.folder.write([1, 2, 3, 4, 5], as: "file.new")
        var file = try UnpublishedFile(
            "file", in: OpenFolder(path: folder.directory.path), mode: 0o644, temporaryName: "file.new")
        try file.file.write([6])
        try file.publish()
        #expect(folder.names == ["file"])
        #expect(try folder.folder.read("file") == [6])
    }

    @Test func noLinkIsFollowedOutOfAnOpenFolder() throws {
        let outside = try Scratch()
        try outside.folder.write([9], as: "file")
        try FileManager.default.createSymbolicLink(
            atPath: folder.directory.path + "/file", withDestinationPath: outside.directory.path + "/file")
        try FileManager.default.createSymbolicLink(
            atPath: folder.directory.path + "/folder", withDestinationPath: outside.directory.path)
        let open = try OpenFolder(path: folder.directory.path)
        let otherKind = FileError.Code.otherKind
        #expect(code { _ = try open.openFile("file") } == otherKind)
        #expect(code { _ = try open.openFolder("folder") } == otherKind)
        #expect(code { _ = try OpenFolder(path: folder.directory.path + "/folder") } == otherKind)
        #expect(code { _ = try open.createFile("file") } == .exists)
        #expect(
            try OpenFolder(path: folder.directory.path + "/folder", followingLink: true).names() == [
                Array("file".utf8)
            ]
        )
        try open.remove("file")
        #expect(try outside.folder.read("file") == [9])
    }

    private func code(_ body: () throws -> Void) -> FileError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? FileError)?.code
        }
    }

    @Test func namesComeInPortionsInOrder() throws {
        let names = (0..<25).map { String(format: "%02x", $0 * 7 % 25) }
        for name in names { try folder.folder.write([], as: name) }
        let open = try OpenFolder(path: folder.directory.path)
        let sorted = names.sorted().map { [UInt8]($0.utf8) }
        #expect(try open.names() == sorted)
        for limit in [1, 4, 25, 100] {
            var seen = [[UInt8]]()
            while case let portion = try open.names(after: seen.last, limit: limit), !portion.isEmpty {
                #expect(portion.count <= limit)
                seen += portion
            }
            #expect(seen == sorted)
        }
    }

    @Test func aFileIsReadOnlyAsFarAsItsReaderAllows() throws {
        try folder.folder.write([1, 2, 3], as: "file")
        #expect(try folder.folder.read("file", bytesMax: 3) == [1, 2, 3])
        #expect(code { _ = try folder.folder.read("file", bytesMax: 2) } == .tooLong)
        #expect(code { _ = try folder.folder.read("none") } == .absent)
    }
}

extension Scratch {
    var folder: Folder { Folder(directory.path) }
}
