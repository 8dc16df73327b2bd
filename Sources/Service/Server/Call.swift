import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import NIOCore

/// A request's context: Hummingbird's own, and the connection.
struct CallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.channel = source.channel
    }
}

/// One authenticated request: who signed it, and its body, which has to be what was signed.
struct Call: Sendable {
    let request: Request
    let context: CallContext
    /// The key that signed the request. What it may do is for each route to say.
    let key: PublicKey
    /// SHA-256 of the body, as signed.
    let contentDigest: Digest

    /// The body, at most `max` bytes, with the digest that was signed.
    func body(max: Int) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > max {
            throw tooLarge(max)
        }
        var bytes = [UInt8]()
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= max else { throw tooLarge(max) }
            bytes += part.readableBytesView
        }
        guard Digest(hashing: bytes) == contentDigest else {
            throw Problem(.digestMismatch, "the body has not the digest that was signed")
        }
        return bytes
    }

    func json<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        let bytes = try await body(max: Wire.jsonBytesMax)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw Problem(.malformed, "the body is not the JSON that this path takes (docs/api.md)")
        }
    }

    private func tooLarge(_ max: Int) -> Problem {
        Problem(.tooLarge, "the body is longer than \(max) bytes")
    }

    /// A 32-byte value in the path, lowercase hexadecimal.
    func path<Meaning>(_ name: String, as type: Bytes32<Meaning>.Type = Bytes32<Meaning>.self) throws
        -> Bytes32<Meaning>
    {
        guard let value = context.parameters.get(name).flatMap({ Bytes32<Meaning>(hex: $0) }) else {
            throw Problem(.malformed, "\(name) is not 64 lowercase hexadecimal digits")
        }
        return value
    }

    /// A decimal number in the query; nil when absent.
    func number(_ name: String) throws -> UInt64? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let value = UInt64(text) else { throw Problem(.malformed, "\(name) is not a number") }
        return value
    }

    /// What to wait for, in the query; nil when absent.
    func acknowledged(_ name: String) throws -> Wire.Acknowledged? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard let level = Wire.Acknowledged(rawValue: String(text)) else {
            throw Problem(.malformed, "\(name) is sequenced, durable or cosigned")
        }
        return level
    }

    func requiredNumber(_ name: String) throws -> UInt64 {
        guard let value = try number(name) else {
            throw Problem(.malformed, "\(name) is missing in the query")
        }
        return value
    }
}

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }

    static func bytes(_ bytes: [UInt8], type: String = "application/octet-stream") -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .xContentTypeOptions: "nosniff"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A problem as application/problem+json. The connection ends with it when the request had a body that
    /// was not read.
    static func problem(_ problem: Problem, closing: Bool) -> Response {
        // Sorted, so that equal problems are equal bytes: what is absent and what is forbidden must look
        // alike.
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let body = (try? encoder.encode(problem)) ?? Data()
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if closing { headers[.connection] = "close" }
        if let seconds = problem.retryAfter { headers[.retryAfter] = String(seconds) }
        return Response(
            status: .init(code: problem.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
