import Primitives

/// The ASCII armor of c2sp.org/age ("ASCII armor"): strict PEM (RFC 7468, figure 3) around a binary age file.
enum Armor {
    static let begin: [UInt8] = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    static let end: [UInt8] = Array("-----END AGE ENCRYPTED FILE-----".utf8)
    static let lineBytes = 48
    static let lineCharacters = 64
    /// More white space than this before or after is refused.
    static let whitespaceMax = 1024

    static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}

/// Writes armor around what is written to it. `finish` has to be called at the end.
struct ArmorSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    private let base: UnsafeMutablePointer<Base>
    private var hash: SHA256?
    private var byteCount = 0
    /// Bytes of a line that is not yet full.
    private var line: [UInt8] = []
    private var text: [UInt8] = []

    /// `base` must outlive this. The hash, if any, is of the armored file.
    init(_ base: UnsafeMutablePointer<Base>, hash: consuming SHA256?) {
        self.base = base
        self.hash = hash
        text = Armor.begin + [UInt8(ascii: "\n")]
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        if !line.isEmpty {
            let count = min(Armor.lineBytes - line.count, rest.count)
            line.append(contentsOf: rest.prefix(count))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            guard line.count == Armor.lineBytes else { return }
            line.withUnsafeBytes { Base64.append($0, to: &text) }
            text.append(UInt8(ascii: "\n"))
            line.removeAll(keepingCapacity: true)
        }
        while rest.count >= Armor.lineBytes {
            Base64.append(UnsafeRawBufferPointer(rebasing: rest[..<Armor.lineBytes]), to: &text)
            text.append(UInt8(ascii: "\n"))
            rest = UnsafeRawBufferPointer(rebasing: rest[Armor.lineBytes...])
            if text.count >= 64 << 10 { try flush() }
        }
        line.append(contentsOf: rest)
    }

    /// Writes the end; gives the size of the armored file and its SHA-256.
    mutating func finish() throws -> (byteCount: Int, digest: [UInt8]?) {
        if !line.isEmpty {
            line.withUnsafeBytes { Base64.append($0, to: &text) }
            let padding = (3 - line.count % 3) % 3
            text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: padding))
            text.append(UInt8(ascii: "\n"))
        }
        text += Armor.end + [UInt8(ascii: "\n")]
        try flush()
        return (byteCount, hash.take()?.finish())
    }

    private mutating func flush() throws {
        try text.withUnsafeBytes {
            hash?.update($0)
            try base.pointee.write($0)
        }
        byteCount += text.count
        text.removeAll(keepingCapacity: true)
    }
}

/// Reads what is in armor, to its end and to the end of what follows, which may only be white space. Throws `AgeError.armor`.
struct ArmorSource<Base: ByteSource & ~Copyable>: ByteSource, ~Copyable {
    private let base: UnsafeMutablePointer<Base>
    private var hash: SHA256?
    private var byteCount = 0

    private enum State { case before, within, after }
    private enum LineEnd { case lf, crlf }
    private var state = State.before
    private var lineEnd: LineEnd?
    /// What was read and not yet looked at is `text[start...]`.
    private var text: [UInt8] = []
    private var start = 0
    private var isAtEnd = false
    /// What was decoded and not yet given is `decoded[given...]`.
    private var decoded: [UInt8] = []
    private var given = 0

    /// `base` must outlive this. The hash, if any, is of the armored file.
    init(_ base: UnsafeMutablePointer<Base>, hash: consuming SHA256?) {
        self.base = base
        self.hash = hash
    }

    /// Whether armor follows: the first byte that is not white space is a dash. No binary age file starts with one.
    static func isNext<Inner: ByteSource & ~Copyable>(in source: inout Base) throws -> Bool
    where Base == BufferedSource<Inner> {
        while true {
            let known = source.peeked.prefix(Armor.whitespaceMax + 1)
            if let first = known.first(where: { !Armor.isWhitespace($0) }) { return first == UInt8(ascii: "-") }
            guard known.count <= Armor.whitespaceMax, try source.peekFurther() else { return false }
        }
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

    /// The size of the armored file and its SHA-256; after the end only.
    mutating func finish() -> (byteCount: Int, digest: [UInt8]?) {
        (byteCount, hash.take()?.finish())
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
            if line.elementsEqual(Armor.end) { return try finishReading() }
            guard !line.isEmpty, line.count <= Armor.lineCharacters, line.count % 4 == 0 else {
                throw AgeError.armor("a line has a wrong length")
            }
            let padding = line.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
            guard Base64.decode(line.dropLast(padding), into: &decoded) else {
                throw AgeError.armor("a line is not canonical base64")
            }
            if padding > 0 || line.count < Armor.lineCharacters {
                guard try nextLine().elementsEqual(Armor.end) else { throw AgeError.armor("no END line after a short line") }
                return try finishReading()
            }
        }
    }

    private mutating func skipLeadingWhitespace() throws {
        var skipped = 0
        while true {
            if start == text.count, try !readFurther() { throw AgeError.armor("no BEGIN line") }
            guard Armor.isWhitespace(text[start]) else {
                guard skipped == 0 || previous == UInt8(ascii: "\n") else {
                    throw AgeError.armor("the BEGIN line does not start its line")
                }
                return
            }
            previous = text[start]
            start += 1
            skipped += 1
            guard skipped <= Armor.whitespaceMax else { throw AgeError.armor("too much white space before it") }
        }
    }

    private var previous: UInt8 = 0

    private mutating func finishReading() throws {
        state = .after
        var skipped = 0
        while true {
            if start == text.count, try !readFurther() { return }
            guard Armor.isWhitespace(text[start]) else { throw AgeError.armor("bytes after the END line") }
            start += 1
            skipped += 1
            guard skipped <= Armor.whitespaceMax else { throw AgeError.armor("too much white space after it") }
        }
    }

    /// The next line without its end, which is LF or CRLF throughout and may be missing at the end of the file.
    private mutating func nextLine() throws -> ArraySlice<UInt8> {
        while true {
            let limit = min(text.count, start + Armor.lineCharacters + 2)
            if let newline = text[start..<limit].firstIndex(of: UInt8(ascii: "\n")) {
                let isCRLF = newline > start && text[newline - 1] == UInt8(ascii: "\r")
                let line = text[start..<(isCRLF ? newline - 1 : newline)]
                guard lineEnd == nil || lineEnd == (isCRLF ? .crlf : .lf) else {
                    throw AgeError.armor("lines end in different ways")
                }
                lineEnd = isCRLF ? .crlf : .lf
                start = newline + 1
                return line
            }
            guard limit < start + Armor.lineCharacters + 2 else { throw AgeError.armor("a line is too long") }
            if try !readFurther() {
                guard start < text.count else { throw AgeError.armor("no END line") }
                defer { start = text.count }
                return text[start...]
            }
        }
    }

    private mutating func readFurther() throws -> Bool {
        guard !isAtEnd else { return false }
        text.removeFirst(start)
        start = 0
        let known = text.count
        let room = 64 << 10
        text.append(contentsOf: repeatElement(0, count: room))
        var count = 0
        defer { text.removeLast(room - count) }
        count = try text.withUnsafeMutableBytes {
            try base.pointee.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[known...]))
        }
        isAtEnd = count == 0
        byteCount += count
        text.withUnsafeBytes { hash?.update(UnsafeRawBufferPointer(rebasing: $0[known..<known + count])) }
        return count > 0
    }
}
