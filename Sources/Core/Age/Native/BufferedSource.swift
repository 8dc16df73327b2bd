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
        var scan = HeaderScan()
        var isAtEnd = false
        while true {
            if let (header, count) = try scan.header(in: peeked, isAtEnd: isAtEnd) {
                let bytes = Array(peeked.prefix(count))
                skip(count)
                return (header, bytes)
            }
            isAtEnd = try !peekFurther()
        }
    }
}
