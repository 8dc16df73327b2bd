import Primitives

/// A source with a look ahead: what was read too far is given first.
struct BufferedSource<Base: ByteSource & ~Copyable>: ByteSource, ~Copyable {
    private let base: UnsafeMutablePointer<Base>
    /// What is known and not yet given is `buffer[start..<end]`.
    private var buffer: [UInt8] = []
    private var start = 0
    private var end = 0
    private var hash: SHA256?
    /// How much was read from the base.
    private(set) var byteCount = 0

    /// `base` must outlive this.
    init(_ base: UnsafeMutablePointer<Base>) {
        self.base = base
    }

    /// From now on everything that is read is hashed, and so is what is already known. Nothing may have been
    /// given yet.
    mutating func startHashing() {
        precondition(start == 0 && end == byteCount, "too late to hash everything")
        let known = Array(peeked)
        hash = SHA256()
        hash?.update(known)
    }

    /// The hash of everything that was read, if it was asked for.
    mutating func finishHashing() -> [UInt8]? {
        hash.take()?.finish()
    }

    mutating func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        guard start < end else { return try readBase(into: target) }
        let count = min(target.count, end - start)
        buffer.withUnsafeBytes {
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
        }
        start += count
        return count
    }

    private mutating func readBase(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try base.pointee.read(into: target)
        byteCount += count
        hash?.update(UnsafeRawBufferPointer(rebasing: target[..<count]))
        return count
    }

    /// What is known of what comes next.
    var peeked: ArraySlice<UInt8> { buffer[start..<end] }

    /// Reads further ahead, some bytes; false at the end.
    mutating func peekFurther() throws -> Bool {
        if start == end || end == buffer.count {
            buffer.withUnsafeMutableBytes { bytes in
                bytes.copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<end]))
            }
            (start, end) = (0, end - start)
        }
        if end == buffer.count { buffer += [UInt8](repeating: 0, count: max(buffer.count, 64 << 10)) }
        // A local copy of the storage, so that it and the hash can be written at once.
        var storage = buffer
        buffer = []
        defer { buffer = storage }
        let known = end
        let count = try storage.withUnsafeMutableBytes {
            try readBase(into: UnsafeMutableRawBufferPointer(rebasing: $0[known...]))
        }
        end += count
        return count > 0
    }

    /// Drops what has been looked at.
    mutating func skip(_ count: Int) {
        precondition(count <= end - start, "skipping what is not known")
        start += count
    }
}

// MARK: - Header

extension BufferedSource where Base: ~Copyable {
    /// Reads an age file's header and no further, at most 64 KiB. Throws `AgeError.header`, or `.armor` where
    /// armor follows after something else.
    mutating func readHeader() throws -> (header: AgeHeader, bytes: [UInt8]) {
        // At the end there is a header or an error.
        try readHeaderIfWhole(isAtEnd: true)!
    }

    /// The same for a source that may give more later if it is not `isAtEnd`: nil when the header is not yet
    /// whole.
    mutating func readHeaderIfWhole(isAtEnd: Bool) throws -> (header: AgeHeader, bytes: [UInt8])? {
        // A header ends with the first line that starts as no line of a stanza can: with `---`.
        var line = 0
        var scanned = 0
        while true {
            let known = peeked
            guard zip(known, AgeHeader.version).allSatisfy(==) else {
                // Enough of it to say what it is.
                while peeked.count < Armor.whitespaceMax, try peekFurther() {}
                throw Self.failure(of: Array(peeked))
            }
            while let newline = known[(known.startIndex + scanned)...].firstIndex(of: UInt8(ascii: "\n")) {
                scanned = newline + 1 - known.startIndex
                if known[(known.startIndex + line)...].starts(with: AgeHeader.macMark) {
                    let bytes = Array(known.prefix(scanned))
                    let header = try AgeHeader(parsing: bytes)
                    skip(scanned)
                    return (header, bytes)
                }
                line = scanned
            }
            scanned = known.count
            if known.count > AgeHeader.byteCountMax { throw Self.failure(of: Array(known)) }
            if try !peekFurther() {
                guard isAtEnd else { return nil }
                throw Self.failure(of: Array(peeked))
            }
        }
    }

    /// What is wrong with a header whose end is not to be found.
    private static func failure(of bytes: [UInt8]) -> AgeError {
        let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let secondLine = bytes[min(newline + 1, bytes.count)...]
        let start = secondLine.drop(while: Armor.isWhitespace)
        if start.starts(with: Armor.begin) { return .armor("bytes before the BEGIN line") }
        do {
            _ = try AgeHeader.parse(prefixOf: bytes)
            return .header("it does not end")
        } catch let error { return error }
    }
}
