import Primitives

/// A whole payload in memory, sealed or opened from one place into another without a copy between, on all
/// cores.
struct MemoryPayload: @unchecked Sendable {
    /// Outlives this, and is not written to.
    private let key: UnsafeRawBufferPointer
    /// 1 MiB of plaintext at a time.
    private static let chunksPerRun = 16

    init(key: UnsafeRawBufferPointer) {
        self.key = key
    }

    /// Seals `plaintext` into `output`, which has exactly the room for it.
    func seal(_ plaintext: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
        precondition(
            output.count == Chunk.sealedCount(plaintextBytes: plaintext.count), "wrong size of output")
        let regions = Regions(input: plaintext, output: output)
        let count = Self.runCount(plaintext.count, of: Chunk.plainBytes)
        Parallel.forEach(count) { number in
            var cipher = ChunkCipher(key: key, .sealing)
            let input = regions.inputRun(number, chunkBytes: Chunk.plainBytes)
            let run = ChunkRun(firstChunk: UInt64(number * Self.chunksPerRun), isLast: number == count - 1)
            _ = run.seal(input, into: regions.outputRun(number, chunkBytes: Chunk.sealedBytes), &cipher)
        }
    }

    /// Opens `payload` into `output`, which has exactly the room for it. Gives what is wrong with the first of its
    /// chunks that is not as it was sealed; then `output` holds nothing.
    func open(_ payload: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> AgeError? {
        precondition(
            output.count == Chunk.plaintextCount(payloadBytes: payload.count), "wrong size of output")
        let regions = Regions(input: payload, output: output)
        let count = Self.runCount(payload.count, of: Chunk.sealedBytes)
        let failure = Parallel.firstFailure(count) { number in
            var cipher = ChunkCipher(key: key, .opening)
            let input = regions.inputRun(number, chunkBytes: Chunk.sealedBytes)
            let run = ChunkRun(firstChunk: UInt64(number * Self.chunksPerRun), isLast: number == count - 1)
            let target = regions.outputRun(number, chunkBytes: Chunk.plainBytes)
            return run.open(input, into: target, &cipher).failure
        }
        if failure != nil { wipe(output) }
        return failure
    }

    private static func runCount(_ byteCount: Int, of chunkBytes: Int) -> Int {
        let runBytes = chunksPerRun * chunkBytes
        return max((byteCount + runBytes - 1) / runBytes, 1)
    }

    /// The memory of both sides; the runs of either do not overlap.
    private struct Regions: @unchecked Sendable {
        let input: UnsafeRawBufferPointer
        let output: UnsafeMutableRawBufferPointer

        func inputRun(_ number: Int, chunkBytes: Int) -> UnsafeRawBufferPointer {
            let start = number * chunksPerRun * chunkBytes
            return UnsafeRawBufferPointer(
                rebasing: input[start..<min(input.count, start + chunksPerRun * chunkBytes)])
        }

        func outputRun(_ number: Int, chunkBytes: Int) -> UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(rebasing: output[(number * chunksPerRun * chunkBytes)...])
        }
    }
}
