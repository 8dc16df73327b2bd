/// A source with a look ahead: what was read too far is given first.
struct BufferedSource<Base: ByteSource & ~Copyable>: ByteSource, ~Copyable {
    private let base: UnsafeMutablePointer<Base>
    private var ahead: [UInt8] = []
    private var position = 0

    /// `base` must outlive this.
    init(_ base: UnsafeMutablePointer<Base>) {
        self.base = base
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard position < ahead.count else { return try base.pointee.read(into: buffer) }
        let count = min(buffer.count, ahead.count - position)
        ahead.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
        }
        position += count
        return count
    }

    /// What is known of what comes next.
    var peeked: ArraySlice<UInt8> { ahead[position...] }

    /// Reads further ahead, some bytes; false at the end.
    mutating func peekFurther() throws -> Bool {
        ahead.removeFirst(position)
        position = 0
        let known = ahead.count
        ahead.append(contentsOf: repeatElement(0, count: Self.aheadBytes))
        var count = 0
        defer { ahead.removeLast(Self.aheadBytes - count) }
        count = try ahead.withUnsafeMutableBytes { try base.pointee.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[known...])) }
        return count > 0
    }

    private static var aheadBytes: Int { 16 << 10 }

    /// Drops what has been looked at.
    mutating func skip(_ count: Int) {
        precondition(count <= ahead.count - position, "skipping what is not known")
        position += count
    }

    /// Reads an age file's header and no further, at most 64 KiB. Throws `AgeError.header`.
    mutating func readHeader() throws -> (header: AgeHeader, bytes: [UInt8]) {
        // At the end there is a header or an error.
        try readHeaderIfWhole(isAtEnd: true)!
    }

    /// The same for a source that may give more later if it is not `isAtEnd`: nil when the header is not yet whole.
    mutating func readHeaderIfWhole(isAtEnd: Bool) throws -> (header: AgeHeader, bytes: [UInt8])? {
        // A header ends with the first line that starts as no line of a stanza can: with `---`.
        var scanned = 0
        while true {
            let known = peeked
            guard zip(known, AgeHeader.version).allSatisfy(==) else { throw Self.failure(of: Array(known)) }
            while let newline = known[(known.startIndex + scanned)...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = known[(known.startIndex + scanned)...newline]
                scanned += line.count
                if line.starts(with: AgeHeader.macMark) {
                    let bytes = Array(known.prefix(scanned))
                    let header = try AgeHeader(parsing: bytes)
                    skip(scanned)
                    return (header, bytes)
                }
            }
            if known.count > AgeHeader.byteCountMax { throw Self.failure(of: Array(known)) }
            if try !peekFurther() {
                guard isAtEnd else { return nil }
                throw Self.failure(of: Array(peeked))
            }
        }
    }

    /// What is wrong with a header whose end is not to be found.
    private static func failure(of bytes: [UInt8]) -> AgeError {
        if let line = bytes.firstIndex(of: UInt8(ascii: "\n")), bytes[(line + 1)...].starts(with: Armor.begin) {
            return .armor("bytes before the BEGIN line")
        }
        do {
            _ = try AgeHeader.parse(prefixOf: bytes)
            return .header("it does not end")
        } catch let error { return error }
    }
}
