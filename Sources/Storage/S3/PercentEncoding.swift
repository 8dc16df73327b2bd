/// Percent-encoding as SigV4 wants it: all but A-Z, a-z, 0-9, `-`, `.`, `_` and `~`, in uppercase (RFC 3986, section 2).
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String, keepingSlash: Bool = false) -> String {
        var encoded = [UInt8]()
        for byte in text.utf8 {
            switch byte {
            case 0x41...0x5a, 0x61...0x7a, 0x30...0x39, 0x2d, 0x2e, 0x5f, 0x7e: encoded.append(byte)
            case 0x2f where keepingSlash: encoded.append(byte)
            default: encoded += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The bytes that `text` stands for; nil where a percent sign has no two digits after it. `+` is a space, as in
    /// listings with `encoding-type=url`.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x41...0x46: digit - 0x41 + 10
            case 0x61...0x66: digit - 0x61 + 10
            default: nil
            }
        }
        var decoded = [UInt8]()
        var index = 0
        while index < text.count {
            if text[index] == 0x25 {
                guard index + 2 < text.count, let high = value(text[index + 1]),
                    let low = value(text[index + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(text[index] == 0x2b ? 0x20 : text[index])
                index += 1
            }
        }
        return decoded
    }
}
