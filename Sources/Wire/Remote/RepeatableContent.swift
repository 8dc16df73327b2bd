package import Contract
import Evidence
package import Files
import NIOCore
import NetworkFolder
import Synchronization

/// Bytes that can be read as often as need be, from any place on, and are the same each time: a file that stays as it
/// is, or one that is sealed again as it was.
package struct RepeatableContent: Sendable {
    /// Gives the next piece, nil at the end. It waits for disks, and is called by one at a time.
    package typealias Next = @Sendable () throws -> [UInt8]?

    package let byteCount: Int
    package let digest: Digest
    private let read: @Sendable (_ offset: Int) throws -> Next

    /// `read` begins to read at an offset. What it throws, and what the pieces throw, ends the call that sends them.
    package init(
        byteCount: Int, digest: Digest, read: @escaping @Sendable (_ offset: Int) throws -> Next
    ) {
        self.byteCount = byteCount
        self.digest = digest
        self.read = read
    }

    /// Begins to read at an offset. What cannot be read is this machine's failure; other errors stay as they are.
    func reading(from offset: Int) throws -> Next {
        let next = try Self.failing { try read(offset) }
        return { try Self.failing(next) }
    }

    private static func failing<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as FileError { throw PartyError(error) }
    }

    private static let pieceBytes = 256 << 10

    /// The content of a file that stays as it is.
    package init(of name: String, in folder: Folder, byteCount: Int, digest: Digest) {
        self.init(byteCount: byteCount, digest: digest) { offset in
            let file = try OpenFolder(path: folder.path).openFile(name)
            let position = Mutex(offset)
            return {
                guard let file else { throw PartyError.unavailable("a file to send is gone") }
                let piece = try file.read(Self.pieceBytes, at: position.withLock { $0 })
                position.withLock { $0 += piece.count }
                return piece.isEmpty ? nil : piece
            }
        }
    }
}

/// Content on its way into a connection. While a piece is sent the next is read.
struct ContentPieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private static let pieceBytes = 256 << 10

    private let content: RepeatableContent
    private let eventLoop: any EventLoop
    /// Hears how much was handed over.
    private let progress: (@Sendable (Int) -> Void)?
    /// What reading threw: to the HTTP client a body is only one that could not be sent.
    let failure = ReadingFailure()

    init(
        _ content: RepeatableContent, eventLoop: any EventLoop, progress: (@Sendable (Int) -> Void)?
    ) {
        self.content = content
        self.eventLoop = eventLoop
        self.progress = progress
    }

    final class ReadingFailure: Sendable {
        private let state = Mutex<(any Error)?>(nil)
        var error: (any Error)? { state.withLock { $0 } }
        func note(_ error: any Error) { state.withLock { $0 = $0 ?? error } }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(content, eventLoop: eventLoop, progress: progress, failure: failure)
    }

    struct Iterator: AsyncIteratorProtocol {
        private let content: RepeatableContent
        private let eventLoop: any EventLoop
        private let progress: (@Sendable (Int) -> Void)?
        private let failure: ReadingFailure
        private var read: RepeatableContent.Next?
        private var ahead: Task<[UInt8]?, any Error>?
        private var piece: ArraySlice<UInt8> = []
        private var done = 0

        init(
            _ content: RepeatableContent, eventLoop: any EventLoop, progress: (@Sendable (Int) -> Void)?,
            failure: ReadingFailure
        ) {
            self.content = content
            self.eventLoop = eventLoop
            self.progress = progress
            self.failure = failure
        }

        mutating func next() async throws -> ByteBuffer? {
            // TLS takes pieces as fast as they come and fills memory: wait until the last one is on its way.
            if done > 0 { try await eventLoop.submit {}.get() }
            if piece.isEmpty {
                do {
                    piece = try await nextPiece()[...]
                } catch {
                    failure.note(error)
                    throw error
                }
            }
            guard !piece.isEmpty else { return nil }
            let part = piece.prefix(ContentPieces.pieceBytes)
            piece = piece.dropFirst(part.count)
            done += part.count
            progress?(done)
            return ByteBuffer(bytes: part)
        }

        private mutating func nextPiece() async throws -> [UInt8] {
            let read = try read ?? content.reading(from: 0)
            self.read = read
            func begin() -> Task<[UInt8]?, any Error> { Task { try await FileThreads.shared.run(read) } }
            let bytes = try await (ahead ?? begin()).value
            ahead = bytes == nil ? nil : begin()
            return bytes ?? []
        }
    }
}

/// What was to be sent could not be read.
struct ContentError: Error {
    let cause: any Error
}
