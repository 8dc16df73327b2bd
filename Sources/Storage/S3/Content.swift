import NIOCore
import Primitives

/// Bytes to send, whose SHA-256 is known before, and which can be read again when they must be sent again.
public struct Content: Sendable {
    public let byteCount: Int
    /// SHA-256 of all of them: 32 bytes.
    public let digest: [UInt8]
    /// Gives `count` bytes from `offset` on.
    private let read: @Sendable (_ offset: Int, _ count: Int) async throws -> [UInt8]

    public init(_ bytes: [UInt8]) { self.init(bytes, digest: SHA256.digest(bytes)) }

    /// Bytes whose SHA-256 is known already.
    public init(_ bytes: [UInt8], digest: [UInt8]) {
        self.init(byteCount: bytes.count, digest: digest) { Array(bytes[$0..<$0 + $1]) }
    }

    /// What `read` gives; each time the same.
    public init(
        byteCount: Int, digest: [UInt8],
        read: @escaping @Sendable (_ offset: Int, _ count: Int) async throws -> [UInt8]
    ) {
        precondition(digest.count == SHA256.byteCount, "SHA-256 has 32 bytes")
        self.byteCount = byteCount
        self.digest = digest
        self.read = read
    }

    var base64Digest: String { String(decoding: Base64.encode(digest), as: UTF8.self) }

    /// The bytes in pieces that are read when the connection asks for them.
    var pieces: Pieces { Pieces(content: self) }

    struct Pieces: AsyncSequence, Sendable {
        let content: Content

        func makeAsyncIterator() -> Iterator { Iterator(content: content) }

        struct Iterator: AsyncIteratorProtocol {
            let content: Content
            var offset = 0

            mutating func next() async throws -> ByteBuffer? {
                let count = Swift.min(256 << 10, content.byteCount - offset)
                guard count > 0 else { return nil }
                let piece = try await content.read(offset, count)
                offset += count
                return ByteBuffer(bytes: piece)
            }
        }
    }
}
