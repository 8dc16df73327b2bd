import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server on this machine that answers as a test says: from a script, or by passing calls on to a store and doing
/// something to them on the way.
final class Passage: Sendable {
    struct Request: Sendable {
        let method: HTTPMethod
        /// Path and query.
        let uri: String
        let headers: HTTPHeaders
        var body: [UInt8]

        var path: String { String(uri.prefix { $0 != "?" }) }
    }

    struct Reply: Sendable {
        var status: HTTPResponseStatus = .ok
        var headers: HTTPHeaders = [:]
        var body: [UInt8] = []
        /// So many bytes of the body are sent, then the connection is closed; nil: all.
        var cutAfter: Int?
    }

    /// Nil: the connection is closed without an answer.
    typealias Handler = @Sendable (Request) async throws -> Reply?

    private let channel: any Channel
    /// `127.0.0.1:PORT`.
    let authority: String

    init(tls: NIOSSLContext? = nil, _ handler: @escaping Handler) async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline.configureHTTPServerPipeline()
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        channel = server.channel
        authority = "127.0.0.1:\(server.channel.localAddress?.port ?? 0)"
        Task {
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    Task { try? await Self.serve(connection, handler) }
                }
            }
        }
    }

    deinit { channel.close(promise: nil) }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private static func serve(_ connection: Connection, _ handler: Handler) async throws {
        try await connection.executeThenClose { parts, output in
            var head: HTTPRequestHead?
            var body = [UInt8]()
            for try await part in parts {
                switch part {
                case .head(let new): (head, body) = (new, [])
                case .body(let piece): body += piece.readableBytesView
                case .end:
                    guard let head else { return }
                    let request = Request(
                        method: head.method, uri: head.uri, headers: head.headers, body: body)
                    guard let reply = try await handler(request) else { return }
                    var headers = reply.headers
                    if !headers.contains(name: "content-length") {
                        headers.add(name: "content-length", value: String(reply.body.count))
                    }
                    try await output.write(
                        .head(HTTPResponseHead(version: .http1_1, status: reply.status, headers: headers)))
                    let sent = reply.body.prefix(reply.cutAfter ?? reply.body.count)
                    try await output.write(.body(.byteBuffer(ByteBuffer(bytes: sent))))
                    if reply.cutAfter != nil { return }
                    try await output.write(.end(nil))
                }
            }
        }
    }
}

extension Passage.Request {
    /// What the store at `authority` answers.
    func passedOn(to authority: String) async throws -> Passage.Reply {
        var request = HTTPClientRequest(url: "http://\(authority)\(uri)")
        request.method = method
        request.headers = headers
        request.headers.remove(name: "content-length")
        if !body.isEmpty || headers.contains(name: "content-length") {
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        let response = try await Self.http.execute(request, timeout: .seconds(60))
        let answer = try await response.body.collect(upTo: 64 << 20)
        return Passage.Reply(
            status: response.status, headers: response.headers, body: Array(answer.readableBytesView))
    }

    /// Lives as long as the process.
    private static let http = HTTPClient(eventLoopGroupProvider: .singleton)
}

/// What happens to calls between a vault and its store.
enum Fault: Sendable, CaseIterable {
    case internalError
    case slowDown
    /// The connection breaks before the store has heard of the call,
    case reset
    /// or after it has done what was asked.
    case answerLost
    /// The answer ends in the middle.
    case truncated
    /// What the store gets has another bit than what was sent.
    case damaged
}

/// Passes calls on, and does something to every third: one fault after the other.
final class FaultyRoad: Sendable {
    private let store: String
    private let faults: [Fault]
    private let callCount = Mutex(0)
    /// How many of each there were.
    let met = Mutex<[Fault: Int]>([:])

    init(to store: String, faults: [Fault] = Fault.allCases) {
        self.store = store
        self.faults = faults
    }

    func passage() async throws -> Passage { try await Passage { try await self.answer($0) } }

    func answer(_ request: Passage.Request) async throws -> Passage.Reply? {
        let number = callCount.withLock { count in
            count += 1
            return count
        }
        guard number % 3 == 0, !faults.isEmpty else { return try await request.passedOn(to: store) }
        let fault = faults[number / 3 % faults.count]
        met.withLock { $0[fault, default: 0] += 1 }
        switch fault {
        case .internalError: return .refusal(.internalServerError, "InternalError")
        case .slowDown: return .refusal(.serviceUnavailable, "SlowDown")
        case .reset: return nil
        case .answerLost:
            _ = try await request.passedOn(to: store)
            return nil
        case .truncated:
            var reply = try await request.passedOn(to: store)
            reply.cutAfter = reply.body.count / 2
            return reply
        case .damaged:
            var request = request
            if !request.body.isEmpty { request.body[request.body.count / 2] ^= 0x04 }
            return try await request.passedOn(to: store)
        }
    }
}

extension Passage.Reply {
    /// A refusal as S3 writes it.
    static func refusal(_ status: HTTPResponseStatus, _ code: String) -> Passage.Reply {
        Passage.Reply(
            status: status,
            body: Array(
                "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>no</Message></Error>".utf8))
    }
}
