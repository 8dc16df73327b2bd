@testable import ContractCases

/// SHA-256 (FIPS 180-4), small and slow: the tests of the contract import no cryptography.
enum SmallSHA256 {
    private static let primes: [UInt64] = {
        var found: [UInt64] = []
        var number: UInt64 = 2
        while found.count < 64 {
            if found.allSatisfy({ number % $0 != 0 }) { found.append(number) }
            number += 1
        }
        return found
    }()

    /// The first 32 bits of the fractional part of a root, found in whole numbers.
    private static func fraction(ofRoot degree: Int, of number: UInt64) -> UInt32 {
        // The greatest x with x^degree <= number * 2^(32 * degree), bit by bit.
        var root: UInt64 = 0
        for shift in stride(from: 37, through: 0, by: -1) {
            let candidate = root | 1 << UInt64(shift)
            if power(candidate, degree, isAtMost: number) { root = candidate }
        }
        return UInt32(truncatingIfNeeded: root)
    }

    private static func power(_ base: UInt64, _ degree: Int, isAtMost number: UInt64) -> Bool {
        let square = base.multipliedFullWidth(by: base)
        let wide = UInt128(square.high) << 64 | UInt128(square.low)
        if degree == 2 { return wide <= UInt128(number) << 64 }
        // x^3 <= n * 2^96 just when x^2 <= floor(n * 2^96 / x).
        return wide <= (UInt128(number) << 96) / UInt128(base)
    }

    private static let start = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }
    private static let rounds = primes.map { fraction(ofRoot: 3, of: $0) }

    static func hash(_ message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
        for shift in stride(from: 56, through: 0, by: -8) {
            padded.append(UInt8(truncatingIfNeeded: UInt64(8 * message.count) >> UInt64(shift)))
        }
        var state = start
        var words = [UInt32](repeating: 0, count: 64)
        for block in stride(from: 0, to: padded.count, by: 64) {
            for index in 0..<16 {
                let at = block + 4 * index
                words[index] =
                    UInt32(padded[at]) << 24 | UInt32(padded[at + 1]) << 16 | UInt32(padded[at + 2]) << 8
                    | UInt32(padded[at + 3])
            }
            compress(&words, into: &state)
        }
        return state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    private static func compress(_ words: inout [UInt32], into state: inout [UInt32]) {
        func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { word >> bits | word << (32 - bits) }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            words[index] =
                words[index - 16] &+ (turned(early, 7) ^ turned(early, 18) ^ early >> 3) &+ words[index - 7]
                &+ (turned(late, 17) ^ turned(late, 19) ^ late >> 10)
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let one =
                h &+ (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) &+ (e & f ^ ~e & g) &+ rounds[index]
                &+ words[index]
            let two = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }
}
