/// Which tile a client asks for, and its path below the log's prefix (c2sp.org/tlog-tiles).
public struct TilePath: Sendable, Hashable {
    /// Hashes, or entries, in a full tile.
    public static let widthMax = 256
    /// Levels above cannot exist in a tree of at most 2^63 entries, though paths may name them.
    public static let levelMax = 63

    /// What the tile holds.
    public enum Content: Sendable, Hashable {
        /// Hashes of complete subtrees of 256^level entries.
        case hashes(level: Int)
        /// The entries themselves.
        case entries
    }

    public let content: Content
    /// Position of the tile in its level.
    public let index: UInt64
    /// 256 for a full tile, 1 to 255 for a partial one.
    public let width: Int

    /// `level` must be 0 to 63, `width` 1 to 256, and `index` below 2^56: beyond, positions overflow.
    public init(_ content: Content, index: UInt64, width: Int = TilePath.widthMax) {
        precondition(Self.isLevel(content) && (1...Self.widthMax).contains(width) && index < 1 << 56)
        self.content = content
        self.index = index
        self.width = width
    }

    /// Reads `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`; nil unless it is the one spelling of a
    /// tile.
    public init?(decoding path: [UInt8]) {
        var elements = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
        guard let root = elements.popFirst(), root.elementsEqual(StaticString("tile").bytes),
            let first = elements.popFirst()
        else { return nil }
        var content = Content.entries
        if !first.elementsEqual(StaticString("entries").bytes) {
            guard let level = UInt64(decimal: first), level <= Self.levelMax else { return nil }
            content = .hashes(level: Int(level))
        }

        var width = Self.widthMax
        let partialMark = StaticString(".p").bytes
        if let last = elements.last, elements.count > 1, let before = elements.dropLast().last,
            before.count == 5, before.suffix(2).elementsEqual(partialMark)
        {
            guard let number = UInt64(decimal: last), (1..<UInt64(Self.widthMax)).contains(number) else {
                return nil
            }
            width = Int(number)
            elements.removeLast()
            elements[elements.endIndex - 1] = before.dropLast(2)
        }
        guard let index = Self.index(of: elements) else { return nil }
        self.init(content, index: index, width: width)
        // `x000/001` and the like name a tile in a second way.
        guard encoded == path else { return nil }
    }

    /// The path, ASCII: index 1234067 is `x001/x234/067`.
    public var encoded: [UInt8] {
        var groups = [index % 1000]
        var rest = index / 1000
        while rest > 0 {
            groups.insert(rest % 1000, at: 0)
            rest /= 1000
        }
        var path = StaticString("tile/").bytes
        switch content {
        case .hashes(let level): path += UInt64(level).decimal
        case .entries: path += StaticString("entries").bytes
        }
        for (place, group) in groups.enumerated() {
            path += StaticString("/").bytes
            if place < groups.count - 1 { path += StaticString("x").bytes }
            path += [UInt8](repeating: UInt8(ascii: "0"), count: 3 - group.decimal.count) + group.decimal
        }
        if width < Self.widthMax { path += StaticString(".p/").bytes + UInt64(width).decimal }
        return path
    }

    /// Whether a log of `size` entries has this very tile: full ones that are complete, and the one partial
    /// tile of the level's right end.
    public func exists(inTreeOf size: UInt64) -> Bool {
        let level = if case .hashes(let level) = content { level } else { 0 }
        let hashCount = level < 8 ? size >> UInt64(8 * level) : 0
        let fullTiles = hashCount / UInt64(Self.widthMax)
        let partialWidth = Int(hashCount % UInt64(Self.widthMax))
        return width == Self.widthMax ? index < fullTiles : index == fullTiles && width == partialWidth
    }

    /// Every tile of a log of `size` entries: the bundles of entries, then the hashes, level by level.
    public static func all(inTreeOf size: UInt64) -> [TilePath] {
        let width = UInt64(widthMax)
        func row(_ content: Content, _ count: UInt64) -> [TilePath] {
            stride(from: 0, to: count, by: widthMax).map { first in
                TilePath(content, index: first / width, width: Int(min(width, count - first)))
            }
        }
        let levels = (0..<8).filter { size >> UInt64(8 * $0) > 0 }
        return row(.entries, size) + levels.flatMap { row(.hashes(level: $0), size >> UInt64(8 * $0)) }
    }

    /// Three digits in each element, all but the last after an `x`; nil from 2^56 on.
    private static func index(of elements: ArraySlice<ArraySlice<UInt8>>) -> UInt64? {
        guard !elements.isEmpty, elements.count <= 6 else { return nil }
        var index: UInt64 = 0
        for (place, element) in elements.enumerated() {
            var digits = element
            if place < elements.count - 1 {
                guard digits.popFirst() == UInt8(ascii: "x") else { return nil }
            }
            guard digits.count == 3 else { return nil }
            for digit in digits {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                index = index * 10 + UInt64(digit - UInt8(ascii: "0"))
            }
        }
        return index < 1 << 56 ? index : nil
    }

    private static func isLevel(_ content: Content) -> Bool {
        if case .hashes(let level) = content { (0...levelMax).contains(level) } else { true }
    }
}
