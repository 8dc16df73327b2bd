/// An age file under another header: the bytes of `base` with their header replaced (`AgeHeader.sharing`).
public struct ReheadedSource<Base: ByteSource & ~Copyable>: ByteSource, ~Copyable {
    private var base: Base
    /// The new header, and what was read beyond the old one.
    private var head: [UInt8]
    private var position = 0
    /// The header that `base` had.
    public let stored: AgeHeader

    /// Reads the stored header. Throws `AgeError.header` where there is none, and what `base` throws.
    public init(_ base: consuming Base, under header: AgeHeader) throws {
        var source = base
        let (stored, beyond) = try withUnsafeMutablePointer(to: &source) { source in
            var buffered = BufferedSource(source)
            let header = try buffered.readHeader().header
            return (header, Array(buffered.peeked))
        }
        self.stored = stored
        head = header.serialized() + beyond
        self.base = source
    }

    public mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard position < head.count else { return try base.read(into: buffer) }
        let count = min(buffer.count, head.count - position)
        head.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
        }
        position += count
        return count
    }
}
