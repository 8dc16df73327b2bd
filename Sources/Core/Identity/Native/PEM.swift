internal import SwiftASN1

/// Textual encoding of one DER value (RFC 7468), in its strict form: 64 characters a line, LF, one block,
/// nothing around it.
///
/// Not for private keys: they are kept sealed (`SealedPrivateKey`), which never passes through a String.
public enum PEM {
    /// The block of `der` under `label` (such as `CERTIFICATE`), with a newline at its end.
    public static func encode(_ der: [UInt8], label: String) -> [UInt8] {
        Array(PEMDocument(type: label, derBytes: der).pemString.utf8) + [0x0a]
    }

    /// The value of the one block that `text` is. Throws `pemMalformed` when `text` is not what `encode`
    /// would write: other label, text around it, CRLF, other line lengths, or base64 that is not canonical.
    public static func decode(_ text: [UInt8], label: String) throws(IdentityError) -> [UInt8] {
        guard let document = try? PEMDocument(pemString: String(decoding: text, as: UTF8.self)),
            encode(document.derBytes, label: label) == text
        else { throw IdentityError(.pemMalformed, "not exactly one PEM block of a \(label)") }
        return document.derBytes
    }
}
