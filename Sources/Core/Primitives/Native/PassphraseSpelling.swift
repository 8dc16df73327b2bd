import Foundation

/// The same passphrase in other bytes: a keyboard, a file or an editor of another system gives "ü" as one letter or as
/// two, and some put a byte order mark first (docs/decisions/0031).
extension SecretBytes {
    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// A new passphrase as it is used: text in NFC, without a byte order mark. What is no UTF-8 is used as it is.
    public var normalizedPassphrase: SecretBytes { spellings[0] }

    /// The passphrase as new ones are used, then as it was given, then in the other forms that text has; each once. One of
    /// ASCII, or of what is no text, has one spelling.
    public var spellings: [SecretBytes] {
        withUnsafeBytes { bytes in
            let isMarked = bytes.starts(with: Self.byteOrderMark) && bytes.count > Self.byteOrderMark.count
            var text = Array(bytes.dropFirst(isMarked ? Self.byteOrderMark.count : 0))
            defer { wipe(&text) }
            var forms = [text]
            // Foundation's copies of the text are not wiped: of ASCII, none is made.
            if text.contains(where: { $0 >= 0x80 }), let string = String(validating: text, as: UTF8.self) {
                forms = [
                    Array(string.precomposedStringWithCanonicalMapping.utf8), text,
                    Array(string.decomposedStringWithCompatibilityMapping.utf8),
                    Array(string.decomposedStringWithCanonicalMapping.utf8),
                ]
            }
            if isMarked { forms.append(Array(bytes)) }
            var spellings = [SecretBytes]()
            for index in forms.indices {
                if !forms[..<index].contains(forms[index]) {
                    spellings.append(SecretBytes(copying: forms[index]))
                }
            }
            for index in forms.indices { wipe(&forms[index]) }
            return spellings
        }
    }
}
