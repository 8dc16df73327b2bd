import Contract
import Primitives

/// AWS Signature Version 4, in the `Authorization` header ("Authenticating Requests: Using the Authorization Header" in
/// the Amazon S3 API Reference).
struct Signature {
    let credentials: Credentials
    let region: String
    let time: UTCTime
    var service = "s3"

    /// The value of the `Authorization` header.
    ///
    /// - `path` is percent-encoded, `query` is not: `queryText` of it is what the request must send;
    /// - `headers` are all that are signed, `host` among them, names in lower case, each once;
    /// - `payload` is the SHA-256 of the body in hexadecimal.
    func authorization(
        method: String, path: String, query: [(String, String)], headers: [(String, String)], payload: String
    ) -> String {
        let headers = headers.sorted { $0.0 < $1.0 }
        let names = headers.map(\.0).joined(separator: ";")
        let canonical = [
            method, path, Self.queryText(query), headers.map { "\($0.0):\(Self.trimmed($0.1))\n" }.joined(),
            names, payload,
        ].joined(separator: "\n")
        let scope = "\(time.date)/\(region)/\(service)/aws4_request"
        let text = ["AWS4-HMAC-SHA256", time.basic, scope, Self.digest(Array(canonical.utf8))]
            .joined(separator: "\n")
        return "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope),SignedHeaders=\(names),"
            + "Signature=\(lowercaseHex(Self.tag(text, key)))"
    }

    /// The query as it is signed and sent: percent-encoded and in order.
    static func queryText(_ query: [(String, String)]) -> String {
        query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.sorted()
            .joined(separator: "&")
    }

    /// SHA-256 in hexadecimal.
    static func digest(_ bytes: [UInt8]) -> String { lowercaseHex(SHA256.digest(bytes)) }

    /// The key of a day, a region and a service.
    private var key: [UInt8] {
        let day = HMACSHA256.tag(of: Array(time.date.utf8), key: credentials.secret)
        return [region, service, "aws4_request"].reduce(day) { Self.tag($1, $0) }
    }

    private static func tag(_ text: String, _ key: [UInt8]) -> [UInt8] {
        key.withUnsafeBytes { HMACSHA256.tag(of: Array(text.utf8), key: $0) }
    }

    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }
}
