import CSodium

/// HMAC-SHA-256 (RFC 2104), by libsodium.
public enum HMACSHA256 {
    /// The tag of `message`: 32 bytes.
    public static func tag(of message: [UInt8], key: SecretBytes) -> [UInt8] {
        key.withUnsafeBytes { key in
            tag(of: message, key: key)
        }
    }

    /// The tag of `message` under a key that the caller keeps: 32 bytes.
    public static func tag(of message: [UInt8], key: UnsafeRawBufferPointer) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: SHA256.byteCount)
        tag.withUnsafeMutableBytes { tag in
            message.withUnsafeBytes { write(into: tag, key: key, [$0]) }
        }
        return tag
    }

    /// Writes the tag of `parts`, one after the other, into `output`: 32 bytes.
    static func write(
        into output: UnsafeMutableRawBufferPointer, key: UnsafeRawBufferPointer,
        _ parts: [UnsafeRawBufferPointer]
    ) {
        var state = crypto_auth_hmacsha256_state()
        defer { withUnsafeMutableBytes(of: &state) { wipe($0) } }
        // An empty array has no address; no bytes of this one are read then.
        withUnsafeBytes(of: UInt8(0)) { none in
            let base = key.baseAddress ?? none.baseAddress!
            crypto_auth_hmacsha256_init(&state, base.assumingMemoryBound(to: UInt8.self), key.count)
        }
        for part in parts {
            guard let base = part.baseAddress else { continue }
            crypto_auth_hmacsha256_update(
                &state, base.assumingMemoryBound(to: UInt8.self), UInt64(part.count))
        }
        crypto_auth_hmacsha256_final(&state, output.baseAddress!.assumingMemoryBound(to: UInt8.self))
    }
}

/// HKDF-SHA-256 (RFC 5869), on libsodium's HMAC.
public enum HKDFSHA256 {
    /// `count` bytes (at most 8,160) from `secret`, into secret memory.
    public static func derive(_ secret: SecretBytes, salt: [UInt8], info: [UInt8], count: Int) -> SecretBytes
    {
        secret.withUnsafeBytes { secret in
            derive(secret, salt: salt, info: info, count: count).withUnsafeBytes { derived in
                SecretBytes(count: count) { $0.copyMemory(from: derived) }
            }
        }
    }

    /// `count` bytes (at most 8,160) from a secret that the caller keeps, for short use.
    public static func derive(
        _ secret: UnsafeRawBufferPointer, salt: [UInt8], info: [UInt8], count: Int
    ) -> WipedBytes {
        let key = WipedBytes(count: SHA256.byteCount) { extract(secret, salt: salt, into: $0) }
        return key.withUnsafeBytes { expand($0, info: info, count: count) }
    }

    /// Writes the pseudorandom key of `secret` into `key`: 32 bytes (section 2.2).
    static func extract(
        _ secret: UnsafeRawBufferPointer, salt: [UInt8], into key: UnsafeMutableRawBufferPointer
    ) {
        salt.withUnsafeBytes { HMACSHA256.write(into: key, key: $0, [secret]) }
    }

    /// `count` bytes from a pseudorandom key (section 2.3).
    static func expand(_ key: UnsafeRawBufferPointer, info: [UInt8], count: Int) -> WipedBytes {
        precondition(count <= 255 * SHA256.byteCount, "HKDF-SHA-256 gives at most 8,160 bytes")
        return WipedBytes(count: count) { output in
            let block = WipedBytes(count: SHA256.byteCount) { _ in }
            block.withUnsafeBytes { block in
                let target = UnsafeMutableRawBufferPointer(mutating: block)
                var written = 0
                var number: UInt8 = 1
                while written < count {
                    let previous = UnsafeRawBufferPointer(
                        rebasing: block[..<(written == 0 ? 0 : block.count)])
                    info.withUnsafeBytes { info in
                        withUnsafeBytes(of: number) { number in
                            HMACSHA256.write(into: target, key: key, [previous, info, number])
                        }
                    }
                    let length = min(block.count, count - written)
                    UnsafeMutableRawBufferPointer(rebasing: output[written..<written + length])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: block[..<length]))
                    written += length
                    number &+= 1
                }
            }
        }
    }
}
