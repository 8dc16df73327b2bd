/// Bech32 (BIP 173) without its limit on length, as age writes keys: one case only, the checksum over lower
/// case.
enum Bech32 {
    private static let alphabet: [UInt8] = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let values: [Int8] = {
        var values = [Int8](repeating: -1, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = Int8(value) }
        return values
    }()
    private static let checksumCharacters = 6
    private static let separator = UInt8(ascii: "1")

    /// The lower-case text of `bytes` under `prefix` (lower-case ASCII), handed to `append` character by
    /// character, so that a secret need not pass through memory that is not wiped.
    static func encode(prefix: [UInt8], _ bytes: UnsafeRawBufferPointer, append: (UInt8) -> Void) {
        var checksum = Checksum(prefix: prefix)
        prefix.forEach(append)
        append(separator)
        func put(_ value: UInt8) {
            checksum.add(value)
            append(alphabet[Int(value)])
        }
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            accumulator = accumulator << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                put(UInt8(accumulator >> bits & 31))
            }
            accumulator &= 0xff
        }
        if bits > 0 { put(UInt8(accumulator << (5 - bits) & 31)) }
        for value in checksum.characters { append(alphabet[Int(value)]) }
    }

    /// How many characters `count` bytes under a prefix of `prefixCount` characters take.
    static func characterCount(prefixCount: Int, byteCount: Int) -> Int {
        prefixCount + 1 + (byteCount * 8 + 4) / 5 + checksumCharacters
    }

    /// The two cases of BIP 173: a text is in one or the other.
    enum LetterCase { case lower, upper }

    /// Decodes `text`, which must be all in `letterCase`, have the prefix `prefix` (given in lower case) and
    /// hold exactly `output.count` bytes, into `output`. False for another case, prefix, character, length,
    /// padding or checksum; then `output` means nothing.
    static func decode(
        _ text: [UInt8], prefix: [UInt8], _ letterCase: LetterCase, into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard text.count == characterCount(prefixCount: prefix.count, byteCount: output.count) else {
            return false
        }
        let foreign: ClosedRange<UInt8> = letterCase == .upper ? 0x61...0x7a : 0x41...0x5a
        guard !text.contains(where: { foreign.contains($0) }) else { return false }
        func lower(_ index: Int) -> UInt8 {
            (0x41...0x5a).contains(text[index]) ? text[index] | 0x20 : text[index]
        }
        for index in prefix.indices where lower(index) != prefix[index] { return false }
        guard text[prefix.count] == separator else { return false }

        var checksum = Checksum(prefix: prefix)
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        var written = 0
        let dataEnd = text.count - checksumCharacters
        for index in prefix.count + 1..<text.count {
            let value = values[Int(lower(index))]
            guard value >= 0 else { return false }
            checksum.add(UInt8(value))
            guard index < dataEnd else { continue }
            accumulator = accumulator << 5 | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                output[written] = UInt8(truncatingIfNeeded: accumulator >> bits)
                written += 1
            }
            accumulator &= 0xff
        }
        // What is left over is padding: fewer than five bits, all zero.
        return written == output.count && bits < 5 && accumulator & (1 << bits - 1) == 0 && checksum.isValid
    }

    /// The running checksum: BIP 173's polymod.
    private struct Checksum {
        private var state: UInt32 = 1

        init(prefix: [UInt8]) {
            for character in prefix { add(character >> 5) }
            add(0)
            for character in prefix { add(character & 31) }
        }

        mutating func add(_ value: UInt8) {
            let top = state >> 25
            state = (state & 0x1ff_ffff) << 5 ^ UInt32(value)
            if top & 1 != 0 { state ^= 0x3b6a_57b2 }
            if top & 2 != 0 { state ^= 0x2650_8e6d }
            if top & 4 != 0 { state ^= 0x1ea1_19fa }
            if top & 8 != 0 { state ^= 0x3d42_33dd }
            if top & 16 != 0 { state ^= 0x2a14_62b3 }
        }

        var isValid: Bool { state == 1 }

        /// The six characters that make the checksum valid.
        var characters: [UInt8] {
            var padded = self
            for _ in 0..<6 { padded.add(0) }
            let remainder = padded.state ^ 1
            return (0..<6).map { UInt8(remainder >> (5 * (5 - UInt32($0))) & 31) }
        }
    }
}
