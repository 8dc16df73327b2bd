import HTTPTypes

/// Which bytes a call asks for by Range and If-Range (RFC 9110, sections 13.1.5 and 14.2).
enum ByteRange: Equatable {
    /// All of them: it asks for no range, or for what is to be ignored, such as several ranges, another unit, or one of
    /// another representation.
    case whole
    case part(Range<Int>)
    /// Its one range has none of the bytes.
    case unsatisfiable

    /// Of a representation of `byteCount` bytes with this strong entity tag.
    init(of byteCount: Int, tag: String, askedBy headers: HTTPFields) {
        guard let text = headers[.range], headers[.ifRange].map({ $0 == tag }) ?? true,
            let asked = Self.spec(text)
        else {
            self = .whole
            return
        }
        let bounds =
            switch asked {
            case (let first?, let last?): first..<max(first, min(last, byteCount - 1) + 1)
            case (let first?, nil): first..<max(first, byteCount)
            case (nil, let suffix): max(0, byteCount - (suffix ?? 0))..<byteCount
            }
        self = bounds.lowerBound < byteCount && !bounds.isEmpty ? .part(bounds) : .unsatisfiable
    }

    /// The one range of `bytes=first-last`, `bytes=first-` or `bytes=-suffix`; nil for anything else.
    private static func spec(_ text: String) -> (first: Int?, last: Int?)? {
        let fields = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard fields.count == 2, fields[0].lowercased() == "bytes" else { return nil }
        let parts = fields[1].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let numbers = parts.map { decimal($0).map { Int(clamping: $0) } }
        switch (numbers[0], numbers[1]) {
        case (let first?, let last?): return last >= first && last < Int.max ? (first, last) : nil
        case (let first?, nil): return parts[1].isEmpty ? (first, nil) : nil
        case (nil, let suffix?): return parts[0].isEmpty ? (nil, suffix) : nil
        case (nil, nil): return nil
        }
    }
}
