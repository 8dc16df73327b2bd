import CSodium

/// Shamir's secret sharing over the integers modulo the order of ristretto255 (RFC 9496), with libsodium's
/// arithmetic, which takes the same time for all values.
///
/// What is shared is a fresh random number, 32 bytes little endian: a key to be derived from, never a secret of
/// one's own. Fewer shares than needed tell nothing of it. Shares are not authenticated: a person who combines them
/// must know that they are right.
public enum SecretSharing {
    public static let shareBytes = 32
    public static let sharesMax = 255

    /// A fresh secret, and `count` shares of which any `needed` give it back. The first share has number 1.
    public static func share(needed: Int, of count: Int) -> (secret: SecretBytes, shares: [SecretBytes]) {
        _ = Sodium.ready
        precondition(1...count ~= needed && count <= sharesMax, "no such number of shares")
        // A polynomial: its value at 0 is the secret, at 1, 2 and so on the shares.
        let coefficients = (0..<needed).map { _ in
            SecretBytes(count: shareBytes) { crypto_core_ristretto255_scalar_random($0.bytes) }
        }
        let shares = (1...count).map { number in
            coefficients.dropLast().reversed().reduce(coefficients[needed - 1]) {
                add(multiply($0, scalar(number)), $1)
            }
        }
        return (coefficients[0], shares)
    }

    /// The secret of as many shares as were needed, by their numbers, which must differ. With a wrong share, or
    /// with fewer, it is another number.
    public static func combine(_ shares: [(number: Int, share: SecretBytes)]) -> SecretBytes {
        _ = Sodium.ready
        precondition(Set(shares.map { $0.number }).count == shares.count, "a share is there twice")
        let parts = shares.map { one in
            // Lagrange's polynomial of this share at 0: the product of x / (x - own x) over all others.
            shares.filter { $0.number != one.number }.reduce(one.share) { product, other in
                let difference = subtract(scalar(other.number), scalar(one.number))
                return multiply(multiply(product, scalar(other.number)), invert(difference))
            }
        }
        return parts.dropFirst().reduce(parts[0], add)
    }

    private static func scalar(_ number: Int) -> SecretBytes {
        precondition(1...sharesMax ~= number, "no number of a share")
        return SecretBytes(count: shareBytes) {
            $0.initializeMemory(as: UInt8.self, repeating: 0)
            $0[0] = UInt8(number)
        }
    }

    private static func add(_ a: SecretBytes, _ b: SecretBytes) -> SecretBytes {
        combine(a, b) { crypto_core_ristretto255_scalar_add($0, $1, $2) }
    }

    private static func subtract(_ a: SecretBytes, _ b: SecretBytes) -> SecretBytes {
        combine(a, b) { crypto_core_ristretto255_scalar_sub($0, $1, $2) }
    }

    private static func multiply(_ a: SecretBytes, _ b: SecretBytes) -> SecretBytes {
        combine(a, b) { crypto_core_ristretto255_scalar_mul($0, $1, $2) }
    }

    private static func invert(_ a: SecretBytes) -> SecretBytes {
        SecretBytes(count: shareBytes) { result in
            a.withUnsafeBytes { a in
                let status = crypto_core_ristretto255_scalar_invert(result.bytes, a.bytes)
                precondition(status == 0, "the difference of two numbers is not zero")
            }
        }
    }

    private static func combine(
        _ a: SecretBytes, _ b: SecretBytes,
        _ operation: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Void
    ) -> SecretBytes {
        SecretBytes(count: shareBytes) { result in
            a.withUnsafeBytes { a in b.withUnsafeBytes { b in operation(result.bytes, a.bytes, b.bytes) } }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate var bytes: UnsafeMutablePointer<UInt8> { baseAddress!.assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeRawBufferPointer {
    fileprivate var bytes: UnsafePointer<UInt8> { baseAddress!.assumingMemoryBound(to: UInt8.self) }
}
