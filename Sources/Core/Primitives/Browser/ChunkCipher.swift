/// ChaCha20-Poly1305 (RFC 8439) for many chunks under one key, by libsodium.
public struct ChunkCipher: ~Copyable {
    public enum Direction: Sendable { case sealing, opening }

    private let key: WipedBytes
    private let direction: Direction

    /// A cipher under `key` (32 bytes) for one direction.
    public init(key: UnsafeRawBufferPointer, _ direction: Direction) {
        precondition(key.count == ChaCha20Poly1305.keyBytes, "wrong key length")
        self.key = WipedBytes(copying: key)
        self.direction = direction
    }

    /// Seals `source` into `target` and puts the tag after it: `target` has room for 16 bytes more, and is
    /// either the same memory or does not overlap.
    public mutating func seal(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer, nonce: [UInt8]
    ) {
        precondition(direction == .sealing, "wrong use of a cipher")
        let output = UnsafeMutableRawBufferPointer(
            start: target, count: source.count + ChaCha20Poly1305.tagBytes)
        key.withUnsafeBytes { key in
            nonce.withUnsafeBytes { ChaCha20Poly1305.seal(source, into: output, key: key, nonce: $0) }
        }
    }

    /// Opens `source` (tag included) into `target`, which is either the same memory or does not overlap.
    /// False when it is not authentic: then `target` holds nothing of the plaintext.
    public mutating func open(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer, nonce: [UInt8]
    ) -> Bool {
        precondition(direction == .opening, "wrong use of a cipher")
        let length = source.count - ChaCha20Poly1305.tagBytes
        guard length >= 0 else { return false }
        let output = UnsafeMutableRawBufferPointer(start: target, count: length)
        return key.withUnsafeBytes { key in
            nonce.withUnsafeBytes { ChaCha20Poly1305.open(source, into: output, key: key, nonce: $0) }
        }
    }
}
