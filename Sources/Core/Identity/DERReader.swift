/// The bytes are not the one DER encoding (X.690) of what is read.
struct DERError: Error {}

/// Reads DER values side by side, forwards only; each length in its one form, each value of the type asked for.
struct DERReader {
    /// Identifier octets of the types that certificates are made of.
    enum Tag: Equatable {
        case boolean, integer, bitString, octetString, objectIdentifier, utf8String, sequence, set
        case printableString, utcTime, generalizedTime
        /// Context-specific and constructed.
        case context(UInt8)

        var byte: UInt8 {
            switch self {
            case .boolean: 0x01
            case .integer: 0x02
            case .bitString: 0x03
            case .octetString: 0x04
            case .objectIdentifier: 0x06
            case .utf8String: 0x0c
            case .printableString: 0x13
            case .utcTime: 0x17
            case .generalizedTime: 0x18
            case .sequence: 0x30
            case .set: 0x31
            case .context(let number): 0xa0 | number
            }
        }
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    func requireEnd() throws(DERError) {
        guard isAtEnd else { throw DERError() }
    }

    private func isNext(_ tag: Tag) -> Bool { position < bytes.count && bytes[position] == tag.byte }

    /// The content of the next value, which must have `tag`.
    mutating func content(_ tag: Tag) throws(DERError) -> [UInt8] {
        guard isNext(tag), position + 1 < bytes.count else { throw DERError() }
        var start = position + 2
        var count = Int(bytes[position + 1])
        if count >= 0x80 {
            // No certificate has more than 65,535 bytes: two bytes of length are enough.
            let lengthBytes = count & 0x7f
            guard (1...2).contains(lengthBytes), start + lengthBytes <= bytes.count else {
                throw DERError()
            }
            count = bytes[start..<start + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
            guard count >= (lengthBytes == 1 ? 0x80 : 0x100) else { throw DERError() }
            start += lengthBytes
        }
        guard count <= bytes.count - start else { throw DERError() }
        position = start + count
        return Array(bytes[start..<position])
    }

    /// The next value whole, with its tag and length.
    mutating func element(_ tag: Tag) throws(DERError) -> [UInt8] {
        let start = position
        _ = try content(tag)
        return Array(bytes[start..<position])
    }

    /// The values inside the next one.
    mutating func constructed(_ tag: Tag) throws(DERError) -> DERReader { DERReader(try content(tag)) }

    mutating func sequence() throws(DERError) -> DERReader { try constructed(.sequence) }

    /// A number that is not negative, without leading zeroes.
    mutating func integer() throws(DERError) -> [UInt8] {
        let content = try content(.integer)
        guard let first = content.first, first < 0x80 else { throw DERError() }
        guard first == 0, content.count > 1 else { return content }
        guard content[1] >= 0x80 else { throw DERError() }
        return Array(content.dropFirst())
    }

    /// The bytes of an object identifier: numbers in base 128, each without leading zeroes.
    mutating func objectIdentifier() throws(DERError) -> [UInt8] {
        let content = try content(.objectIdentifier)
        var isAtStart = true
        for byte in content {
            guard !isAtStart || byte != 0x80 else { throw DERError() }
            isAtStart = byte < 0x80
        }
        guard isAtStart, !content.isEmpty else { throw DERError() }
        return content
    }

    /// A whole number of bytes in a bit string.
    mutating func bits() throws(DERError) -> [UInt8] {
        let content = try content(.bitString)
        guard content.first == 0 else { throw DERError() }
        return Array(content.dropFirst())
    }

    /// Whether the next value is true; false, the default, must not be written.
    mutating func trueIfPresent() throws(DERError) -> Bool {
        guard isNext(.boolean) else { return false }
        guard try content(.boolean) == [0xff] else { throw DERError() }
        return true
    }

    /// The text of a UTF8String or a PrintableString.
    mutating func text() throws(DERError) -> String {
        if isNext(.printableString) {
            let content = try content(.printableString)
            guard content.allSatisfy(Self.isPrintable) else { throw DERError() }
            return String(decoding: content, as: UTF8.self)
        }
        guard let text = String(validating: try content(.utf8String), as: UTF8.self) else {
            throw DERError()
        }
        return text
    }

    /// The characters of a PrintableString (X.680, section 41.4).
    private static func isPrintable(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x20, 0x27...0x29, 0x2b...0x2f, 0x3a, 0x3d, 0x3f: true
        default: false
        }
    }

    /// A time in seconds since 1970, not before (RFC 5280, section 4.1.2.5): UTCTime to the end of 2049,
    /// GeneralizedTime after that.
    mutating func time() throws(DERError) -> UInt64 {
        let isGeneralized = isNext(.generalizedTime)
        let content = try content(isGeneralized ? .generalizedTime : .utcTime)
        let yearDigits = isGeneralized ? 4 : 2
        guard content.count == yearDigits + 11, content.last == UInt8(ascii: "Z") else {
            throw DERError()
        }
        func number(_ place: Int, _ digits: Int = 2) throws(DERError) -> UInt64 {
            var number: UInt64 = 0
            for digit in content[place..<place + digits] {
                guard (0x30...0x39).contains(digit) else { throw DERError() }
                number = number * 10 + UInt64(digit - 0x30)
            }
            return number
        }
        var year = try number(0, yearDigits)
        if !isGeneralized { year += year < 50 ? 2000 : 1900 }
        guard year >= (isGeneralized ? 2050 : 1970) else { throw DERError() }
        let month = try number(yearDigits)
        let day = try number(yearDigits + 2)
        let hour = try number(yearDigits + 4)
        let minute = try number(yearDigits + 6)
        let second = try number(yearDigits + 8)
        guard (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year), hour < 24,
            minute < 60,
            second < 60
        else { throw DERError() }
        var days = day - 1
        for earlier in 1970..<year { days += Self.isLeap(earlier) ? 366 : 365 }
        for earlier in 1..<month { days += Self.days(in: earlier, of: year) }
        return ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    private static func isLeap(_ year: UInt64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func days(in month: UInt64, of year: UInt64) -> UInt64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
