public import Primitives

/// The lines of a key file as the stock tool reads them: LF or CRLF, empty lines and lines that start with
/// `#` set apart.
enum KeyFileLines {
    /// What `age` itself refuses to read further than: 16 MiB. Ours is a good deal less: no key file is that
    /// long.
    static let byteCountMax = 1 << 20

    /// Calls `comment` and `key` with each line's range in `bytes`. Throws `AgeError.key` for an over-long
    /// file.
    static func forEach(
        in bytes: [UInt8], comment: (Range<Int>) throws(AgeError) -> Void,
        key: (Range<Int>) throws(AgeError) -> Void
    ) throws(AgeError) {
        guard bytes.count <= byteCountMax else { throw .key("the key file is too long") }
        var start = 0
        while start < bytes.count {
            let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var end = newline
            if end > start, newline < bytes.count, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
            if end > start {
                if bytes[start] == UInt8(ascii: "#") {
                    try comment(start..<end)
                } else {
                    try key(start..<end)
                }
            }
            start = newline + 1
        }
    }
}

/// A file of identities, as `age-keygen` writes and `age -i` reads it: comment lines that start with `#`, one
/// identity a line.
public struct IdentityFile: Sendable, CustomStringConvertible {
    /// The comment lines without their `# `: one line each, no control characters.
    public var comments: [String]
    public var identities: [AgeIdentity]

    public init(comments: [String] = [], identities: [AgeIdentity]) {
        self.comments = comments
        self.identities = identities
    }

    /// Parses a file. The caller still has to wipe `bytes`.
    ///
    /// Throws `AgeError.key` when a line is neither empty, nor a comment in UTF-8 without control characters,
    /// nor an identity, or when there is no identity at all.
    public init(parsing bytes: [UInt8]) throws(AgeError) {
        comments = []
        identities = []
        try KeyFileLines.forEach(in: bytes) { (range) throws(AgeError) in
            comments.append(try Self.comment(bytes[range]))
        } key: { (range) throws(AgeError) in
            var line = Array(bytes[range])
            defer { wipe(&line) }
            do throws(AgeError) {
                identities.append(try AgeIdentity(secretKey: line))
            } catch {
                throw .key("a line of the identity file is no identity")
            }
        }
        guard !identities.isEmpty else { throw .key("the identity file holds no identity") }
    }

    /// The file: the comments first, then the identities, every line ended by LF. Traps on a comment with
    /// control characters.
    public func serialized() -> SecretBytes {
        let head = comments.flatMap { comment in
            precondition(comment.utf8.allSatisfy(Self.isPrintable), "a comment is one line")
            return Array("# \(comment)\n".utf8)
        }
        let count = head.count + identities.reduce(0) { $0 + $1.textCount + 1 }
        return SecretBytes(count: count) { buffer in
            buffer.copyBytes(from: head)
            var written = head.count
            for identity in identities {
                identity.appendText { character in
                    buffer[written] = character
                    written += 1
                }
                buffer[written] = UInt8(ascii: "\n")
                written += 1
            }
        }
    }

    private static func comment(_ line: ArraySlice<UInt8>) throws(AgeError) -> String {
        var text = line.dropFirst()
        if text.first == UInt8(ascii: " ") { text = text.dropFirst() }
        guard text.allSatisfy(isPrintable), let comment = String(validating: text, as: UTF8.self) else {
            throw .key("a comment of the identity file is not text")
        }
        return comment
    }

    private static func isPrintable(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == 0x09 }

    public var description: String { "<age identity file>" }
}

/// A file of recipients, as `age -R` reads it: comment lines that start with `#`, one recipient a line.
public struct RecipientFile: Sendable {
    public let recipients: [AgeRecipient]

    /// Throws `AgeError.key` when a line is neither empty, nor a comment, nor a recipient, or when there is
    /// none at all.
    public init(parsing bytes: [UInt8]) throws(AgeError) {
        var recipients = [AgeRecipient]()
        try KeyFileLines.forEach(in: bytes) { (_) throws(AgeError) in
        } key: { (range) throws(AgeError) in
            let line = Array(bytes[range])
            guard !line.starts(with: Array("AGE-SECRET-KEY-".utf8)) else {
                throw .key("the recipient file holds an identity")
            }
            do throws(AgeError) {
                recipients.append(try AgeRecipient(parsing: line))
            } catch {
                throw .key("a line of the recipient file is no recipient")
            }
        }
        guard !recipients.isEmpty else { throw .key("the recipient file holds no recipient") }
        self.recipients = recipients
    }
}
