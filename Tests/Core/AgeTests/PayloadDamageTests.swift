import Foundation
import Primitives
import Testing

@testable import Age

/// A file of three chunks, damaged in every way: nothing but authentic plaintext comes out, and never without
/// an error (T13).
@Suite struct PayloadDamageTests {
    static let identity = AgeIdentity.generate(.x25519)
    static let plaintext = Random.bytes(2 * Chunk.plainBytes + 100)
    static let file = try! seal(plaintext, for: .recipients([identity.recipient]))
    static let headerBytes = try! AgeHeader.parse(prefixOf: file).byteCount
    static var payloadStart: Int { headerBytes + FileKey.nonceBytes }
    static var payload: [UInt8] { Array(file[payloadStart...]) }
    static let payloadKey = { () -> SecretBytes in
        let key = try! AgeOpening.identity(identity).fileKey(of: AgeHeader.parse(prefixOf: file).header)
        return key.payloadKey(nonce: Array(file[headerBytes..<payloadStart])).withUnsafeBytes {
            SecretBytes(copying: $0)
        }
    }()

    /// Opens chunks from number `first` on, as the last of the payload; says what came out.
    static func open(_ sealed: UnsafeRawBufferPointer, first: Int) -> (plaintext: [UInt8], failure: AgeError?)
    {
        var failure: AgeError?
        let plaintext = [UInt8](unsafeUninitializedCapacity: max(sealed.count, 1)) { buffer, count in
            var cipher = payloadKey.withUnsafeBytes { ChunkCipher(key: $0, .opening) }
            (count, failure) = ChunkRun(firstChunk: UInt64(first), isLast: true)
                .open(sealed, into: UnsafeMutableRawBufferPointer(buffer), &cipher)
        }
        return (plaintext, failure)
    }

    /// How many numbers below `count` are wrong.
    static func failures(below count: Int, _ isRight: @Sendable (Int) -> Bool) -> Int {
        let found = Counter()
        Parallel.forEach(count) { if !isRight($0) { found.increment() } }
        return found.value
    }

    @Test func everyBitFlipIsRefused() {
        let payload = Self.payload
        #expect(payload.withUnsafeBytes { Self.open($0, first: 0).failure } == nil)
        // One bit of each byte; all eight where the exhaustive run is asked for. What is before a chunk does
        // not depend on it.
        let bits = ProcessInfo.processInfo.environment["MEDSEAL_EXHAUSTIVE"] == nil ? 1 : 8
        let wrong = Self.failures(below: payload.count * bits) { number in
            let offset = number / bits
            let chunk = offset / Chunk.sealedBytes
            let end = min((chunk + 1) * Chunk.sealedBytes, payload.count)
            var damaged = Array(payload[(chunk * Chunk.sealedBytes)..<end])
            damaged[offset - chunk * Chunk.sealedBytes] ^= 1 << (bits == 1 ? offset % 8 : number % 8)
            // The chunk alone, in its place: any but the last is not the last.
            return damaged.withUnsafeBytes { damaged in
                var cipher = Self.payloadKey.withUnsafeBytes { ChunkCipher(key: $0, .opening) }
                let room = UnsafeMutableRawBufferPointer.allocate(byteCount: damaged.count, alignment: 16)
                defer { room.deallocate() }
                let opened = ChunkRun(firstChunk: UInt64(chunk), isLast: chunk == 2).open(
                    damaged, into: room, &cipher)
                return opened.byteCount == 0 && opened.failure != nil
            }
        }
        #expect(wrong == 0)
    }

    @Test func truncationAtEveryByteIsRefused() {
        let payload = Self.payload
        let wrong = Self.failures(below: payload.count) { length in
            let chunk = length / Chunk.sealedBytes
            let rest = payload[(chunk * Chunk.sealedBytes)..<length]
            let (opened, failure) = rest.withUnsafeBytes { Self.open($0, first: chunk) }
            return opened.isEmpty && failure != nil
        }
        #expect(wrong == 0)
    }

    @Test func whatWasBeforeTheDamageIsAllThatComesOut() throws {
        for length in stride(from: 0, to: Self.file.count, by: 4_099) {
            var source = MemorySource(Array(Self.file[..<length]))
            var sink = MemorySink()
            #expect(throws: AgeError.self) {
                try Age.open(from: &source, to: &sink, with: .identity(Self.identity))
            }
            #expect(sink.bytes.count % Chunk.plainBytes == 0)
            #expect(Self.plaintext.starts(with: sink.bytes))
        }
    }

    @Test func everyBitFlipOfTheHeaderAndNonceIsRefused() {
        let wrong = Self.failures(below: Self.payloadStart * 8) { number in
            var damaged = Self.file
            damaged[number / 8] ^= 1 << UInt8(number % 8)
            var source = MemorySource(damaged)
            var sink = MemorySink()
            do {
                try Age.open(from: &source, to: &sink, with: .identity(Self.identity))
                return false
            } catch {
                return error is AgeError && sink.bytes.isEmpty
            }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: [
        [0, 2, 1], [1, 0, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1], [0, 0, 1, 2], [0, 1, 1, 2], [0, 1, 2, 2],
        [0, 2], [1, 2],
        [0, 1], [0], [1], [2], [0, 1, 2, 0], [],
    ])
    func otherOrdersOfItsChunksAreRefused(order: [Int]) {
        let pieces = [0, 1, 2].map { number in
            Self.payload[
                (number * Chunk.sealedBytes)..<min((number + 1) * Chunk.sealedBytes, Self.payload.count)]
        }
        var source = MemorySource(Self.file[..<Self.payloadStart] + order.flatMap { pieces[$0] })
        var sink = MemorySink()
        #expect(throws: AgeError.self) {
            try Age.open(from: &source, to: &sink, with: .identity(Self.identity))
        }
        #expect(Self.plaintext.starts(with: sink.bytes))
    }

    @Test func chunksOfAnotherFileAreRefused() throws {
        let other = try seal(Self.plaintext, for: .recipients([Self.identity.recipient]))
        var mixed = Self.file
        mixed.replaceSubrange(
            Self.payloadStart..<Self.payloadStart + Chunk.sealedBytes,
            with: other[Self.payloadStart...].prefix(Chunk.sealedBytes))
        #expect(throws: AgeError.payload("a chunk is not authentic")) {
            try Age.open(mixed, with: .identity(Self.identity))
        }
    }

    /// Damage late in a long file, with all cores at work, and while its hashes are computed.
    @Test(arguments: [[], [.ciphertext], [.ciphertext, .plaintext]] as [AgeHashing])
    func damageInALongFileIsFound(hashing: AgeHashing) throws {
        let plaintext = Random.bytes(5_000_000)
        var file = try seal(plaintext, for: .recipients([Self.identity.recipient]))
        file[4_000_000] ^= 1
        var source = MemorySource(file)
        var sink = MemorySink()
        #expect(throws: AgeError.payload("a chunk is not authentic")) {
            try Age.open(from: &source, to: &sink, with: .identity(Self.identity), hashing: hashing)
        }
        #expect(
            sink.bytes
                == Array(
                    plaintext[..<((4_000_000 - Self.payloadStart) / Chunk.sealedBytes * Chunk.plainBytes)]))
        #expect(throws: AgeError.payload("a chunk is not authentic")) {
            try Age.open(file, with: .identity(Self.identity))
        }
    }
}

final class Counter: @unchecked Sendable {
    // Guarded by `mutex`.
    private let mutex = Mutex()
    private var count = 0

    func increment() {
        mutex.lock()
        count += 1
        mutex.unlock()
    }

    var value: Int { count }
}
