/// Where bytes come from: a file, a pipe, memory.
public protocol ByteSource: ~Copyable {
    /// Reads at most `buffer.count` bytes into `buffer` and says how many; 0 only at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Where bytes go to: a file, a pipe, memory.
public protocol ByteSink: ~Copyable {
    /// Writes all of `bytes`.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws
}

extension ByteSource where Self: ~Copyable {
    /// Reads until `buffer` is full or the source ends; says how many bytes.
    mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        while count < buffer.count {
            let read = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            guard read > 0 else { break }
            count += read
        }
        return count
    }
}

extension ByteSink where Self: ~Copyable {
    mutating func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}

/// Bytes in memory, read once from front to back.
public struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = min(buffer.count, bytes.count - position)
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
        }
        position += count
        return count
    }
}

/// Collects bytes in memory.
public struct MemorySink: ByteSink {
    public private(set) var bytes: [UInt8] = []

    /// Room for `capacity` bytes is made at once, so that growing leaves no copies behind.
    public init(capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        self.bytes.append(contentsOf: bytes)
    }
}

/// A sink that keeps nothing: to check a file without its plaintext.
public struct DiscardingSink: ByteSink {
    public init() {}
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {}
}
