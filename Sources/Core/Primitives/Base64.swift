/// Base64 (RFC 4648, section 4) in its one canonical spelling (section 3.5): what encodes to other text is
/// refused.
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
        let known: Void? = bytes.withContiguousStorageIfAvailable { append($0, to: &text) }
        if known == nil { Array(bytes).withUnsafeBufferPointer { append($0, to: &text) } }
    }

    /// The bytes of unpadded text; nil for anything that `encodeUnpadded` does not write.
    public static func decodeUnpadded(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes = [UInt8]()
        return decodeUnpadded(text, into: &bytes) ? bytes : nil
    }

    /// Appends the bytes of unpadded text; false for anything that `encodeUnpadded` does not write.
    public static func decodeUnpadded(_ text: some Collection<UInt8>, into bytes: inout [UInt8]) -> Bool {
        text.withContiguousStorageIfAvailable { decode($0, into: &bytes) }
            ?? Array(text).withUnsafeBufferPointer { decode($0, into: &bytes) }
    }

    // MARK: Memory

    private static func append(_ bytes: UnsafeBufferPointer<UInt8>, to text: inout [UInt8]) {
        let count = (bytes.count * 4 + 2) / 3
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(count, 1)) { output in
            alphabet.withUnsafeBufferPointer { alphabet in
                var accumulator: UInt32 = 0
                var bits: UInt32 = 0
                var written = 0
                for byte in bytes {
                    accumulator = accumulator << 8 | UInt32(byte)
                    bits += 8
                    while bits >= 6 {
                        bits -= 6
                        output[written] = alphabet[Int(accumulator >> bits & 63)]
                        written += 1
                    }
                }
                if bits > 0 { output[written] = alphabet[Int(accumulator << (6 - bits) & 63)] }
            }
            text.append(contentsOf: output[..<count])
        }
    }

    private static func decode(_ text: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) -> Bool {
        guard text.count % 4 != 1 else { return false }
        let count = text.count * 3 / 4
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(count, 1)) { output in
            let isCanonical = values.withUnsafeBufferPointer { values in
                var accumulator: UInt32 = 0
                var bits: UInt32 = 0
                var written = 0
                for character in text {
                    let value = values[Int(character)]
                    guard value != invalid else { return false }
                    accumulator = accumulator << 6 | UInt32(value)
                    bits += 6
                    if bits >= 8 {
                        bits -= 8
                        output[written] = UInt8(truncatingIfNeeded: accumulator >> bits)
                        written += 1
                    }
                }
                return accumulator & (1 << bits - 1) == 0
            }
            if isCanonical { bytes.append(contentsOf: output[..<count]) }
            return isCanonical
        }
    }
}
