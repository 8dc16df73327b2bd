import CSodium

/// SHA-256 (FIPS 180-4) by libsodium.
///
/// `var hash = SHA256(); hash.update(bytes); let digest = hash.finish()`. A value is used once: `finish()`
/// consumes it.
public struct SHA256: ~Copyable {
    public static let byteCount = 32
    private let state = UnsafeMutablePointer<crypto_hash_sha256_state>.allocate(capacity: 1)

    public init() { crypto_hash_sha256_init(state) }

    // What was hashed may have been secret.
    deinit {
        wipe(UnsafeMutableRawBufferPointer(start: state, count: MemoryLayout<crypto_hash_sha256_state>.size))
        state.deallocate()
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        crypto_hash_sha256_update(state, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest: 32 bytes.
    public consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        crypto_hash_sha256_final(state, &digest)
        return digest
    }

    /// The digest of `bytes`: 32 bytes.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
