import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Ledger
import Records

/// How a route reads its body.
struct BodyFormat<Value: Sendable>: Sendable {
    /// Nil where the route takes no body.
    let description: BodyDescription?
    let read: @Sendable (SignedCall, RecordKeeping) async throws -> Value
}

/// What docs/reference/openapi.json says about a body.
struct BodyDescription: Sendable {
    let mediaType: String
    /// Nil where only the disk is the limit.
    let bytesMax: Int?
    /// The JSON's type; nil for bytes.
    let type: (any (Decodable & Sendable).Type)?
    /// What the call has to say of it in headers, besides its length and type: names, and what their values are like.
    var headers: [(name: String, pattern: String)] = []
}

extension BodyFormat<Void> {
    static let nothing = Self(description: nil) { _, _ in }
}

extension BodyFormat where Value: Decodable {
    static func json(_ type: Value.Type, max: Int = Wire.jsonBytesMax) -> Self {
        Self(
            description: BodyDescription(mediaType: "application/json", bytesMax: max, type: type)
        ) { call, _ in
            let bytes = try await call.body(max: max)
            do {
                return try JSONDecoder().decode(type, from: Data(bytes))
            } catch {
                throw Problem(
                    .malformed, "the body is not the JSON that this path takes (docs/reference/api.md)")
            }
        }
    }
}

extension BodyFormat<[UInt8]> {
    static func bytes(_ mediaType: String, max: Int) -> Self {
        Self(description: BodyDescription(mediaType: mediaType, bytesMax: max, type: nil)) { call, _ in
            try await call.body(max: max)
        }
    }
}

extension BodyFormat<SignedStatement> {
    static let statement = Self(
        description: BodyDescription(
            mediaType: "application/cose", bytesMax: Limits.statementBytesMax, type: nil)
    ) { call, records in
        let bytes = try await call.body(max: Limits.statementBytesMax)
        guard let statement = try? SignedStatement(bytes, network: records.ledger.network) else {
            throw Problem.rejected(.malformed)
        }
        return statement
    }
}

extension BodyFormat<RequestBody> {
    /// Bytes as they come. The handler holds them against the digest that was signed.
    static let stream = Self(
        description: BodyDescription(mediaType: "application/octet-stream", bytesMax: nil, type: nil)
    ) { call, _ in call.request.body }
}

extension BodyFormat<UploadPart> {
    /// What goes on with an upload, as it comes.
    static let uploadPart = Self(
        description: BodyDescription(
            mediaType: Upload.mediaType, bytesMax: nil, type: nil,
            headers: [(Upload.offsetHeader, "^[0-9]{1,19}$"), (Upload.completeHeader, "^\\?[01]$")])
    ) { call, _ in try UploadPart(call) }
}

/// How a route writes its answer.
struct AnswerFormat<Value: Sendable>: Sendable {
    let description: AnswerDescription
    let response: @Sendable (Value) throws -> Response
}

/// What docs/reference/openapi.json says about an answer.
struct AnswerDescription: Sendable {
    let statuses: [Int]
    /// Nil where the answer has no body.
    let mediaType: String?
    /// The JSON's type; nil for bytes.
    let type: (any (Decodable & Sendable).Type)?
}

extension AnswerFormat where Value: Codable {
    static func json(_ type: Value.Type) -> Self {
        Self(
            description: AnswerDescription(statuses: [200], mediaType: "application/json", type: type)
        ) { try .json($0) }
    }
}

extension AnswerFormat<Void> {
    static let created = Self(
        description: AnswerDescription(statuses: [201], mediaType: nil, type: nil)
    ) { Response(status: .created) }

    static let noContent = Self(
        description: AnswerDescription(statuses: [204], mediaType: nil, type: nil)
    ) { Response(status: .noContent) }
}

extension AnswerFormat<[UInt8]> {
    static func bytes(_ mediaType: String) -> Self {
        Self(
            description: AnswerDescription(statuses: [200], mediaType: mediaType, type: nil)
        ) { .bytes($0, type: mediaType) }
    }
}

extension AnswerFormat<Response> {
    /// An answer that the handler writes itself: a stream, or one of several statuses.
    static func own(_ mediaType: String?, statuses: [Int] = [200]) -> Self {
        Self(
            description: AnswerDescription(statuses: statuses, mediaType: mediaType, type: nil)
        ) { $0 }
    }
}
