/// An object that comes in parts.
public struct Upload: Sendable, Hashable {
    public let key: String
    let id: String
    /// What the object will carry, so that its maker knows it again; empty for another maker's.
    let mark: String

    var query: [(String, String)] { [("uploadId", id)] }

    /// A part that the store has.
    public struct Part: Sendable {
        let number: Int
        /// As the store told it, with its quotes.
        let tag: String
        let byteCount: Int
        let base64Digest: String
    }

    /// A tag goes into a document: quotes around letters, digits and dashes.
    static func isTag(_ tag: String) -> Bool {
        let plain =
            tag.utf8.count > 2 && tag.hasPrefix("\"") && tag.hasSuffix("\"")
            ? tag.dropFirst().dropLast() : tag[...]
        return !plain.isEmpty && plain.utf8.count <= 128
            && plain.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                    || $0 == 0x2d
            }
    }

    /// What `complete` sends.
    static func document(of parts: [Part]) -> [UInt8] {
        let lines = parts.map {
            "<Part><ChecksumSHA256>\($0.base64Digest)</ChecksumSHA256>"
                + "<ETag>\($0.tag.replacing("\"", with: "&quot;"))</ETag>"
                + "<PartNumber>\($0.number)</PartNumber></Part>"
        }
        return Array(
            ("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + lines.joined()
                + "</CompleteMultipartUpload>").utf8)
    }
}
