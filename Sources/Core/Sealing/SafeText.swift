/// Text of others as it may be shown and used: nothing in it moves a cursor, turns the direction or looks
/// like another letter.
public enum SafeText {
    /// `text` with all but printable ASCII written as `\u{...}`, backslashes too: no two texts look alike
    /// when they differ.
    public static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x5c: result += "\\\\"
            case 0x20...0x7e: result.unicodeScalars.append(scalar)
            default: result += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return result
    }

    public static let fileNameBytesMax = 120

    /// A name under which a file from somebody else may be written: no folder, no hidden file, no option, no
    /// surprise of the shell.
    ///
    /// What is not a letter, digit, `.`, `-` or `_` of ASCII becomes `_`; `fallback` where nothing is left.
    public static func fileName(_ name: String, fallback: String) -> String {
        let separators = [UInt8(ascii: "/"), UInt8(ascii: "\\")]
        let base = name.utf8.split(whereSeparator: { separators.contains($0) }).last.map { Array($0) } ?? []
        var bytes = String(decoding: base, as: UTF8.self).unicodeScalars.map { scalar -> UInt8 in
            switch scalar.value {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: UInt8(scalar.value)
            default: UInt8(ascii: "_")
            }
        }
        while let first = bytes.first, first == UInt8(ascii: ".") || first == UInt8(ascii: "-") {
            bytes.removeFirst()
        }
        if bytes.count > fileNameBytesMax {
            // The end holds the extension, which says what opens it.
            bytes = Array(bytes.prefix(fileNameBytesMax / 2) + bytes.suffix(fileNameBytesMax / 2))
        }
        guard bytes.contains(where: { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: ".") }) else {
            return fallback
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
