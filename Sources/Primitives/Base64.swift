/// Base64 (RFC 4648, section 4) in its one canonical spelling (section 3.5): what encodes to other text is refused.
public enum Base64 {
    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let invalid: UInt8 = 0xff
    private static let pad = UInt8(ascii: "=")
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    // MARK: With padding

    /// The padded text of `bytes`.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        appendUnpadded(bytes, to: &text)
        text += [UInt8](repeating: pad, count: (3 - bytes.count % 3) % 3)
        return text
    }

    /// The bytes of padded text; nil for anything that `encode` does not write.
    public static func decode(_ text: some RandomAccessCollection<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == pad }.count
        return decodeUnpadded(text.dropLast(padding))
    }

    // MARK: Without padding

    /// The text of `bytes` without padding.
    public static func encodeUnpadded(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity((bytes.count * 4 + 2) / 3)
        appendUnpadded(bytes, to: &text)
        return text
    }

    /// Appends the text of `bytes` without padding.
    public static func appendUnpadded(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
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

    /// The bytes of unpadded text; nil for anything that `encodeUnpadded` does not write.
    public static func decodeUnpadded(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes = [UInt8]()
        bytes.reserveCapacity(text.count * 3 / 4)
        return decodeUnpadded(text, into: &bytes) ? bytes : nil
    }

    /// Appends the bytes of unpadded text; false for anything that `encodeUnpadded` does not write.
    public static func decodeUnpadded(_ text: some Collection<UInt8>, into bytes: inout [UInt8]) -> Bool {
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
