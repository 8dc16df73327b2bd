import COpenSSL

/// ChaCha20-Poly1305 (RFC 8439) for many chunks under one key, in place, by OpenSSL: it is half as fast again
/// as libsodium here (docs/operate/performance.md), and its context is made once. One value serves one thread.
public struct ChunkCipher: ~Copyable {
    public enum Direction: Sendable { case sealing, opening }

    private let context: OpaquePointer
    private let direction: Direction

    /// A cipher under `key` (32 bytes) for one direction.
    public init(key: UnsafeRawBufferPointer, _ direction: Direction) {
        precondition(key.count == ChaCha20Poly1305.keyBytes, "wrong key length")
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher") }
        let started = EVP_CipherInit_ex(
            context, EVP_chacha20_poly1305(), nil, key.baseAddress!.assumingMemoryBound(to: UInt8.self), nil,
            direction == .sealing ? 1 : 0)
        precondition(started == 1, "OpenSSL offers no ChaCha20-Poly1305")
        self.context = context
        self.direction = direction
    }

    // OpenSSL cleanses the key as it frees the context.
    deinit { EVP_CIPHER_CTX_free(context) }

    /// Seals `source` into `target` and puts the tag after it: `target` has room for 16 bytes more, and is
    /// either the same memory or does not overlap.
    public mutating func seal(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer, nonce: [UInt8]
    ) {
        let count = source.count
        precondition(
            direction == .sealing && nonce.count == ChaCha20Poly1305.nonceBytes, "wrong use of a cipher")
        let output = target.assumingMemoryBound(to: UInt8.self)
        var written: Int32 = 0
        var done = EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1) == 1
        if count > 0 {
            done =
                done
                && EVP_CipherUpdate(
                    context, output, &written, source.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    Int32(count)) == 1
        }
        done = done && EVP_CipherFinal_ex(context, output + count, &written) == 1
        done =
            done
            && EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_GET_TAG, Int32(ChaCha20Poly1305.tagBytes), output + count) == 1
        precondition(done, "ChaCha20-Poly1305 failed")
    }

    /// Opens `source` (tag included) into `target`, which is either the same memory or does not overlap.
    /// False when it is not authentic: then `target` holds zeroes, nothing of the plaintext.
    public mutating func open(
        _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawPointer, nonce: [UInt8]
    ) -> Bool {
        precondition(
            direction == .opening && nonce.count == ChaCha20Poly1305.nonceBytes, "wrong use of a cipher")
        let length = source.count - ChaCha20Poly1305.tagBytes
        guard length >= 0 else { return false }
        let output = target.assumingMemoryBound(to: UInt8.self)
        var written: Int32 = 0
        let tag = UnsafeMutableRawPointer(mutating: source.baseAddress! + length)
        var authentic =
            EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(ChaCha20Poly1305.tagBytes), tag) == 1
        if length > 0 {
            authentic =
                authentic
                && EVP_CipherUpdate(
                    context, output, &written, source.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    Int32(length)) == 1
        }
        var nothing: UInt8 = 0
        authentic = authentic && EVP_CipherFinal_ex(context, &nothing, &written) == 1
        if !authentic {
            wipe(UnsafeMutableRawBufferPointer(start: target, count: length))
            ERR_clear_error()
        }
        return authentic
    }
}
