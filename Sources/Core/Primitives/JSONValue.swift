/// A JSON value (RFC 8259) as the formats here use it: numbers are whole and not negative, an object has each name
/// once.
///
/// `encoded` writes one spelling for each value: names in the order of their bytes, no white space, no escape that
/// need not be. `init(decoding:)` reads every spelling, `init(canonical:)` that one alone.
public enum JSONValue: Equatable, Sendable {
    /// Why bytes are not what was expected.
    public struct Malformed: Error, Equatable, CustomStringConvertible {
        public let description: String
        public init(_ description: String) { self.description = description }
    }

    /// A name of an object with what it stands for.
    public struct Member: Equatable, Sendable {
        /// UTF-8.
        public let name: [UInt8]
        public let value: JSONValue
    }

    case null
    case bool(Bool)
    case number(UInt64)
    /// UTF-8.
    case text([UInt8])
    case array([JSONValue])
    /// In the order of the names' bytes; `object(_:)` makes it.
    case members([Member])

    /// How deep arrays and objects may lie in each other.
    public static let depthMax = 16

    /// Reads one value and white space around it. Throws for anything that RFC 8259 does not allow, for bytes after
    /// the value, bytes that are no UTF-8, a name that an object has twice, half a surrogate pair, a number that is
    /// not in 0...2^64-1, and what is deeper than `depthMax`.
    public init(decoding bytes: [UInt8]) throws(Malformed) {
        guard UTF8.isValid(bytes) else { throw Malformed("not UTF-8") }
        var reader = JSONReader(bytes: bytes)
        self = try reader.whole()
    }

    /// Reads what `encoded` writes, and nothing else.
    public init(canonical bytes: [UInt8]) throws(Malformed) {
        try self.init(decoding: bytes)
        guard encoded == bytes else { throw Malformed("not in the one spelling of its value") }
    }

    /// An object of these members, each name once. A member whose value is nil is left out.
    public static func object(_ members: [(name: String, value: JSONValue?)]) -> JSONValue {
        var present = [Member]()
        for (name, value) in members {
            if let value { present.append(Member(name: Array(name.utf8), value: value)) }
        }
        guard let object = sorted(present) else { preconditionFailure("an object has each name once") }
        return object
    }

    public static func text(_ text: String) -> JSONValue { .text(Array(text.utf8)) }

    /// Bytes as base64.
    public static func base64(_ bytes: [UInt8]) -> JSONValue { .text(Base64.encode(bytes)) }

    /// Nil when a name is there twice.
    static func sorted(_ members: [Member]) -> JSONValue? {
        let sorted = members.sorted { $0.name.lexicographicallyPrecedes($1.name) }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.name == next.name { return nil }
        return .members(sorted)
    }
}

// MARK: Writing

extension JSONValue {
    /// The one spelling.
    public var encoded: [UInt8] {
        var bytes = [UInt8]()
        write(to: &bytes, indent: nil)
        return bytes
    }

    /// For files that people look into: a line for each member, and a last line feed.
    public var pretty: [UInt8] {
        var bytes = [UInt8]()
        write(to: &bytes, indent: 0)
        return bytes + [UInt8(ascii: "\n")]
    }

