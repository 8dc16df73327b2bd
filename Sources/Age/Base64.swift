/// Base 64 (RFC 4648, section 4), canonical only (section 3.5): without padding in headers, with padding in armor.
enum Base64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let invalid: UInt8 = 0xff
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// The text of `bytes` without padding.
    static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        append(bytes, to: &text)
        return text
    }

    /// Appends the text of `bytes` without padding.
    static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            accumulator = accumulator << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(accumulator >> bits & 63)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(accumulator << (6 - bits) & 63)]) }
    }

    /// The bytes of unpadded canonical text; nil for anything else: padding, other characters, bits left over.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes = [UInt8]()
        bytes.reserveCapacity(text.count * 3 / 4)
        return decode(text, into: &bytes) ? bytes : nil
    }

    /// Appends the bytes of unpadded canonical text; false for anything else.
    static func decode(_ text: some Collection<UInt8>, into bytes: inout [UInt8]) -> Bool {
        guard text.count % 4 != 1 else { return false }
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            let value = values[Int(character)]
            guard value != invalid else { return false }
            accumulator = accumulator << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: accumulator >> bits))
            }
        }
        return accumulator & (1 << bits - 1) == 0
    }
}
