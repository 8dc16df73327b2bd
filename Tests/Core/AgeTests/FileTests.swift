import Foundation
import Primitives
import Testing

@testable import Age
@testable import Surroundings

func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Files appear whole or not at all (T13).
@Suite struct FileTests {
    static let identity = AgeIdentity.generate(.x25519)
    static var key: AgeSealing { .recipients([identity.recipient]) }

    @Test func aFileIsSealedAndOpened() throws {
        let folder = try Scratch()
        let plaintext = Random.bytes(2_000_000)
        let source = try folder.write("scan", plaintext)
        var told = [Int]()
        let sealed = try sealFile(
            at: source, to: folder.path("scan.age"), for: Self.key, hashing: [.ciphertext]
        ) {
            told.append($0)
        }
        #expect(told.last == plaintext.count && told == told.sorted())
        #expect(sealed.sha256 == SHA256.digest(try contents(folder.path("scan.age"))))
        let opened = try openFile(
            at: folder.path("scan.age"), to: folder.path("again"), with: .identity(Self.identity))
        #expect(try contents(folder.path("again")) == plaintext)
        #expect(opened.byteCount == plaintext.count)
        for name in ["scan.age", "again"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(folder.names == ["again", "scan", "scan.age"])
    }

    @Test func nothingIsLeftOfWhatDoesNotOpen() throws {
        let folder = try Scratch()
        var file = try seal(Random.bytes(200_000), for: Self.key)
        file[file.count - 1] ^= 1
        let source = try folder.write("scan.age", file)
        let before = try folder.write("scan", [1, 2, 3])
        #expect(throws: AgeError.self) {
            try openFile(at: source, to: before, with: .identity(Self.identity))
        }
        #expect(throws: AgeError.self) {
            try openFile(at: source, to: folder.path("new"), with: .identity(Self.identity))
        }
        // What was there before is there still, untouched.
        #expect(try contents(before) == [1, 2, 3])
        #expect(folder.names == ["scan", "scan.age"])
    }

    @Test func whileItIsWrittenThereIsNoFile() throws {
        let folder = try Scratch()
        let source = try folder.write("scan", Random.bytes(3_000_000))
        var seen = 0
        let path = folder.path("scan.age")
        try sealFile(at: source, to: path, for: Self.key) { _ in
            seen += FileManager.default.fileExists(atPath: path) ? 1 : 0
        }
        #expect(seen == 0)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test func failuresOfTheSystemSayWhatAndNotWhere() throws {
        let folder = try Scratch()
        let failure = #expect(throws: StreamError.self) {
            try sealFile(at: folder.path("no such patient"), to: folder.path("x"), for: Self.key)
        }
        #expect(failure?.operation == "open")
        #expect("\(failure!)".contains("patient") == false)
        let source = try folder.write("scan", [1])
        #expect(throws: StreamError.self) {
            try sealFile(at: source, to: folder.path("no/such/folder"), for: Self.key)
        }
        #expect(throws: StreamError.self) { try sealFile(at: source, to: "/proc/x.age", for: Self.key) }
        #expect(throws: StreamError.self) {
            try sealFile(at: folder.directory.path, to: folder.path("x"), for: Self.key)
        }
        #expect(folder.names == ["scan"])
    }

    /// A sink that fails stops everything, with all threads at work.
    @Test func aFullDiskStopsTheSealing() throws {
        struct FullSink: ByteSink {
            var room = 2_000_000
            mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
                room -= bytes.count
                if room < 0 { throw CancellationError() }
            }
        }
        struct FailingSource: ByteSource {
            var left = 3_000_000
            mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
                left -= buffer.count
                if left < 0 { throw CancellationError() }
                return buffer.count
            }
        }
        var source = MemorySource([UInt8](repeating: 0, count: 10_000_000))
        var full = FullSink()
        #expect(throws: CancellationError.self) { try seal(from: &source, to: &full, for: Self.key) }
        var failing = FailingSource()
        var sink = MemorySink()
        #expect(throws: CancellationError.self) { try seal(from: &failing, to: &sink, for: Self.key) }
    }

    @Test func pipesAreStreams() throws {
        let plaintext = Random.bytes(1_500_000)
        let (first, second) = (Pipe(), Pipe())
        let threads = [
            Age.Thread {
                var source = MemorySource(plaintext)
                var sink = FileSink(descriptor: first.fileHandleForWriting.fileDescriptor)
                _ = try? seal(from: &source, to: &sink, for: Self.key)
                try? first.fileHandleForWriting.close()
            },
            Age.Thread {
                var source = FileSource(descriptor: first.fileHandleForReading.fileDescriptor)
                var sink = FileSink(descriptor: second.fileHandleForWriting.fileDescriptor)
                _ = try? open(from: &source, to: &sink, with: .identity(Self.identity))
                try? second.fileHandleForWriting.close()
            },
        ]
        #expect(try second.fileHandleForReading.readToEnd().map(Array.init) == plaintext)
        for thread in threads { thread?.join() }
    }

    @Test func manyFilesAtOnce() throws {
        let folder = try Scratch()
        let jobs = try (0..<40).map { number in
            FileJob(
                from: try folder.write("\(number)", Array("file \(number)".utf8)),
                to: folder.path("\(number).age"))
        }
        let missing = FileJob(from: folder.path("missing"), to: folder.path("missing.age"))
        let results = sealFiles(jobs + [missing], for: Self.key)
        #expect(results.count == 41)
        for (number, result) in results.dropLast().enumerated() {
            let file = try contents(folder.path("\(number).age"))
            #expect(try result.get().sha256 == SHA256.digest(file))
            #expect(try Age.open(file, with: .identity(Self.identity)) == Array("file \(number)".utf8))
        }
        #expect(throws: StreamError.self) { try results[40].get() }
        #expect(Set(try results.dropLast().map { try $0.get().sha256 }).count == 40)
    }

    @Test func inspectionNeedsNoKey() throws {
        for (armored, size) in [(false, 0), (true, 70_000), (false, 65_536)] {
            let file = try seal(Random.bytes(size), for: Self.key, armored: armored)
            var source = MemorySource(file)
            let found = try inspect(from: &source)
            #expect(found.isArmored == armored)
            #expect(found.plaintextByteCount == size)
            #expect(found.header.stanzas.map(\.type) == ["X25519"])
            #expect(!found.isPostQuantum)
            if !armored { #expect(found.headerByteCount + found.payloadByteCount == file.count) }
        }
        var hybrid = MemorySource(try seal([], for: .recipients([AgeIdentity.generate().recipient])))
        #expect(try inspect(from: &hybrid).isPostQuantum)
        var cut = MemorySource(Array(try seal([], for: Self.key).dropLast()))
        #expect(throws: AgeError.payload("no payload has this length")) { try inspect(from: &cut) }
    }

    @Test func aKeyCanBeChosenByTheHeader() throws {
        let file = try seal([7], for: Self.key)
        var source = MemorySource(file)
        var sink = MemorySink()
        try open(from: &source, to: &sink) { header in
            #expect(header.stanzas.count == 1 && header.stanzas[0].isOf(.x25519))
            return .identity(Self.identity)
        }
        #expect(sink.bytes == [7])
        let secret = try openSecret(file, with: .identity(Self.identity))
        #expect(secret.withUnsafeBytes { Array($0) } == [7])
        #expect(try Age.open(seal(secret, for: Self.key), with: .identity(Self.identity)) == [7])
    }
}
