import Primitives

/// A run of chunks on its way through the pipeline, with the memory that it comes from and goes to.
final class Slot {
    static let chunks = 8
    static let plainBytes = chunks * Chunk.plainBytes
    static let sealedBytes = chunks * Chunk.sealedBytes

    enum State { case empty, filled, worked }

    var state = State.empty
    var run = ChunkRun(firstChunk: 0, isLast: false)
    /// Whether the source ends with this slot.
    var isLast = false
    /// What is wrong after the output.
    private(set) var failure: AgeError?
    private var inputMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var outputMemory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var inputBytes = 0
    private(set) var outputBytes = 0
    /// How much of the memory was ever used: a short file need not pay for wiping all of it.
    private var usedBytes = 0

    /// What was filled in.
    var input: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: inputMemory[..<inputBytes]) }
    /// What became of it.
    var output: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: outputMemory[..<outputBytes]) }

    /// Fills the input with at most `capacity` bytes; says how many. The memory is made at the first use.
    func fill(from source: inout some ByteSource & ~Copyable, capacity: Int) throws -> Int {
        if inputMemory.count == 0 {
            inputMemory = .allocate(byteCount: Self.sealedBytes, alignment: 4096)
            outputMemory = .allocate(byteCount: Self.sealedBytes, alignment: 4096)
        }
        failure = nil
        outputBytes = 0
        inputBytes = try source.fill(UnsafeMutableRawBufferPointer(rebasing: inputMemory[..<capacity]))
        usedBytes = max(usedBytes, inputBytes)
        return inputBytes
    }

    func work(_ direction: ChunkCipher.Direction, _ cipher: inout ChunkCipher) {
        switch direction {
        case .sealing: outputBytes = run.seal(input, into: outputMemory, &cipher)
        case .opening: (outputBytes, failure) = run.open(input, into: outputMemory, &cipher)
        }
    }

    // Plaintext was in one of the two.
    deinit {
        guard inputMemory.count > 0 else { return }
        wipe(UnsafeMutableRawBufferPointer(rebasing: inputMemory[..<usedBytes]))
        wipe(UnsafeMutableRawBufferPointer(rebasing: outputMemory[..<usedBytes]))
        inputMemory.deallocate()
        outputMemory.deallocate()
    }
}
