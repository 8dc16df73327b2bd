import Age
import Foundation
import Primitives

/// Hands plaintext from the thread that opens a file to the one that seals it anew, a piece at a time: it is never on
/// disk, and never whole in memory.
final class Conduit: @unchecked Sendable {
    // Everything that changes is guarded by `condition`.
    private let condition = NSCondition()
    private var piece: [UInt8] = []
    private var taken = 0
    private var outcome: Result<OpenedFile, any Error>?
    private var isAbandoned = false

    /// Begins to open the age file at `path`, on a thread of its own.
    init(opening path: String, with identity: AgeIdentity) {
        Thread { [self] in
            let result = Result {
                var source = try FileSource(path: path)
                var sink = Sink(conduit: self)
                return try Age.open(
                    from: &source, to: &sink, with: .identity(identity), hashing: .plaintext)
            }
            condition.withLock {
                outcome = result
                condition.broadcast()
            }
        }.start()
    }

    /// What the other side reads.
    var source: some ByteSource { Source(conduit: self) }

    /// What was opened, once all of it was. Throws what opening threw.
    func opened() throws -> OpenedFile {
        try condition.withLock {
            while true {
                if let outcome { return try outcome.get() }
                condition.wait()
            }
        }
    }

    /// Nobody will read on: opening ends.
    func abandon() {
        condition.withLock {
            isAbandoned = true
            condition.broadcast()
        }
    }

    private func give(_ bytes: UnsafeRawBufferPointer) throws {
        try condition.withLock {
            while taken < piece.count, !isAbandoned { condition.wait() }
            guard !isAbandoned else { throw CancellationError() }
            wipe(&piece)
            piece = Array(bytes)
            taken = 0
            condition.broadcast()
        }
    }

    private func take(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try condition.withLock {
            while taken == piece.count {
                if let outcome {
                    // What opened so far is no file unless all of it did.
                    _ = try outcome.get()
                    wipe(&piece)
                    return 0
                }
                condition.wait()
            }
            let count = min(buffer.count, piece.count - taken)
            piece.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<taken + count]))
            }
            taken += count
            if taken == piece.count { condition.broadcast() }
            return count
        }
    }

    private struct Sink: ByteSink {
        let conduit: Conduit
        mutating func write(_ bytes: UnsafeRawBufferPointer) throws { try conduit.give(bytes) }
    }

    private struct Source: ByteSource {
        let conduit: Conduit
        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            try conduit.take(into: buffer)
        }
    }
}
