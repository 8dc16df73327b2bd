import Primitives

/// Reads what is in armor, to its end and to the end of what follows. Throws `AgeError.armor`.
struct ArmorSource<Base: ByteSource & ~Copyable>: ByteSource, ~Copyable {
    private let source: UnsafeMutablePointer<BufferedSource<Base>>
    private var decoder = ArmorDecoder()
    /// What was decoded and not yet given is `decoded[given...]`.
    private var decoded: [UInt8] = []
    private var given = 0

    /// `source` must outlive this.
    init(_ source: UnsafeMutablePointer<BufferedSource<Base>>) {
        self.source = source
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if given == decoded.count {
            guard !decoder.isDone else { return 0 }
            try decodeFurther()
        }
        let count = min(buffer.count, decoded.count - given)
        decoded.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[given..<given + count]))
        }
        given += count
        return count
    }

    /// Decodes some lines. What comes before the armor's end is given only once it is known what follows that.
    private mutating func decodeFurther() throws {
        decoded.removeAll(keepingCapacity: true)
        given = 0
        var isAtEnd = false
        while !decoder.isDone, decoder.isAfterEnd || decoded.count < 64 << 10 {
            let count = try decoder.decode(source.pointee.peeked, isAtEnd: isAtEnd, to: &decoded)
            source.pointee.skip(count)
            if count == 0, !decoder.isDone { isAtEnd = try !source.pointee.peekFurther() }
        }
    }
}

/// Writes armor around what is written to it. `finish` has to be called at the end.
struct ArmorSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    private let base: UnsafeMutablePointer<Base>
    private var hash: SHA256?
    private var byteCount = 0
    private var encoder: ArmorEncoder
    private var text: [UInt8]

    /// `base` must outlive this. The hash, if any, is of the armored file.
    init(_ base: UnsafeMutablePointer<Base>, hash: consuming SHA256?) {
        self.base = base
        self.hash = hash
        var text = [UInt8]()
        encoder = ArmorEncoder(&text)
        self.text = text
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, 48 << 10)
            encoder.encode(UnsafeRawBufferPointer(rebasing: rest[..<count]), to: &text)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if text.count >= 64 << 10 { try flush() }
        }
    }

    /// Writes the end; gives the size of the armored file and its SHA-256.
    mutating func finish() throws -> (byteCount: Int, digest: [UInt8]?) {
        encoder.finish(&text)
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

extension Armor {
    /// Whether armor follows.
    static func isNext<Base: ByteSource & ~Copyable>(in source: inout BufferedSource<Base>) throws -> Bool {
        var isAtEnd = false
        while true {
            if let answer = begins(source.peeked, isAtEnd: isAtEnd) { return answer }
            isAtEnd = try !source.peekFurther()
        }
    }
}
