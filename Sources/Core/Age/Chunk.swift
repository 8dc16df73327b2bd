import Primitives

/// The pieces of the payload: 64 KiB of plaintext each, sealed under a nonce that counts them (c2sp.org/age,
/// "Payload").
enum Chunk {
    static let plainBytes = 64 << 10
    static let sealedBytes = plainBytes + ChaCha20Poly1305.tagBytes

    /// The nonce of chunk `number`: its number as 11 bytes, big endian, then 1 for the last chunk and 0 for
    /// any other.
    static func setNonce(_ nonce: inout [UInt8], _ number: UInt64, isLast: Bool) {
        for index in 0..<8 {
            nonce[3 + index] = UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64(index)))
        }
        nonce[11] = isLast ? 1 : 0
    }

    /// How many bytes `plaintextBytes` bytes become.
    static func sealedCount(plaintextBytes: Int) -> Int {
        plaintextBytes + max((plaintextBytes + plainBytes - 1) / plainBytes, 1) * ChaCha20Poly1305.tagBytes
    }

    /// How many bytes of plaintext are in chunks of `payloadBytes` bytes together; nil where no chunks have
    /// this length.
    static func plaintextCount(payloadBytes: Int) -> Int? {
        guard payloadBytes >= 0 else { return nil }
        let chunks = max((payloadBytes + sealedBytes - 1) / sealedBytes, 1)
        let count = payloadBytes - chunks * ChaCha20Poly1305.tagBytes
        // Only a sole chunk may be empty.
        return count >= (chunks == 1 ? 0 : (chunks - 1) * plainBytes + 1) ? count : nil
    }
}

/// Chunks one after the other, in one piece of memory.
struct ChunkRun {
    /// The number of the first one.
    var firstChunk: UInt64
    /// Whether the payload ends with the last one.
    var isLast: Bool

    /// Seals `input` into `output`, which has room for it and 16 bytes more per chunk; says how many bytes it
    /// became. Any run but the last is of whole chunks.
    func seal(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
        _ cipher: inout ChunkCipher
    ) -> Int {
        var nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
        var number = firstChunk
        var start = 0
        var written = 0
        // An empty payload has one empty chunk; no other has one.
        repeat {
            let count = min(Chunk.plainBytes, input.count - start)
            Chunk.setNonce(&nonce, number, isLast: isLast && start + count == input.count)
            cipher.seal(
                UnsafeRawBufferPointer(rebasing: input[start..<start + count]),
                into: output.baseAddress! + written, nonce: nonce)
            written += count + ChaCha20Poly1305.tagBytes
            start += count
            number += 1
        } while start < input.count
        return written
    }

    /// Opens `input` into `output`, which has room for as many bytes, up to the first chunk that is not as it
    /// was sealed. Says how many bytes are authentic and what is wrong after them.
    func open(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
        _ cipher: inout ChunkCipher
    ) -> (byteCount: Int, failure: AgeError?) {
        var nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
        var number = firstChunk
        var start = 0
        var written = 0
        repeat {
            let count = min(Chunk.sealedBytes, input.count - start)
            let isLast = isLast && start + count == input.count
            guard count >= ChaCha20Poly1305.tagBytes else { return (written, .payload("it is truncated")) }
            guard count > ChaCha20Poly1305.tagBytes || number == 0 else {
                return (written, .payload("the last chunk is empty"))
            }
            let chunk = UnsafeRawBufferPointer(rebasing: input[start..<start + count])
            let target = output.baseAddress! + written
            Chunk.setNonce(&nonce, number, isLast: isLast)
            let isAuthentic = cipher.open(chunk, into: target, nonce: nonce)
            if !isAuthentic {
                // A full chunk may be authentic in the other role: the file was cut off or lengthened at a
                // chunk's end.
                Chunk.setNonce(&nonce, number, isLast: !isLast)
                guard count == Chunk.sealedBytes, cipher.open(chunk, into: target, nonce: nonce) else {
                    return (written, .payload("a chunk is not authentic"))
                }
            }
            written += count - ChaCha20Poly1305.tagBytes
            guard isAuthentic else {
                return (written, .payload(isLast ? "it is truncated" : "bytes follow the last chunk"))
            }
            start += count
            number += 1
        } while start < input.count
        return (written, nil)
    }
}
