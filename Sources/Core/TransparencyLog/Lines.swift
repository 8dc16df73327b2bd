/// Cuts text into its lines, each of which must end in a newline.
struct Lines {
    static let newline = UInt8(ascii: "\n")
    /// What has not been read yet.
    private(set) var rest: ArraySlice<UInt8>

    init(_ text: [UInt8]) { rest = text[...] }

    /// The next line without its newline, or nil when no whole line is left.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: Self.newline) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    /// The next line without `prefix`, or nil, and then nothing is read, when it does not begin so.
    mutating func next(after prefix: StaticString) -> ArraySlice<UInt8>? {
        let expected = prefix.bytes
        guard rest.starts(with: expected) else { return nil }
        return next()?.dropFirst(expected.count)
    }
}

extension StaticString {
    /// The text as UTF-8.
    var bytes: [UInt8] { withUTF8Buffer { [UInt8]($0) } }
}

extension UInt64 {
    /// The number that `digits` spell in ASCII decimal, or nil: no sign, no leading zero but in `0`, no
    /// overflow.
    init?(decimal digits: some Collection<UInt8>) {
        guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0") else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeStill) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            guard !isTooLarge, !isTooLargeStill else { return nil }
            value = sum
        }
        self = value
    }

    /// ASCII decimal without leading zeroes.
    var decimal: [UInt8] { [UInt8](String(self).utf8) }

    /// The eight bytes, most significant first.
    var bigEndianBytes: [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> UInt64($0)) }
    }
}

extension UInt32 {
    /// The four bytes, most significant first.
    var bigEndianBytes: [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> UInt32($0)) }
    }

    /// The number of the first four of `bytes`, which must have them, most significant first.
    init(bigEndian bytes: some Collection<UInt8>) {
        self = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
