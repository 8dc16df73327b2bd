import Glibc
import Primitives

/// Bytes that can be read from any place: a file, memory, what answers to a range request.
public protocol RandomAccessSource: ~Copyable {
    var byteCount: Int { get }
    /// Reads at most `buffer.count` bytes from `offset` on into `buffer` and says how many; 0 only at the
    /// end.
    mutating func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Opens ranges of a binary age file: only the chunks that a range touches are read and opened (c2sp.org/age,
/// "Payload").
///
/// The header's MAC is verified at the beginning, and so is the last chunk, because the length follows from
/// it. What is between is verified as it is read: a reader never vouches for the parts of a file that were
/// not asked for.
public struct AgeReader<Base: RandomAccessSource & ~Copyable>: ~Copyable {
    private var base: Base
    private let payloadKey: WipedBytes
    private let payload: Range<Int>
    /// The header, its MAC verified.
    public let header: AgeHeader
    /// The size of the plaintext, vouched for by the last chunk.
    public let byteCount: Int

    /// Throws `AgeError` and what `base` throws. Not for armored files.
    public init(_ base: consuming Base, with key: AgeOpening) throws {
        let fileBytes = base.byteCount
        var head = [UInt8](repeating: 0, count: min(fileBytes, AgeHeader.byteCountMax + FileKey.nonceBytes))
        let isWhole = try head.withUnsafeMutableBytes { head in
            try Self.fill(head, from: &base, at: 0) == head.count
        }
        guard isWhole else { throw AgeError.payload("it is truncated") }
        let (header, headerBytes) = try AgeHeader.parse(prefixOf: head)
        let fileKey = try key.fileKey(of: header)
        let start = headerBytes + FileKey.nonceBytes
        guard start <= head.count else { throw AgeError.header("the file ends before the payload's nonce") }
        guard let byteCount = Chunk.plaintextCount(payloadBytes: fileBytes - start) else {
            throw AgeError.payload("it is truncated")
        }
        let payloadKey = fileKey.payloadKey(nonce: Array(head[headerBytes..<start]))
        var nothing = DiscardingSink()
        try Self.read(
            max(byteCount - 1, 0)..<byteCount, of: start..<fileBytes, from: &base, payloadKey, into: &nothing)
        self.header = header
        self.byteCount = byteCount
        self.payload = start..<fileBytes
        self.payloadKey = payloadKey
        self.base = base
    }

    /// Gives the plaintext of `range` to `sink`. Traps on a range beyond `byteCount`. Throws
    /// `AgeError.payload`, and what the source and the sink throw; only authentic plaintext reaches the sink.
    public mutating func read(_ range: Range<Int>, into sink: inout some ByteSink & ~Copyable) throws {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "a range beyond the end")
        guard !range.isEmpty else { return }
        try Self.read(range, of: payload, from: &base, payloadKey, into: &sink)
    }

    private static func read(
        _ range: Range<Int>, of payload: Range<Int>, from base: inout Base, _ key: borrowing WipedBytes,
        into sink: inout some ByteSink & ~Copyable
    ) throws {
        let first = range.lowerBound / Chunk.plainBytes
        let end = max((range.upperBound + Chunk.plainBytes - 1) / Chunk.plainBytes, first + 1)
        let sealedEnd = min(payload.lowerBound + end * Chunk.sealedBytes, payload.upperBound)
        try withUnsafeMutablePointer(to: &base) { base in
            try withUnsafeMutablePointer(to: &sink) { sink in
                var source = WindowSource(
                    base: base, position: payload.lowerBound + first * Chunk.sealedBytes, end: sealedEnd)
                var window = WindowSink(
                    base: sink, skip: range.lowerBound - first * Chunk.plainBytes, count: range.count)
                _ = try key.withUnsafeBytes {
                    try ChunkPipeline(
                        .opening, key: $0, firstChunk: first, endsPayload: sealedEnd == payload.upperBound
                    ).run(from: &source, to: &window, progress: nil)
                }
            }
        }
    }

    /// The plaintext of `range`. As `read(_:into:)`.
    public mutating func read(_ range: Range<Int>) throws -> [UInt8] {
        var sink = MemorySink(capacity: range.count)
        try read(range, into: &sink)
        return sink.bytes
    }

    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from base: inout Base, at offset: Int
    ) throws -> Int {
        var count = 0
        while count < buffer.count {
            let read = try base.read(
                at: offset + count, into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            guard read > 0 else { break }
            count += read
        }
        return count
    }
}

/// A part of a random access source, from front to back. It may not end early: then its chunks are not those
/// that were asked for.
private struct WindowSource<Base: RandomAccessSource & ~Copyable>: ByteSource, ~Copyable {
    let base: UnsafeMutablePointer<Base>
    var position: Int
    let end: Int

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = min(buffer.count, end - position)
        guard count > 0 else { return 0 }
        let read = try base.pointee.read(
            at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        guard read > 0 else { throw AgeError.payload("it is truncated") }
        position += read
        return read
    }
}

/// Passes on `count` bytes after the first `skip`.
private struct WindowSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    let base: UnsafeMutablePointer<Base>
    var skip: Int
    var count: Int

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        let from = min(skip, bytes.count)
        let end = from + min(count, bytes.count - from)
        skip -= from
        count -= end - from
        guard from < end else { return }
        try base.pointee.write(UnsafeRawBufferPointer(rebasing: bytes[from..<end]))
    }
}

/// Bytes in memory, read from any place.
public struct MemoryRandomAccess: RandomAccessSource {
    private let bytes: [UInt8]
    public var byteCount: Int { bytes.count }

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public mutating func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = min(buffer.count, max(bytes.count - offset, 0))
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
        }
        return count
    }
}

/// A file, read from any place; closed when it goes out of scope.
public struct FileRandomAccess: RandomAccessSource, ~Copyable {
    private let descriptor: Int32
    public let byteCount: Int

    /// Throws `StreamError`.
    public init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StreamError("open") }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let failure = StreamError("examine the file")
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
        self.byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    public mutating func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
            if count >= 0 { return count }
            guard errno == EINTR else { throw StreamError("read") }
        }
    }
}
