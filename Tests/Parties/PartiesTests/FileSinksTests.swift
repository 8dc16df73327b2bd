import Age
import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote
import Sealing
import Synchronization
import Testing

@testable import Homes

/// What a fetch does with a file once its ciphertext is here: all of it is committed, or nothing.
struct FileSinksTests {
    let key = AgeIdentity.generate(.x25519)
    let content = [UInt8](repeating: 7, count: 300_000)

    /// Ciphertext of `content`, and its line of a descriptor.
    func sealed(_ change: (inout [UInt8]) -> Void = { _ in }) throws -> (
        bytes: [UInt8], file: Descriptor.File
    ) {
        var bytes = try Age.seal(content, for: .recipients([key.recipient]))
        change(&bytes)
        let file = Descriptor.File(
            name: "scan", mediaType: "text/plain", byteCount: Int64(content.count),
            sha256: Digest(hashing: content), ciphertext: Digest(hashing: bytes), dicom: nil)
        return (bytes, file)
    }

    /// Opens a file whose ciphertext comes in pieces, and then ends so.
    func open(
        _ file: Descriptor.File, _ bytes: [UInt8], into sinks: MemorySinks, copy: Bool = false,
        ending end: (any Error)? = nil
    ) async throws -> Bool {
        try await Inflow.read { [key] inflow in
            let stored = StoredCiphertext(inflow, copy: copy ? try sinks.begin("stored") : nil)
            return try file.open(from: stored, with: key, into: try sinks.begin("scan")) { _ in }
        } filledBy: { inflow in
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...70_000))
                try await inflow.give(AnswerPiece(Array(piece)))
                rest = rest.dropFirst(piece.count)
            }
            if let end { throw end }
        }
    }

    @Test func aWholeFileIsCommitted() async throws {
        let (bytes, file) = try sealed()
        let sinks = MemorySinks()
        #expect(try await !open(file, bytes, into: sinks))
        #expect(sinks.committed == ["scan": content])
        #expect(try await !open(file, bytes, into: sinks, copy: true))
        #expect(sinks.committed == ["scan": content, "stored": bytes])
    }

    @Test func nothingIsCommittedOfAnother() async throws {
        let sinks = MemorySinks()
        func refused(_ file: Descriptor.File, _ bytes: [UInt8], _ reason: String) async {
            let error = await #expect(throws: PartyError.self) {
                _ = try await open(file, bytes, into: sinks, copy: true)
            }
            #expect(error.map { "\($0)".contains(reason) } == true, "\(error as Any)")
        }
        var (bytes, file) = try sealed()
        file.sha256 = Digest(hashing: [1])
        await refused(file, bytes, "is not what its descriptor says")
        for byteCount in [-1, 1, -200_000] {
            (bytes, file) = try sealed()
            file.byteCount += Int64(byteCount)
            await refused(file, bytes, "is not what its descriptor says")
        }
        for change: (inout [UInt8]) -> Void in [{ $0.removeLast(70_000) }, { $0[$0.count - 1] ^= 1 }] {
            (bytes, file) = try sealed(change)
            await refused(file, bytes, "does not open")
            // The vault's fault, not the depositor's.
            (bytes, file) = try sealed()
            change(&bytes)
            await refused(file, bytes, "not the hash that the ledger names")
        }
        (bytes, file) = try sealed()
        await refused(file, bytes + [0], "not the hash that the ledger names")
        #expect(sinks.committed["scan"] == nil)
    }

    @Test func nothingIsCommittedOfWhatBreaksOff() async throws {
        let (bytes, file) = try sealed()
        let sinks = MemorySinks()
        for count in [0, 100, 150_000, bytes.count] {
            await #expect(throws: CancellationError.self) {
                try await open(
                    file, Array(bytes.prefix(count)), into: sinks, copy: true, ending: CancellationError())
            }
        }
        #expect(sinks.committed.isEmpty)
    }

    /// Whoever reads slowly slows the download down, and who stops reading ends it.
    @Test func littleIsInMemoryAtATime() async throws {
        let piece = [UInt8](repeating: 1, count: 100_000)
        let given = Mutex(0)
        let most = try await Inflow.read { inflow in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_000, alignment: 1)
            defer { buffer.deallocate() }
            var (most, taken) = (0, 0)
            for _ in 0..<30_000 {
                taken += try inflow.take(into: buffer)
                most = max(most, given.withLock { $0 } - taken)
            }
            return most
        } filledBy: { inflow in
            while true {
                try await inflow.give(AnswerPiece(piece))
                given.withLock { $0 += piece.count }
            }
        }
        #expect(most > 1_000_000 && most <= 2 << 20 + piece.count)
    }

    @Test func aSourceIsReadAsOftenAsNeeded() throws {
        let source = SourceFile(name: "a", byteCount: content.count) { [content] offset in
            var rest = content[offset...]
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
