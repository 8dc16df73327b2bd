/// One byte range of RFC 9110, section 14.1.2: `bytes=first-last` or `bytes=first-`.
struct ByteRange {
    let bounds: Range<Int>

    /// Nil when `text` is not one satisfiable range of `byteCount` bytes.
    init?(_ text: String, of byteCount: Int) {
        guard text.hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Self.decimal(parts[0]), first < byteCount else { return nil }
        let last = parts[1].isEmpty ? byteCount - 1 : Self.decimal(parts[1]).map { min($0, byteCount - 1) }
        guard let last, last >= first else { return nil }
        self.bounds = first..<last + 1
    }

    private static func decimal(_ text: Substring) -> Int? {
        Server.decimal(text).flatMap(Int.init(exactly:))
    }
}
