import Primitives

/// Reads what is in armor, to its end and to the end of what follows, which may only be white space. Throws
/// `AgeError.armor`.
struct ArmorSource<Base: ByteSource & ~Copyable>: ByteSource, ~Copyable {
    private let source: UnsafeMutablePointer<BufferedSource<Base>>

    private enum State { case before, within, after }
    private enum LineEnd { case lf, crlf }
    private var state = State.before
    private var lineEnd: LineEnd?
    /// What was decoded and not yet given is `decoded[given...]`.
    private var decoded: [UInt8] = []
    private var given = 0

    /// `source` must outlive this.
    init(_ source: UnsafeMutablePointer<BufferedSource<Base>>) {
        self.source = source
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while given == decoded.count {
            guard state != .after else { return 0 }
            try decodeFurther()
        }
        let count = min(buffer.count, decoded.count - given)
        decoded.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[given..<given + count]))
        }
        given += count
        return count
    }

    /// Decodes some lines.
    private mutating func decodeFurther() throws {
        decoded.removeAll(keepingCapacity: true)
        given = 0
        if state == .before {
            try skipLeadingWhitespace()
            guard try nextLine().elementsEqual(Armor.begin) else { throw AgeError.armor("no BEGIN line") }
            state = .within
        }
        while decoded.count < 64 << 10 {
            let line = try nextLine()
            if line.elementsEqual(Armor.end) { return try finish() }
            guard !line.isEmpty, line.count <= Armor.lineCharacters, line.count % 4 == 0 else {
                throw AgeError.armor("a line has a wrong length")
            }
            let padding = line.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
            guard Base64.decodeUnpadded(line.dropLast(padding), into: &decoded) else {
                throw AgeError.armor("a line is not canonical base64")
            }
            if padding > 0 || line.count < Armor.lineCharacters {
                guard try nextLine().elementsEqual(Armor.end) else {
                    throw AgeError.armor("no END line after a short line")
                }
                return try finish()
            }
        }
    }

    private mutating func skipLeadingWhitespace() throws {
        var isAtLineStart = true
        try skipWhitespace("before") { isAtLineStart = $0 == UInt8(ascii: "\n") }
        guard isAtLineStart else { throw AgeError.armor("the BEGIN line does not start its line") }
    }

    private mutating func finish() throws {
        state = .after
        try skipWhitespace("after") { _ in }
        guard source.pointee.peeked.isEmpty else { throw AgeError.armor("bytes after the END line") }
    }

    /// Skips white space up to something else or to the end of the source.
    private func skipWhitespace(_ place: String, _ see: (UInt8) -> Void) throws {
        var skipped = 0
        while true {
            let space = source.pointee.peeked.prefix(Armor.whitespaceMax + 1).prefix(
                while: Armor.isWhitespace)
            space.last.map(see)
            skipped += space.count
            source.pointee.skip(space.count)
            guard skipped <= Armor.whitespaceMax else {
                throw AgeError.armor("too much white space \(place) it")
            }
            guard try source.pointee.peeked.isEmpty && source.pointee.peekFurther() else { return }
        }
    }

    /// The next line without its end, which is LF or CRLF throughout and may be missing at the end of the
    /// file.
    private mutating func nextLine() throws -> ArraySlice<UInt8> {
        let limit = Armor.lineCharacters + 2
        while true {
            let known = source.pointee.peeked.prefix(limit)
            if let newline = known.firstIndex(of: UInt8(ascii: "\n")) {
                let isCRLF = newline > known.startIndex && known[newline - 1] == UInt8(ascii: "\r")
                guard lineEnd == nil || lineEnd == (isCRLF ? .crlf : .lf) else {
                    throw AgeError.armor("lines end in different ways")
                }
                lineEnd = isCRLF ? .crlf : .lf
                source.pointee.skip(newline + 1 - known.startIndex)
                return known[..<(isCRLF ? newline - 1 : newline)]
            }
            guard known.count < limit else { throw AgeError.armor("a line is too long") }
            if try !source.pointee.peekFurther() {
                guard !known.isEmpty else { throw AgeError.armor("no END line") }
                source.pointee.skip(known.count)
                return known
            }
        }
    }
}

extension Armor {
    /// Whether armor follows: the first byte that is not white space is a dash, or there is nothing but white
    /// space. No binary age file starts with either.
    static func isNext<Base: ByteSource & ~Copyable>(in source: inout BufferedSource<Base>) throws -> Bool {
        while true {
            let known = source.peeked.prefix(whitespaceMax + 1)
            if let first = known.first(where: { !isWhitespace($0) }) { return first == UInt8(ascii: "-") }
            if known.count > whitespaceMax { return true }
            guard try source.peekFurther() else { return !known.isEmpty }
        }
    }
}
