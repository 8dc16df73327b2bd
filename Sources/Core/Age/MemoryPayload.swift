import Primitives

/// A whole payload in memory, sealed or opened from one place into another without a copy between, on all
/// cores.
struct MemoryPayload: @unchecked Sendable {
    /// Outlives this; nobody writes to it.
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

    /// Opens `payload` into `output`, which has exactly the room for it. Throws `AgeError.payload`; then
    /// `output` holds nothing.
    func open(_ payload: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(AgeError)
    {
        precondition(
            output.count == Chunk.plaintextCount(payloadBytes: payload.count), "wrong size of output")
        let regions = Regions(input: payload, output: output)
        let count = Self.runCount(payload.count, of: Chunk.sealedBytes)
        let failures = Failures(count: count)
        Parallel.forEach(count) { number in
            var cipher = ChunkCipher(key: key, .opening)
            let input = regions.inputRun(number, chunkBytes: Chunk.sealedBytes)
            let run = ChunkRun(firstChunk: UInt64(number * Self.chunksPerRun), isLast: number == count - 1)
            let target = regions.outputRun(number, chunkBytes: Chunk.plainBytes)
            failures.set(number, run.open(input, into: target, &cipher).failure)
        }
        guard let failure = failures.first else { return }
        wipe(output)
        throw failure
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

    /// What is wrong with which run.
    private final class Failures: @unchecked Sendable {
        // `failures` is guarded by `mutex`.
        private let mutex = Mutex()
        private var failures: [AgeError?]

        init(count: Int) {
            failures = Array(repeating: nil, count: count)
        }

        func set(_ number: Int, _ failure: AgeError?) {
            guard let failure else { return }
            mutex.lock()
            failures[number] = failure
            mutex.unlock()
        }

        var first: AgeError? { failures.lazy.compactMap { $0 }.first }
    }
}
