import CSodium

/// scrypt (RFC 7914), by libsodium.
public enum Scrypt {
    /// `count` bytes from a passphrase with N = 2^`logN`, `r` and `p`. It takes 128 * N * r bytes of memory;
    /// nil when they are not to be had.
    public static func derive(
        passphrase: SecretBytes, salt: [UInt8], logN: Int, r: UInt32 = 8, p: UInt32 = 1, count: Int
    ) -> SecretBytes? {
        _ = Sodium.ready
        precondition((1..<32).contains(logN), "scrypt's work factor is between 1 and 31")
        var failed = false
        let key = SecretBytes(count: count) { result in
            passphrase.withUnsafeBytes { passphrase in
                failed =
                    crypto_pwhash_scryptsalsa208sha256_ll(
                        passphrase.baseAddress!.assumingMemoryBound(to: UInt8.self), passphrase.count, salt,
                        salt.count,
                        UInt64(1) << UInt64(logN), r, p,
                        result.baseAddress!.assumingMemoryBound(to: UInt8.self), count) != 0
            }
        }
        return failed ? nil : key
    }
}