    private func write(to bytes: inout [UInt8], indent: Int?) {
        switch self {
        case .null: bytes += Array("null".utf8)
        case .bool(let value): bytes += Array((value ? "true" : "false").utf8)
        case .number(let number): bytes += Array(String(number).utf8)
        case .text(let text): Self.write(text, to: &bytes)
        case .array(let values):
            Self.write(values, between: "[", "]", to: &bytes, indent: indent) { value, bytes, indent in
                value.write(to: &bytes, indent: indent)
            }
        case .members(let members):
            Self.write(members, between: "{", "}", to: &bytes, indent: indent) { member, bytes, indent in
                Self.write(member.name, to: &bytes)
                bytes += indent == nil ? [UInt8(ascii: ":")] : [UInt8(ascii: ":"), UInt8(ascii: " ")]
                member.value.write(to: &bytes, indent: indent)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between open: Unicode.Scalar, _ close: Unicode.Scalar, to bytes: inout [UInt8],
        indent: Int?, item: (Item, inout [UInt8], Int?) -> Void
    ) {
        func line(_ indent: Int?) {
            guard let indent, !items.isEmpty else { return }
            bytes.append(UInt8(ascii: "\n"))
            bytes += [UInt8](repeating: UInt8(ascii: " "), count: indent)
        }
        let inner = indent.map { $0 + 2 }
        bytes.append(UInt8(ascii: open))
        for (index, each) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            line(inner)
            item(each, &bytes, inner)
        }
        line(indent)
        bytes.append(UInt8(ascii: close))
    }

    private static func write(_ text: [UInt8], to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if let letter = JSONReader.escapes.first(where: {
                $0.byte == byte && $0.letter != UInt8(ascii: "/")
            }) {
                bytes += [UInt8(ascii: "\\"), letter.letter]
            } else if byte < 0x20 {
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

// MARK: Reading

/// Walks the bytes of one value, which are UTF-8.
private struct JSONReader {
    static let escapes: [(letter: UInt8, byte: UInt8)] = [
        (UInt8(ascii: "\""), 0x22), (UInt8(ascii: "\\"), 0x5c), (UInt8(ascii: "/"), 0x2f),
        (UInt8(ascii: "b"), 0x08), (UInt8(ascii: "f"), 0x0c), (UInt8(ascii: "n"), 0x0a),
        (UInt8(ascii: "r"), 0x0d), (UInt8(ascii: "t"), 0x09),
    ]

    let bytes: [UInt8]
    var position = 0

    typealias Malformed = JSONValue.Malformed

    mutating func whole() throws(Malformed) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw Malformed("bytes after the value") }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { position += 1 }
    }

    /// Takes `byte` if it comes next.
    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: scalar) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Malformed) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case let byte? where (0x30...0x39).contains(byte): return .number(try number())
        default: break
        }
        for (word, value) in [("null", JSONValue.null), ("true", .bool(true)), ("false", .bool(false))] {
            let word = Array(word.utf8)
            if bytes[position...].starts(with: word) {
                position += word.count
                return value
            }
        }
        throw Malformed("no value where one is expected")
    }

    private func require(depth: Int) throws(Malformed) {
        guard depth <= JSONValue.depthMax else { throw Malformed("too deep") }
    }

    private mutating func array(depth: Int) throws(Malformed) -> [JSONValue] {
        try require(depth: depth)
        position += 1
        var values = [JSONValue]()
        skipSpace()
        if take("]") { return values }
        while true {
            values.append(try value(depth: depth))
            skipSpace()
            if take("]") { return values }
            guard take(",") else { throw Malformed("an array does not go on or end") }
        }
    }

    private mutating func object(depth: Int) throws(Malformed) -> JSONValue {
        try require(depth: depth)
        position += 1
        var members = [JSONValue.Member]()
        skipSpace()
        if take("}") { return .members([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw Malformed("an object's name is no text") }
            let name = try text()
            skipSpace()
            guard take(":") else { throw Malformed("a name has no value") }
            members.append(JSONValue.Member(name: name, value: try value(depth: depth)))
            skipSpace()
            if take("}") { break }
            guard take(",") else { throw Malformed("an object does not go on or end") }
        }
        guard let object = JSONValue.sorted(members) else { throw Malformed("a name is there twice") }
        return object
    }

    private mutating func number() throws(Malformed) -> UInt64 {
        var number: UInt64 = 0
        let first = position
        while let byte = next, (0x30...0x39).contains(byte) {
            let (product, isTooGreat) = number.multipliedReportingOverflow(by: 10)
            let (sum, isGreater) = product.addingReportingOverflow(UInt64(byte - 0x30))
            guard !isTooGreat, !isGreater else { throw Malformed("a number is too great") }
            number = sum
            position += 1
        }
        guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else {
            throw Malformed("a number begins with a zero")
        }
        if let byte = next, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
            throw Malformed("a number is not whole")
        }
        return number
    }

    private mutating func text() throws(Malformed) -> [UInt8] {
        position += 1
        var text = [UInt8]()
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"): try escape(into: &text)
            case ..<0x20: throw Malformed("a control character in a text")
            default: text.append(byte)
            }
        }
        throw Malformed("a text does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Malformed) {
        guard let letter = next else { throw Malformed("a text does not end") }
        position += 1
        if let escape = Self.escapes.first(where: { $0.letter == letter }) {
            text.append(escape.byte)
            return
        }
        guard letter == UInt8(ascii: "u") else { throw Malformed("an unknown escape") }
        var code = try unit()
        if (0xd800...0xdbff).contains(code) {
            guard take("\\"), take("u") else { throw Malformed("half a surrogate pair") }
            let low = try unit()
            guard (0xdc00...0xdfff).contains(low) else { throw Malformed("half a surrogate pair") }
            code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw Malformed("half a surrogate pair") }
        text += Array(String(scalar).utf8)
    }

    /// Four hexadecimal digits.
    private mutating func unit() throws(Malformed) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch next {
            case let byte? where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte? where (0x61...0x66).contains(byte | 0x20): digit = (byte | 0x20) - 0x61 + 10
            default: throw Malformed("an escape has four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}

extension Unicode.UTF8 {
    /// Whether `bytes` are well-formed (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
    public static func isValid(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            // How many bytes follow, and what the first of them may be.
            let (count, second): (Int, ClosedRange<UInt8>)
            switch first {
            case 0x00...0x7f: (count, second) = (0, 0x80...0xbf)
            case 0xc2...0xdf: (count, second) = (1, 0x80...0xbf)
            case 0xe0: (count, second) = (2, 0xa0...0xbf)
            case 0xed: (count, second) = (2, 0x80...0x9f)
            case 0xe1...0xef: (count, second) = (2, 0x80...0xbf)
            case 0xf0: (count, second) = (3, 0x90...0xbf)
            case 0xf1...0xf3: (count, second) = (3, 0x80...0xbf)
            case 0xf4: (count, second) = (3, 0x80...0x8f)
            default: return false
            }
            guard index + count < bytes.count else { return false }
            if count > 0 {
                guard second.contains(bytes[index + 1]) else { return false }
                for following in bytes[(index + 1)...(index + count)].dropFirst()
                where !(0x80...0xbf).contains(following) { return false }
            }
            index += 1 + count
        }
        return true
    }
}
