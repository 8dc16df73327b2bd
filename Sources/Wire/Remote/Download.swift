import API
import AsyncHTTPClient
package import Contract
import Evidence
import NIOCore
import NIOHTTP1

extension Connection {
    /// A transfer that breaks is gone on with so often without another byte having passed. Together the pauses take half a
    /// minute: longer than a server takes to notice that its caller is gone, or to be started again.
    static let breaksMax = 8

    static func pause(after breaks: Int) async throws {
        try await Task.sleep(for: min(.milliseconds(125 << breaks), .seconds(8)))
    }

    /// Streams a blob of this digest to `receive`, piece by piece, no faster than that takes them. After a break it goes
    /// on behind what came: by a range of the same bytes, for the digest is their entity tag.
    ///
    /// Throws `PartyError` and `Problem` like `call`, and what `receive` throws. The bytes are held against nothing.
    package func download(
        _ path: String, of digest: Digest, receive: (AnswerPiece) async throws -> Void
    ) async throws {
        var (received, failures) = (0, 0)
        while true {
            let before = received
            do {
                return try await download(path, of: digest, from: &received, receive)
            } catch let failure as PartyError where failure.code == .unavailable && received > 0 {
                failures = received > before ? 0 : failures + 1
                guard failures < Self.breaksMax else { throw failure }
                try await Self.pause(after: failures)
            }
        }
    }

    /// Asks for what comes after `received` bytes, which grow with each piece.
    private func download(
        _ path: String, of digest: Digest, from received: inout Int,
        _ receive: (AnswerPiece) async throws -> Void
    ) async throws {
        let authority = authority(of: path, at: nil)
        let start = received
        let rest = [("Range", "bytes=\(start)-"), ("If-Range", "\"\(digest)\"")]
        let response: HTTPClientResponse
        do {
            response = try await send(
                .get, path, query: [], to: authority, .none, headers: start > 0 ? rest : [], progress: nil)
        } catch let problem as Problem where start > 0 && problem.type == .unsatisfiableRange {
            // All of it had come, and then the connection broke.
            return
        }
        // Another server may give all of it again.
        var known = start
        if response.status == .partialContent {
            guard response.headers.first(name: "Content-Range")?.hasPrefix("bytes \(start)-") == true else {
                throw PartyError.unverified("the server gives another range than it was asked for")
            }
            known = 0
        }
        var pieces = response.body.makeAsyncIterator()
        while let piece = try await next(of: &pieces, from: authority) {
            let skipped = min(known, piece.readableBytes)
            known -= skipped
            guard
                let rest = piece.getSlice(
                    at: piece.readerIndex + skipped, length: piece.readableBytes - skipped),
                rest.readableBytes > 0
            else { continue }
            received += rest.readableBytes
            try await receive(AnswerPiece(buffer: rest))
        }
    }

    private func next(
        of pieces: inout HTTPClientResponse.Body.AsyncIterator, from authority: String
    ) async throws -> ByteBuffer? {
        do {
            return try await pieces.next()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw await failure(authority, error)
        }
    }
}

/// Some bytes of an answer's body, as they came.
package struct AnswerPiece: Sendable {
    fileprivate let buffer: ByteBuffer

    fileprivate init(buffer: ByteBuffer) { self.buffer = buffer }

    package init(_ bytes: [UInt8]) { buffer = ByteBuffer(bytes: bytes) }

    package var byteCount: Int { buffer.readableBytes }

    package func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result { try buffer.withUnsafeReadableBytes(body) }
}
