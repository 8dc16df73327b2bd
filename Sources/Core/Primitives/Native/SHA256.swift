import COpenSSL

/// SHA-256 (FIPS 180-4) by OpenSSL, which uses the processor's SHA instructions.
///
/// `var hash = SHA256(); hash.update(bytes); let digest = hash.finish()`. A value is used once: `finish()`
/// consumes it.
public struct SHA256: ~Copyable {
    public static let byteCount = 32
    /// Fetched once: `EVP_sha256()` would have it looked up anew for each digest, which takes longer than a short
    /// digest itself. Unsafe only to the compiler: nothing changes what was fetched, and threads may share it.
    nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Self.algorithm, nil) == 1 else {
            preconditionFailure("OpenSSL offers no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(EVP_DigestUpdate(context, base, bytes.count) == 1, "SHA-256 update failed")
    }

    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest: 32 bytes.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "SHA-256 failed")
            count = Self.byteCount
        }
    }

    /// The digest of `bytes`: 32 bytes.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
