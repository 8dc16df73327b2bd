/// A CBOR data item in the core deterministic encoding (RFC 8949, section 4.2.1), in the subset that MedSeal
/// signs.
///
/// There is one encoding of a value and the decoder accepts no other: shortest integers, definite lengths,
/// map keys sorted by their bytes and unique. Text is printable ASCII only; floats, negative map keys and
/// undefined do not exist here.
public enum CBOR: Hashable, Sendable {
    case unsigned(UInt64)
    /// The value -1 - n.
    case negative(UInt64)
    case bytes([UInt8])
    /// Printable ASCII, as bytes.
    case text([UInt8])
    case array([CBOR])
    /// Pairs in the order of their keys.
    case map([Pair])
    indirect case tagged(UInt64, CBOR)
    case bool(Bool)
    case null

    public struct Pair: Hashable, Sendable {
        public let key: UInt64
        public let value: CBOR
        public init(_ key: UInt64, _ value: CBOR) {
            self.key = key
            self.value = value
        }
    }

    /// Why bytes are not a deterministic CBOR item of this subset.
    public struct Malformed: Error, Equatable, Sendable {
        public let reason: String
        public init(_ reason: String) { self.reason = reason }
    }

    static let depthMax = 8
    /// Room made for an array's or a map's items before they are read: an announced length is not believed.
    static let reservedMax = 32

    // MARK: Encoding

    public func encoded() -> [UInt8] {
        var output = [UInt8]()
        encode(into: &output)
        return output
    }

    private func encode(into output: inout [UInt8]) {
        switch self {
        case .unsigned(let value): Self.head(0, value, into: &output)
        case .negative(let value): Self.head(1, value, into: &output)
        case .bytes(let bytes):
            Self.head(2, UInt64(bytes.count), into: &output)
            output += bytes
        case .text(let bytes):
            Self.head(3, UInt64(bytes.count), into: &output)
            output += bytes
        case .array(let items):
            Self.head(4, UInt64(items.count), into: &output)
            for item in items { item.encode(into: &output) }
        case .map(let pairs):
            Self.head(5, UInt64(pairs.count), into: &output)
            var previous: UInt64?
            for pair in pairs {
                precondition(previous.map { $0 < pair.key } ?? true, "map keys are sorted and unique")
                previous = pair.key
                Self.head(0, pair.key, into: &output)
                pair.value.encode(into: &output)
            }
        case .tagged(let tag, let item):
            Self.head(6, tag, into: &output)
            item.encode(into: &output)
        case .bool(let value): output.append(value ? 0xf5 : 0xf4)
        case .null: output.append(0xf6)
        }
    }

    private static func head(_ major: UInt8, _ value: UInt64, into output: inout [UInt8]) {
        let high = major << 5
        func append(_ marker: UInt8, _ count: Int) {
            output.append(high | marker)
            for shift in stride(from: (count - 1) * 8, through: 0, by: -8) {
                output.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
            }
        }
        switch value {
        case 0..<24: output.append(high | UInt8(value))
        case 0..<0x100: append(24, 1)
        case 0..<0x1_0000: append(25, 2)
        case 0..<0x1_0000_0000: append(26, 4)
        default: append(27, 8)
        }
    }

    // MARK: Decoding

    /// The one item that `bytes` holds. Throws when they are not exactly its deterministic encoding.
    public static func decode(_ bytes: [UInt8]) throws(Malformed) -> CBOR {
        var reader = Reader(bytes: bytes)
        let item = try reader.item(depth: 0)
        guard reader.position == bytes.count else { throw Malformed("bytes after the end of the item") }
        return item
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func byte() throws(Malformed) -> UInt8 {
            guard position < bytes.count else { throw Malformed("the item is cut short") }
            defer { position += 1 }
            return bytes[position]
        }

        mutating func take(_ count: UInt64) throws(Malformed) -> [UInt8] {
            guard count <= UInt64(bytes.count - position) else { throw Malformed("the item is cut short") }
            defer { position += Int(count) }
            return Array(bytes[position..<position + Int(count)])
        }

        mutating func argument(_ marker: UInt8) throws(Malformed) -> UInt64 {
            if marker < 24 { return UInt64(marker) }
            guard marker <= 27 else { throw Malformed("an indefinite or reserved length") }
            let width = 1 << (Int(marker) - 24)
            var value: UInt64 = 0
            for _ in 0..<width { value = value << 8 | UInt64(try byte()) }
            let least: UInt64 = width == 1 ? 24 : 1 << (UInt64(width) * 4)
            guard value >= least else { throw Malformed("an integer that is not in its shortest form") }
            return value
        }

        /// An array or map announces its length: more items than bytes are left cannot be true.
        mutating func count(_ marker: UInt8) throws(Malformed) -> Int {
            let count = try argument(marker)
            guard count <= UInt64(bytes.count - position) else { throw Malformed("the item is cut short") }
            return Int(count)
        }

        mutating func item(depth: Int) throws(Malformed) -> CBOR {
            guard depth < CBOR.depthMax else { throw Malformed("nested too deeply") }
            let head = try byte()
            let marker = head & 31
            switch head >> 5 {
            case 0: return .unsigned(try argument(marker))
            case 1: return .negative(try argument(marker))
            case 2: return .bytes(try take(try argument(marker)))
            case 3:
                let text = try take(try argument(marker))
                guard text.allSatisfy({ (0x20...0x7e).contains($0) }) else {
                    throw Malformed("text that is not ASCII")
                }
                return .text(text)
            case 4:
                let count = try count(marker)
                var items = [CBOR]()
                items.reserveCapacity(min(count, CBOR.reservedMax))
                for _ in 0..<count { items.append(try item(depth: depth + 1)) }
                return .array(items)
            case 5:
                let count = try count(marker)
                var pairs = [Pair]()
                pairs.reserveCapacity(min(count, CBOR.reservedMax))
                for _ in 0..<count {
                    guard case .unsigned(let key) = try item(depth: depth + 1) else {
                        throw Malformed("a map key that is not an unsigned integer")
                    }
                    if let last = pairs.last, last.key >= key {
                        throw Malformed("map keys not sorted and unique")
                    }
                    pairs.append(Pair(key, try item(depth: depth + 1)))
                }
                return .map(pairs)
            case 6:
                let tag = try argument(marker)
                return .tagged(tag, try item(depth: depth + 1))
            default:
                switch head {
                case 0xf4: return .bool(false)
                case 0xf5: return .bool(true)
                case 0xf6: return .null
                default: throw Malformed("a simple value or float that is not used here")
                }
            }
        }
    }
}
