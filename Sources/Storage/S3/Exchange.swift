import AsyncHTTPClient
import Contract
import NIOCore
import NIOHTTP1
import NIOSSL
import Primitives
import Synchronization

/// A call to the store.
struct Call {
    enum Method: String {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    let method: Method
    /// The object's, below the address's prefix; nil: the bucket itself.
    let key: String?
    /// Not encoded.
    let query: [(String, String)]
    /// Names in lower case. All of them are signed.
    var headers: [(String, String)]
    var content: Content?
    /// The element that a good answer is; nil: its body says nothing.
    let answer: String?

    var isChange: Bool { method != .get && method != .head }

    init(
        _ method: Method, _ key: String?, query: [(String, String)] = [], headers: [(String, String)] = [],
        content: Content? = nil, answer: String? = nil
    ) {
        self.method = method
        self.key = key
        self.query = query
        self.headers = headers
        self.content = content
        self.answer = answer
    }
}

/// A good answer.
struct Answer {
    let headers: HTTPHeaders
    /// What `Call.answer` names; without, an element without a name.
    let root: XMLElement

    func header(_ name: String) -> String? { headers.first(name: name) }

    /// Whether what was put or removed has become one version of several: that was switched on while the bucket was in
    /// use.
    var isOfVersions: Bool {
        ![nil, "null"].contains(header("x-amz-version-id")) || header("x-amz-delete-marker") == "true"
    }
}

/// Calls that are signed, made again where that helps, and judged by what is answered.
final class Exchange: Sendable {
    private let address: BucketAddress
    private let connections: Connections
    private let credentials: CredentialCache
    private let timing: Timing
    /// How far the store's clock is ahead of this one's, in seconds, where it refused for that.
    private let clockLead = Mutex(0)

    /// Whether the bucket has shown that it keeps what is replaced and removed.
    private let keepsVersions = Mutex(false)

    private static let bytesMax = 8 << 20

    /// How stores say that what arrived is not what was sent, or not all of it.
    fileprivate static let damagedOnTheWay: Set = [
        "BadDigest", "IncompleteBody", "InvalidDigest", "InvalidPart", "InvalidPartOrder", "MalformedXML",
        "RequestTimeout", "XAmzContentSHA256Mismatch",
    ]

    init(_ address: BucketAddress, _ connections: Connections, credentials: CredentialSource, timing: Timing)
    {
        self.address = address
        self.connections = connections
        self.credentials = CredentialCache(credentials, connections)
        self.timing = timing
    }

    /// Seconds since 1970 by the store's clock, as far as it is known.
    var now: Int { timing.now() + clockLead.withLock { $0 } }

    /// What an object carries that came in parts, so that its maker knows it again.
    static func mark() -> String { lowercaseHex(Random.bytes(16)) }

    @discardableResult
    func answer(to call: Call) async throws(BucketError) -> Answer {
        // What was hidden behind a marker before is not listed, and is not gone: only single objects are read from then on.
        if keepsVersions.withLock({ $0 }), call.key == nil || call.isChange { throw .versioned }
        let answer = try await goodAnswer(to: call)
        guard call.isChange, answer.isOfVersions else { return answer }
        keepsVersions.withLock { $0 = true }
        throw .versioned
    }

    private func goodAnswer(to call: Call) async throws(BucketError) -> Answer {
        try await attempts(call) { response in
            let body = try await response.body.collect(upTo: Self.bytesMax)
            guard let name = call.answer else {
                return Answer(headers: response.headers, root: XMLElement(name: ""))
            }
            let root = try XMLElement(decoding: Array(body.readableBytesView))
            // The store may begin to answer before it knows how it ends.
            if root.name == "Error" { throw RefusalError(status: 500, root, response.headers) }
            guard root.name == name else { throw XMLElement.Malformed() }
            return Answer(headers: response.headers, root: root)
        }
    }

    /// The number of bytes of an object, and the first of them, at most `count`.
    func beginning(of key: String, _ count: Int) async throws(BucketError) -> (byteCount: Int, first: [UInt8])
    {
        try await attempts(Call(.get, key, headers: [Self.range(0..<count)])) { response in
            let (range, byteCount) = try Self.promisedRange(response)
            guard range == 0..<min(count, byteCount) else { throw BucketError.malformed("another range") }
            let body = try await response.body.collect(upTo: count)
            guard body.readableBytes == range.count else { throw CutError() }
            return (byteCount, Array(body.readableBytesView))
        }
    }

