import Age
import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Sealing
import Synchronization
import Testing

@testable import Homes

/// What a fetch does with a file once its ciphertext is here: all of it is committed, or nothing.
struct FileSinksTests {
    let folder = Folder(NSTemporaryDirectory()).folder("medseal-\(lowercaseHex(Random.bytes(6)))")
    let key = AgeIdentity.generate(.x25519)
    let content = [UInt8](repeating: 7, count: 300_000)

    /// Ciphertext of `content` at a path, and its line of a descriptor.
    func sealed(_ change: (inout [UInt8]) -> Void = { _ in }) throws -> (path: String, file: Descriptor.File)
    {
        try folder.make()
        var bytes = try Age.seal(content, for: .recipients([key.recipient]))
        change(&bytes)
        try folder.write(bytes, as: "0.age")
        let file = Descriptor.File(
            name: "scan", mediaType: "text/plain", byteCount: Int64(content.count),
            sha256: Digest(hashing: content), ciphertext: Digest(hashing: bytes), dicom: nil)
        return (folder.file("0.age"), file)
    }

    @Test func aWholeFileIsCommitted() throws {
        let (path, file) = try sealed()
        let sinks = MemorySinks()
        #expect(try !file.open(at: path, with: key, into: try sinks.begin("scan")) { _ in })
        #expect(sinks.committed == ["scan": content])
    }

    @Test func nothingIsCommittedOfAnother() throws {
        let sinks = MemorySinks()
        var (path, file) = try sealed()
        file.sha256 = Digest(hashing: [1])
        #expect(throws: PartyError.self) {
            try file.open(at: path, with: key, into: try sinks.begin("scan")) { _ in }
        }
        (path, file) = try sealed()
        file.byteCount -= 1
        #expect(throws: PartyError.self) {
            try file.open(at: path, with: key, into: try sinks.begin("scan")) { _ in }
        }
        (path, file) = try sealed { $0.removeLast(70_000) }
        #expect(throws: PartyError.self) {
            try file.open(at: path, with: key, into: try sinks.begin("scan")) { _ in }
        }
        (path, file) = try sealed { $0[$0.count - 1] ^= 1 }
        #expect(throws: PartyError.self) {
            try file.open(at: path, with: key, into: try sinks.begin("scan")) { _ in }
        }
        #expect(sinks.committed.isEmpty)
    }

    @Test func nothingIsCommittedOnceTheTaskIsCancelled() async throws {
        let (path, file) = try sealed()
        let sinks = MemorySinks()
        let task = Task { [key] in
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try file.open(at: path, with: key, into: try sinks.begin("scan")) { _ in }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(sinks.committed.isEmpty)
    }

    @Test func aSourceIsReadAsOftenAsNeeded() throws {
        let source = SourceFile(name: "a", byteCount: content.count) { [content] in
            var rest = content[...]
            return { buffer in
                let count = min(buffer.count, min(rest.count, 1_000))
                buffer.copyBytes(from: rest.prefix(count))
                rest = rest.dropFirst(count)
                return count
            }
        }
        for _ in 0..<2 {
            #expect(try source.digest() == Digest(hashing: content))
            #expect(try source.head(1_500) == Array(content.prefix(1_500)))
            #expect(try source.bytes(max: content.count) == content)
        }
        #expect(throws: PartyError.self) { try source.bytes(max: content.count - 1) }
    }
}

/// Files in memory.
final class MemorySinks: FileSinks {
    private let files = Mutex<[String: [UInt8]]>([:])

    var committed: [String: [UInt8]] { files.withLock { $0 } }

    func prepare(_ names: [String]) throws {}

    func begin(_ name: String) throws -> any UnfinishedFile {
        Unfinished { [self] bytes in files.withLock { $0[name] = bytes } }
    }

    private final class Unfinished: UnfinishedFile {
        private let place: ([UInt8]) -> Void
        private var bytes: [UInt8] = []

        init(place: @escaping ([UInt8]) -> Void) { self.place = place }

        func write(_ bytes: UnsafeRawBufferPointer) throws { self.bytes += bytes }
        func commit() throws { place(bytes) }
    }
}
