import Primitives
import Testing

@testable import Age
@testable import Surroundings

/// Ranges of a file, and files that come piece by piece.
@Suite struct RangeTests {
    static let identity = AgeIdentity.generate(.x25519)
    static var key: AgeSealing { .recipients([identity.recipient]) }

    /// Remembers what was read.
    struct WatchedAccess: RandomAccessSource {
        let bytes: MemoryRandomAccess
        var byteCount: Int { bytes.byteCount }
        let watch: Watch

        final class Watch: @unchecked Sendable {
            var read = [Range<Int>]()
        }

        mutating func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            var bytes = bytes
            let count = try bytes.read(at: offset, into: buffer)
            if count > 0 { watch.read.append(offset..<offset + count) }
            return count
        }
    }

    @Test(arguments: [0, 1, 65_536, 65_537, 131_072, 1_000_000]) func everyRangeIsThePlaintexts(size: Int)
        throws
    {
        let plaintext = Random.bytes(size)
        let file = try seal(plaintext, for: Self.key)
        var reader = try AgeReader(MemoryRandomAccess(file), with: .identity(Self.identity))
        #expect(reader.byteCount == size)
        let edges = [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 500_000, size - 1, size].filter {
            0...size ~= $0
        }
        for lower in edges {
            for upper in edges where upper >= lower {
                #expect(try reader.read(lower..<upper) == Array(plaintext[lower..<upper]))
            }
        }
    }

    @Test func onlyTheChunksOfARangeAreRead() throws {
        let plaintext = Random.bytes(1_000_000)
        let file = try seal(plaintext, for: Self.key)
        let watch = WatchedAccess.Watch()
        var reader = try AgeReader(
            WatchedAccess(bytes: MemoryRandomAccess(file), watch: watch), with: .identity(Self.identity))
        let start = file.count - Chunk.sealedCount(plaintextBytes: plaintext.count)
        // The last chunk was verified, because the length comes from it.
        #expect(watch.read.last == (start + 15 * Chunk.sealedBytes)..<file.count)
        watch.read = []
        _ = try reader.read(200_000..<200_001)
        #expect(watch.read == [(start + 3 * Chunk.sealedBytes)..<(start + 4 * Chunk.sealedBytes)])
        watch.read = []
        _ = try reader.read(5..<5)
        #expect(watch.read.isEmpty)
    }

    @Test func aCutOrAlteredFileIsRefused() throws {
        let file = try seal(Random.bytes(200_000), for: Self.key)
        let start = file.count - Chunk.sealedCount(plaintextBytes: 200_000)
        for count in [
            0, 10, start - 1, start, start + 5, start + Chunk.sealedBytes, start + 2 * Chunk.sealedBytes,
            file.count - 1,
        ] {
            #expect(throws: AgeError.self) {
                _ = try AgeReader(MemoryRandomAccess(Array(file[..<count])), with: .identity(Self.identity))
                    .byteCount
            }
        }
        var altered = file
        altered[start + Chunk.sealedBytes] ^= 1
        var reader = try AgeReader(MemoryRandomAccess(altered), with: .identity(Self.identity))
        #expect(throws: Never.self) { try reader.read(0..<65_536) }
        #expect(throws: AgeError.payload("a chunk is not authentic")) { try reader.read(65_535..<65_537) }
        #expect(throws: AgeError.noMatch) {
            _ = try AgeReader(MemoryRandomAccess(file), with: .identity(.generate(.x25519))).byteCount
        }
    }

    @Test func rangesOfAFileOnDisk() throws {
        let folder = try Scratch()
        let plaintext = Random.bytes(300_000)
        let path = try folder.write("scan.age", try seal(plaintext, for: Self.key))
        var reader = try AgeReader(FileRandomAccess(path: path), with: .identity(Self.identity))
        #expect(try reader.read(100_000..<250_000) == Array(plaintext[100_000..<250_000]))
        #expect(throws: StreamError.self) { _ = try FileRandomAccess(path: folder.path("none")).byteCount }
    }

    // MARK: - Piece by piece

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000]) func piecesMakeTheSameFile(size: Int) throws {
        let plaintext = Random.bytes(size)
        for piece in [1_000, 65_536, 65_552, 1_000_000] {
            var sealing = try SealingStream(for: Self.key)
            var file = [UInt8]()
            for start in stride(from: 0, to: size, by: piece) {
                file += sealing.update(plaintext[start..<min(start + piece, size)])
            }
            file += sealing.finish()
            #expect(try Age.open(file, with: .identity(Self.identity)) == plaintext)
            var opening = OpeningStream(with: .identity(Self.identity))
            var opened = [UInt8]()
            for start in stride(from: 0, to: file.count, by: piece) {
                opened += try opening.update(file[start..<min(start + piece, file.count)])
            }
            #expect(opening.header?.stanzas.count == 1)
            opened += try opening.finish()
            #expect(opened == plaintext)
        }
    }

    @Test func asynchronousSequencesRoundTrip() async throws {
        let plaintext = Random.bytes(500_000)
        let pieces = AsyncStream<[UInt8]> { continuation in
            for start in stride(from: 0, to: plaintext.count, by: 7_001) {
                continuation.yield(Array(plaintext[start..<min(start + 7_001, plaintext.count)]))
            }
            continuation.finish()
        }
        let sealed = SealedSequence(pieces, for: Self.key)
        let opened = OpenedSequence(sealed, with: .identity(Self.identity))
        #expect(try await opened.reduce(into: []) { $0 += $1 } == plaintext)
    }

    @Test func aSequenceThatEndsEarlyIsAnError() async throws {
        let file = try seal(Random.bytes(200_000), for: Self.key)
        let cut = AsyncStream<[UInt8]> { continuation in
            continuation.yield(Array(file[..<150_000]))
            continuation.finish()
        }
        var count = 0
        await #expect(throws: AgeError.self) {
            for try await piece in OpenedSequence(cut, with: .identity(Self.identity)) {
                count += piece.count
            }
        }
        #expect(count == 131_072)
    }
}