    /// The bytes of a range of an object.
    func open(_ key: String, _ range: Range<Int>) async throws(BucketError) -> ObjectBody {
        try await attempts(Call(.get, key, headers: [Self.range(range)])) { response in
            let promised = try Self.promisedRange(response).range
            guard promised == range else {
                throw promised == range.lowerBound..<promised.upperBound && promised.count < range.count
                    ? BucketError(.shorter, "the object has become shorter")
                    : BucketError.malformed("another range than asked for")
            }
            return ObjectBody(response.body)
        }
    }

    private struct CutError: Error {}

    private static func range(_ range: Range<Int>) -> (String, String) {
        ("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
    }

    /// `bytes 0-99/1000`.
    private static func promisedRange(
        _ response: HTTPClientResponse
    ) throws -> (range: Range<Int>, byteCount: Int) {
        let header = Array((response.headers.first(name: "content-range") ?? "").utf8)
        let numbers = header.dropFirst(6).split(omittingEmptySubsequences: false) { $0 == 0x2d || $0 == 0x2f }
            .map { Decimal.number(Array($0)) }
        guard response.status == .partialContent, header.starts(with: "bytes ".utf8), numbers.count == 3,
            let first = numbers[0], let last = numbers[1], let byteCount = numbers[2], first <= last,
            last < byteCount
        else { throw BucketError.malformed("no range where one was asked for") }
        return (first..<last + 1, byteCount)
    }

    func pause(after failures: Int) async throws(BucketError) {
        do {
            try await timing.sleep(Backoff.pause(after: failures, timing))
        } catch {
            throw BucketError(.unavailable, "the call was given up")
        }
    }

    private func attempts<Value>(
        _ call: Call, _ read: (HTTPClientResponse) async throws -> Value
    ) async throws(BucketError) -> Value {
        var failures = 0
        while true {
            let last: BucketError
            do {
                return try await attempt(call, read)
            } catch let error as BucketError {
                throw error
            } catch let refusal as RefusalError {
                last = refusal.error(for: call)
                guard await mayPass(refusal, after: failures) else { throw last }
            } catch is XMLElement.Malformed {
                last = .malformed("no document of S3")
            } catch is CancellationError {
                throw BucketError(.unavailable, "the call was given up")
            } catch {
                last = Self.unavailable(error)
                guard last.code == .unavailable else { throw last }
            }
            failures += 1
            guard failures < Backoff.attemptsMax else { throw last }
            try await pause(after: failures)
        }
    }

    /// Whether the same call may be answered otherwise the next time.
    private func mayPass(_ refusal: RefusalError, after failures: Int) async -> Bool {
        switch refusal.code {
        case "RequestTimeTooSkewed":
            guard let storeTime = refusal.storeTime else { return false }
            let lead = storeTime - timing.now()
            // Once it is known, a second refusal has another reason.
            return clockLead.withLock { known in
                defer { known = lead }
                return abs(known - lead) > 60
            }
        case "ExpiredToken", "InvalidToken", "InvalidAccessKeyId":
            // Their file may hold others by now.
            await credentials.forget()
            return failures == 0
        case "OperationAborted": return true
        case let code where Self.damagedOnTheWay.contains(code): return true
        default:
            return refusal.status == 429
                || refusal.status >= 500 && refusal.status != 501 && refusal.status != 507
        }
    }

    private func attempt<Value>(
        _ call: Call, _ read: (HTTPClientResponse) async throws -> Value
    ) async throws -> Value {
        let response = try await connections.http.execute(
            try await request(for: call), deadline: .distantFuture)
        guard (200..<300).contains(response.status.code) else {
            let body = try await response.body.collect(upTo: Self.bytesMax)
            throw RefusalError(
                status: Int(response.status.code), try? XMLElement(decoding: Array(body.readableBytesView)),
                response.headers)
        }
        return try await read(response)
    }

    private func request(for call: Call) async throws -> HTTPClientRequest {
        let credentials = try await credentials.current(now)
        let time = UTCTime(secondsSince1970: now)
        let payload = lowercaseHex(call.content?.digest ?? SHA256.digest([]))
        var headers = call.headers
        headers += [
            ("host", address.host), ("x-amz-content-sha256", payload), ("x-amz-date", time.basic),
        ]
        if let token = credentials.sessionToken { headers.append(("x-amz-security-token", token)) }
        let path = address.path(of: call.key)
        let signature = Signature(credentials: credentials, region: address.region, time: time)
        headers.append(
            (
                "authorization",
                signature.authorization(
                    method: call.method.rawValue, path: path, query: call.query, headers: headers,
                    payload: payload)
            ))
        let query = Signature.queryText(call.query)
        var request = HTTPClientRequest(
            url: "\(address.scheme)://\(address.host)\(path)" + (query.isEmpty ? "" : "?\(query)"))
        request.method = HTTPMethod(rawValue: call.method.rawValue)
        request.headers = HTTPHeaders(headers + [("user-agent", "medseald")])
        if let content = call.content {
            request.body = .stream(content.pieces, length: .known(Int64(content.byteCount)))
        }
        return request
    }

    private static func unavailable(_ error: any Error) -> BucketError {
        switch error {
        case let error as NIOSSLError where error == .uncleanShutdown:
            BucketError(.unavailable, "the store breaks off")
        case is NIOSSLError, is BoringSSLError:
            BucketError(
                .misconfigured,
                "the store's certificate is of no authority that is trusted: name its authority's file (ca=FILE)"
            )
        default:
            // What the library says may name paths; its kind is enough.
            BucketError(.unavailable, "the store cannot be reached (\(type(of: error)))")
        }
    }
}

/// The body of an object, piece by piece. For one task.
final class ObjectBody {
    private var iterator: HTTPClientResponse.Body.AsyncIterator

