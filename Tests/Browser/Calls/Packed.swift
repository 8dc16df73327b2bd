/// Fields side by side, each after its length (4 bytes, big endian): what a call takes and what it answers.
public struct Packed {
    private var rest: ArraySlice<UInt8>

    public init(_ bytes: [UInt8]) { rest = bytes[...] }

    /// The next field; nil where none is left, or a broken one.
    public mutating func next() -> [UInt8]? {
        guard rest.count >= 4 else { return nil }
        let count = rest.prefix(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(4)
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return [UInt8](rest.prefix(Int(count)))
    }

    /// The next field as a number of eight bytes.
    public mutating func nextNumber() -> UInt64? {
        guard let bytes = next(), bytes.count == 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// All fields; nil where one is broken.
    public static func unpack(_ bytes: [UInt8]) -> [[UInt8]]? {
        var packed = Packed(bytes)
        var fields = [[UInt8]]()
        while let field = packed.next() { fields.append(field) }
        return pack(fields) == bytes ? fields : nil
    }

    public static func pack(_ fields: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in fields { bytes += big(UInt64(field.count)).suffix(4) + field }
        return bytes
    }

    public static func big(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    /// What a call answers that was not given what it takes.
    public static let malformed: [UInt8] = [0xff]
}
