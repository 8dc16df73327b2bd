import API
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try encoded(value))))
    }

    static func bytes(_ bytes: [UInt8], type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .xContentTypeOptions: "nosniff"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A problem as application/problem+json. The connection ends with it when the request had a body that
    /// was not read.
    static func problem(_ problem: Problem, closing: Bool) -> Response {
        let body = (try? encoded(problem)) ?? Data()
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if closing { headers[.connection] = "close" }
        if let seconds = problem.retryAfter { headers[.retryAfter] = String(seconds) }
        return Response(
            status: .init(code: problem.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// Keys are sorted, so that equal values are equal bytes: what is absent and what is forbidden must look
    /// alike.
    private static func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try encoder.encode(value)
    }
}

extension HTTPField.Name {
    static let contentDigest = Self("Content-Digest")!
    static let signatureInput = Self("Signature-Input")!
    static let signature = Self("Signature")!
    static let lastEventID = Self("Last-Event-ID")!
    static let uploadOffset = Self(Upload.offsetHeader)!
    static let uploadComplete = Self(Upload.completeHeader)!
    static let uploadLimit = Self(Upload.limitHeader)!
    static let logSize = Self(Routes.logSizeHeader)!
}