    init(_ body: HTTPClientResponse.Body) { iterator = body.makeAsyncIterator() }

    /// Nil at the end.
    func next() async throws -> [UInt8]? {
        try await iterator.next().map { Array($0.readableBytesView) }
    }
}

/// A store's refusal.
struct RefusalError: Error {
    let status: Int
    /// As the store's document names it; empty where there is none.
    let code: String
    /// The store's clock, in seconds since 1970.
    let storeTime: Int?
    private let region: String?

    init(status: Int, _ document: XMLElement?, _ headers: HTTPHeaders) {
        self.status = status
        let code = document?.first("Code")?.text ?? []
        let isWord =
            (1...64).contains(code.count)
            && code.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            }
        self.code = isWord ? String(decoding: code, as: UTF8.self) : ""
        storeTime = headers.first(name: "date").flatMap { UTCTime(http: Array($0.utf8)) }?.secondsSince1970
        region = headers.first(name: "x-amz-bucket-region").flatMap { name in
            name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
                ? name : nil
        }
    }

    func error(for call: Call) -> BucketError {
        let said = code.isEmpty ? "status \(status)" : code
        switch (status, code) {
        case (_, "NoSuchBucket"): return BucketError(.noBucket, "there is no such bucket: make it first")
        // Only the store itself can say so: what is not there counts as erased.
        case (404, "NoSuchKey"), (404, "NoSuchUpload"):
            return BucketError(.absent, "the store has no such object")
        case (404, "") where call.method == .head: return BucketError(.absent, "the store has no such object")
        case (412, _), (409, "ConditionalRequestConflict"):
            return BucketError(.exists, "another object has that key")
        case (416, _): return BucketError(.shorter, "the object is shorter than what was asked of it")
        case (301, _), (307, _), (_, "AuthorizationHeaderMalformed"):
            let hint = region.map { ": name region=\($0)" } ?? ""
            return BucketError(.misconfigured, "the bucket is in another region\(hint)")
        case (_, "RequestTimeTooSkewed"):
            return BucketError(.misconfigured, "this machine's clock and the store's differ: set them")
        case (401, _), (403, _):
            return BucketError(
                .refused, "the store refuses (\(said)): may these credentials read, write, list and delete?")
        case (507, _): return BucketError(.full, "no room is left in the store")
        case (429, _), (500..., _): return BucketError(.unavailable, "the store is busy or broken (\(said))")
        case (_, let code) where Exchange.damagedOnTheWay.contains(code):
            return BucketError(.unavailable, "what is sent does not arrive as it is (\(said))")
        default: return BucketError(.malformed, "the store does not take what it is asked (\(said))")
        }
    }
}
