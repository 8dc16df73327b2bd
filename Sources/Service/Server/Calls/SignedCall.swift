import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import NIOCore

/// A call's context: Hummingbird's own, and the connection.
struct CallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.channel = source.channel
    }
}

/// A call with a signature that holds: who signed it, and its body, which has to be what was signed. What the
/// key may do is for the route's policy to say.
struct SignedCall: Sendable {
    let request: Request
    let context: CallContext
    let key: PublicKey
    /// SHA-256 of the body, as signed.
    let contentDigest: Digest

    static let organisationNotServed = Problem(.notFound, "this server does not serve that organisation")

    /// What the call says of its body's length; nil where it says nothing.
    var contentLength: Int? { request.headers[.contentLength].flatMap { Int($0) } }

    /// The body, at most `max` bytes, with the digest that was signed.
    func body(max: Int) async throws -> [UInt8] {
        if let contentLength, contentLength > max {
            throw Self.tooLarge(max)
        }
        var bytes = [UInt8]()
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= max else { throw Self.tooLarge(max) }
            bytes += part.readableBytesView
        }
        guard Digest(hashing: bytes) == contentDigest else {
            throw Problem(.digestMismatch, "the body has not the digest that was signed")
        }
        return bytes
    }

    private static func tooLarge(_ max: Int) -> Problem {
        Problem(.tooLarge, "the body is longer than \(max) bytes")
    }

    /// A part of the path, by the name in the route's pattern.
    func parameter(_ name: String) -> String? { context.parameters.get(name) }

    /// A 32-byte value in the path, lowercase hexadecimal.
    func path<Meaning>(_ name: String, as type: Bytes32<Meaning>.Type = Bytes32<Meaning>.self) throws
        -> Bytes32<Meaning>
    {
        guard let value = parameter(name).flatMap({ Bytes32<Meaning>(hex: $0) }) else {
            throw Problem(.malformed, "\(name) is not 64 lowercase hexadecimal digits")
        }
        return value
    }

    /// A blob's name in the path.
    func blob(_ name: String) throws -> BlobName {
        guard let value = parameter(name).flatMap({ BlobName($0.utf8) }) else {
            throw Problem(
                .malformed,
                "\(name) is not 64 lowercase hexadecimal digits, or those, a dot and a kind of blob")
        }
        return value
    }

    /// The field's value in the query; nil when it is absent.
    func query<Value>(_ field: QueryField<Value>) throws -> Value? {
        guard let text = request.uri.queryParameters[Substring(field.name)] else { return nil }
        guard let value = field.parse(String(text)) else {
            throw Problem(.malformed, "\(field.name) is not \(field.form)")
        }
        return value
    }

    func required<Value>(_ field: QueryField<Value>) throws -> Value {
        guard let value = try query(field) else {
            throw Problem(.malformed, "\(field.name) is missing in the query")
        }
        return value
    }
}
