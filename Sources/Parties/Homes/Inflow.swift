import Foundation
import Primitives
import Remote

/// What a server sends of one file, on its way to the thread that opens it: little of it is in memory at a time, and
/// none on disk.
final class Inflow: @unchecked Sendable {
    // Everything that changes is guarded by `condition`.
    private let condition = NSCondition()
    private var pieces: [AnswerPiece] = []
    /// Of the pieces' bytes.
    private var byteCount = 0
    /// Of the first piece's bytes.
    private var taken = 0
    /// How many bytes the thread waits for; 0 where it does not wait.
    private var wanted = 0
    private var isFull: CheckedContinuation<Void, Never>?
    private var outcome: Result<Void, any Error>?
    private var isAbandoned = false

    /// How much may wait to be read. A read of at most half of it waits until all that it asks for is there, so that the two
    /// sides wake each other seldom.
    private static let byteCountMax = 2 << 20

    /// What `body` makes, on a thread of its own, of what `fill` gives. Throws what either throws.
    static func read<Value: Sendable>(
        _ body: @escaping @Sendable (Inflow) throws -> Value,
        filledBy fill: @escaping @Sendable (Inflow) async throws -> Void
    ) async throws -> Value {
        let inflow = Inflow()
        async let filled: Void = inflow.take(from: fill)
        let value = await withCheckedContinuation { continuation in
            Thread {
                let value = Result { try body(inflow) }
                inflow.abandon()
                continuation.resume(returning: value)
            }.start()
        }
        await filled
        return try value.get()
    }

    // MARK: The side that downloads

    /// Returns once there is room for more. Throws once the reader has stopped.
    func give(_ piece: AnswerPiece) async throws(CancellationError) {
        await withCheckedContinuation { continuation in
            condition.withLock {
                guard !isAbandoned else { return continuation.resume() }
                pieces.append(piece)
                byteCount += piece.byteCount
                if wanted > 0, byteCount >= wanted { condition.signal() }
                if byteCount < Self.byteCountMax {
                    continuation.resume()
                } else {
                    isFull = continuation
                }
            }
        }
        if condition.withLock({ isAbandoned }) { throw CancellationError() }
    }

    private func take(from fill: (Inflow) async throws -> Void) async {
        do {
            try await fill(self)
            end(.success(()))
        } catch {
            end(.failure(error))
        }
    }

    /// Nothing comes any more: all of it was given, or the rest did not come.
    private func end(_ outcome: Result<Void, any Error>) {
        condition.withLock {
            self.outcome = outcome
            condition.signal()
        }
    }

    // MARK: The side that reads, a thread that may wait

    /// Reads at most `buffer.count` bytes; 0 at the end. Throws where the rest did not come.
    func take(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try condition.withLock {
            wanted = min(buffer.count, Self.byteCountMax / 2)
            while byteCount < wanted, outcome == nil { condition.wait() }
            wanted = 0
            var count = 0
            while count < buffer.count, let piece = pieces.first {
                piece.withUnsafeBytes { bytes in
                    let some = bytes[taken...].prefix(buffer.count - count)
                    UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: some))
                    count += some.count
                    taken += some.count
                }
                guard taken == piece.byteCount else { break }
                pieces.removeFirst()
                taken = 0
            }
            byteCount -= count
            if byteCount <= Self.byteCountMax / 2 { isFull.take()?.resume() }
            if count == 0 { try outcome?.get() }
            return count
        }
    }

    /// The reader has stopped.
    func abandon() {
        condition.withLock {
            isAbandoned = true
            pieces = []
            isFull.take()?.resume()
        }
    }
}
