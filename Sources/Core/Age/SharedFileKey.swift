import Primitives

// One file of several that are sealed to the same recipient, for a reader who is to have that one alone: a header of its
// own over the file's key. The header and what follows the stored header are an age file, which any age tool opens.

extension AgeHeader {
    /// A header over the same file key for `others`. `key` opens this one.
    ///
    /// Throws `AgeError.header`, `.noMatch` or `.headerMAC` where `key` does not open it, `.key` for recipients that
    /// cannot be sealed to.
    public func sharing(
        openedWith key: AgeOpening, for others: AgeSealing
    ) throws(AgeError) -> AgeHeader {
        let fileKey = try key.fileKey(of: self)
        return fileKey.header(try others.stanzas(for: fileKey))
    }

    /// Whether `stored` was sealed under the file key that this header wraps, which `key` opens: a header that was
    /// handed over belongs to that file and to no other.
    ///
    /// Throws `AgeError.header`, `.noMatch` or `.headerMAC` where `key` does not open this one.
    public func sharesKey(with stored: AgeHeader, openedWith key: AgeOpening) throws(AgeError) -> Bool {
        try key.fileKey(of: self).authenticates(stored)
    }

    /// The age file that this header makes of a stored one: the stored header gives way to it. Throws
    /// `AgeError.header` where `stored` does not begin with a header.
    public func replacingHeader(of stored: [UInt8]) throws(AgeError) -> [UInt8] {
        let (_, byteCount) = try AgeHeader.parse(prefixOf: stored)
        return serialized() + stored[byteCount...]
    }
}
