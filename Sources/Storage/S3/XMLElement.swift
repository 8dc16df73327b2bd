/// An element of the small XML documents that S3 answers: names, text, elements within each other.
///
/// Strict, on bytes: no document types, comments, sections or processing instructions, none of which a store has reason to
/// send; entities are the five of XML and numbers. Attributes are read past.
struct XMLElement: Equatable {
    let name: String
    /// What stands in it outside of its children, as UTF-8, entities replaced.
    private(set) var text: [UInt8] = []
    private(set) var children: [XMLElement] = []

    struct Malformed: Error {}

    static let depthMax = 8

    init(decoding bytes: [UInt8]) throws(Malformed) {
        var reader = Reader(bytes: bytes)
        reader.skipSpace()
        if reader.skip("<?xml ") {
            while !reader.skip("?>") { _ = try reader.next() }
        }
        reader.skipSpace()
        self = try reader.element(depth: 1)
        reader.skipSpace()
        guard reader.isAtEnd, String(validating: text, as: UTF8.self) != nil else { throw Malformed() }
    }

    init(name: String) { self.name = name }

    func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// Its text; what is no UTF-8 is replaced.
    var string: String { String(decoding: text, as: UTF8.self) }
    var number: Int? { Decimal.number(text) }
    /// Seconds since 1970.
    var time: Int? { UTCTime(iso8601: text)?.secondsSince1970 }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        var isAtEnd: Bool { index == bytes.count }
        var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func next() throws(Malformed) -> UInt8 {
            guard let byte = peek else { throw Malformed() }
            index += 1
            return byte
        }

        mutating func skip(_ text: String) -> Bool {
            guard bytes[index...].starts(with: text.utf8) else { return false }
            index += text.utf8.count
            return true
        }

        @discardableResult
        mutating func skipSpace() -> Bool {
            let start = index
            while let byte = peek, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { index += 1 }
            return index > start
        }

        mutating func element(depth: Int) throws(Malformed) -> XMLElement {
            guard depth <= depthMax, skip("<") else { throw Malformed() }
            var element = XMLElement(name: try name())
            if try endsAfterAttributes() { return element }
            while true {
                switch try next() {
                case 0x3c:
                    if skip("/") {
                        guard try name() == element.name else { throw Malformed() }
                        skipSpace()
                        guard skip(">") else { throw Malformed() }
                        return element
                    }
                    index -= 1
                    element.children.append(try self.element(depth: depth + 1))
                case 0x26: element.text += try entity()
                case let byte: element.text.append(byte)
                }
            }
        }

        /// Reads what follows a name up to `>` or `/>`; says whether it was `/>`.
        private mutating func endsAfterAttributes() throws(Malformed) -> Bool {
            while true {
                let isApart = skipSpace()
                if skip("/>") { return true }
                if skip(">") { return false }
                guard isApart else { throw Malformed() }
                _ = try name()
                guard skip("=") else { throw Malformed() }
                let quote = try next()
                guard quote == 0x22 || quote == 0x27 else { throw Malformed() }
                while case let byte = try next(), byte != quote {
                    guard byte != 0x3c else { throw Malformed() }
                }
            }
        }

        private mutating func name() throws(Malformed) -> String {
            let start = index
            while let byte = peek, Self.isOfName(byte) { index += 1 }
            guard index > start, index - start <= 64 else { throw Malformed() }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }

        private static func isOfName(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x41...0x5a, 0x61...0x7a, 0x30...0x39, 0x2d, 0x2e, 0x3a, 0x5f: true
            default: false
            }
        }

        /// What stands for an entity whose `&` was read.
        private mutating func entity() throws(Malformed) -> [UInt8] {
            var name = [UInt8]()
            while case let byte = try next(), byte != 0x3b {
                name.append(byte)
                guard name.count <= 8 else { throw Malformed() }
            }
            switch String(decoding: name, as: UTF8.self) {
            case "amp": return [0x26]
            case "lt": return [0x3c]
            case "gt": return [0x3e]
            case "quot": return [0x22]
            case "apos": return [0x27]
            default:
                guard name.first == 0x23, let scalar = Self.scalar(name.dropFirst()) else {
                    throw Malformed()
                }
                return Array(String(Character(scalar)).utf8)
            }
        }

        /// `34` or `x22`.
        private static func scalar(_ digits: ArraySlice<UInt8>) -> Unicode.Scalar? {
            var (value, rest, base) = (UInt32(0), digits, UInt32(10))
            if rest.first == 0x78 {
                rest = rest.dropFirst()
                base = 16
            }
            guard !rest.isEmpty else { return nil }
            for digit in rest {
                let number: UInt32
                switch digit {
                case 0x30...0x39: number = UInt32(digit - 0x30)
                case 0x41...0x46 where base == 16: number = UInt32(digit - 0x41 + 10)
                case 0x61...0x66 where base == 16: number = UInt32(digit - 0x61 + 10)
                default: return nil
                }
                // At most seven digits of base 16: no overflow.
                value = value * base + number
            }
            return value == 0 ? nil : Unicode.Scalar(value)
        }
    }
}

/// Whole numbers as S3 writes them.
enum Decimal {
    /// The number of 1 to 18 digits; nil for anything else.
    static func number(_ digits: [UInt8]) -> Int? {
        guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
