package import Age
package import Contract
import Evidence
import Primitives
import Workflow

/// A file to be put into a record: its name, its size, and a way to read it, as often as it is needed and from any
/// place on.
///
/// Where it lies is for whoever makes it: on this machine, at a PACS, in a test's memory.
public struct SourceFile: Sendable {
    /// Reads at most so many bytes as the buffer has room for and says how many; 0 only at the end.
    public typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

    /// As the descriptor will have it.
    public let name: String
    public let byteCount: Int
    private let open: @Sendable (_ offset: Int) throws -> Read

    public init(name: String, byteCount: Int, open: @escaping @Sendable (_ offset: Int) throws -> Read) {
        self.name = name
        self.byteCount = byteCount
        self.open = open
    }

    /// Begins to read. Reading throws `CancellationError` once the task was cancelled.
    package func reading() throws -> some ByteSource { Reading(read: try open(0)) }

    /// Begins to read at an offset.
    package func read(from offset: Int) throws -> Read { try open(offset) }

    private struct Reading: ByteSource {
        let read: Read

        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            try Task.checkCancellation()
            return try read(buffer)
        }
    }

    /// Its first bytes, at most `count`.
    package func head(_ count: Int) throws -> [UInt8] {
        var source = try reading()
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let room = UnsafeMutableRawBufferPointer(buffer)
            while initialized < count {
                let read = try source.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: room[initialized...]))
                guard read > 0 else { break }
                initialized += read
            }
        }
    }

    /// All of it. Throws `badInput` when it has more than `bytesMax`.
    package func bytes(max bytesMax: Int) throws -> [UInt8] {
        guard byteCount <= bytesMax else {
            throw PartyError.badInput("\(name) has more than \(bytesMax) bytes")
        }
        return try head(bytesMax)
    }

    /// SHA-256 of what it holds.
    package func digest() throws -> Digest {
        var source = try reading()
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer {
            wipe(buffer)
            buffer.deallocate()
        }
        while true {
            let count = try source.read(into: buffer)
            guard count > 0 else { break }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        guard let digest = Digest(hash.finish()) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }
}
