import Primitives

/// Textual encoding of one DER value (RFC 7468), in its strict form: 64 characters a line, LF, one block,
/// nothing around it.
///
/// Not for private keys: they are kept sealed (`SealedPrivateKey`), which never passes through here.
public enum PEM {
    private static let lineCharacters = 64

    /// The block of `der` under `label` (such as `CERTIFICATE`), with a newline at its end.
    public static func encode(_ der: [UInt8], label: String) -> [UInt8] {
        var text = line("BEGIN", label)
        var rest = Base64.encode(der)[...]
        while !rest.isEmpty {
            text += rest.prefix(lineCharacters) + [UInt8(ascii: "\n")]
            rest = rest.dropFirst(lineCharacters)
        }
        return text + line("END", label)
    }

    /// The value of the one block that `text` is. Throws `pemMalformed` when `text` is not what `encode`
    /// would write: other label, text around it, CRLF, other line lengths, or base64 that is not canonical.
    public static func decode(_ text: [UInt8], label: String) throws(IdentityError) -> [UInt8] {
        let (begin, end) = (line("BEGIN", label), line("END", label))
        guard text.count > begin.count + end.count,
            let der = Base64.decode(
                text[begin.count..<text.count - end.count].filter { $0 != UInt8(ascii: "\n") }),
            encode(der, label: label) == text
        else { throw IdentityError(.pemMalformed, "not exactly one PEM block of a \(label)") }
        return der
    }

    private static func line(_ word: String, _ label: String) -> [UInt8] {
        Array("-----\(word) \(label)-----\n".utf8)
    }
}
