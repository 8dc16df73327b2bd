import API
import AsyncHTTPClient
public import Contract
public import Files
import Foundation
import Identity
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
@_exported public import NetworkFolder
public import Primitives
import Synchronization
import TransparencyLog

/// Signed calls to the servers of a network, over TLS 1.3, each with a certificate of its own organisation's authority.
///
/// A call to one organisation's part of the API goes to that organisation's server; all others go to the caller's
/// own, unless another is named. Where that is not one and the same, each server is told how much of the log the
/// others have shown, so that it does not answer from an older copy.
///
/// Every call is signed by some key (RFC 9421, `RequestSignature`): by the connection's own, unless another
/// is named. What is harmless to repeat is tried once more when the connection is lost.
public struct Connection: Sendable {
    public let network: Network
    /// Who calls, where a call names no one else.
    public let caller: SigningKey
    /// Where it remembers what the server has shown before: a home.
    let memory: Folder?
    /// The caller's clock and random numbers.
    public let surroundings: Surroundings
    private let http: HTTPClient
    /// What is asked of the TLS of the server at each address: a certificate of its own organisation.
    private let trusted: [String: TLSConfiguration]
    /// The one event loop that every connection of this client runs on.
    private let eventLoop: any EventLoop
    /// Whose server is called where a call names none; nil: the network's.
    private let home: OrganisationName?
    private let seen: SeenLog
    /// What the caller was shown.
    let looking: Looking

    static let answerSeconds: Int64 = 60
    /// A machine that is there takes a connection within this time, one packet lost; a server that starts again is waited for.
    static let connectSeconds: Int64 = 3

    /// Runs `body` with a connection, and closes it afterwards. `home` is the organisation that the caller belongs
    /// to, `memory` the caller's home, where it has one.
    public static func open<Result>(
        _ network: Network, caller: SigningKey, home: OrganisationName?, memory: Folder? = nil,
        surroundings: Surroundings = .machine, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        let connection = try Connection(
            network, caller: caller, home: home, memory: memory, surroundings: surroundings)
        do {
            let result = try await body(connection)
            try? await connection.http.shutdown()
            return result
        } catch {
            try? await connection.http.shutdown()
            throw error
        }
    }

    private init(
        _ network: Network, caller: SigningKey, home: OrganisationName?, memory: Folder?,
        surroundings: Surroundings
    ) throws {
        self.network = network
        self.surroundings = surroundings
        self.caller = caller
        self.home = home
        seen = SeenLog()
        looking = Looking()
        self.memory = memory
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        // A server that has a question before it answers no farewell: a client that ends does not wait long for one.
        tls.shutdownTimeout = .milliseconds(500)
        func trusting(_ authorities: [[UInt8]]) throws -> TLSConfiguration {
            var tls = tls
            tls.trustRoots = .certificates(
                try authorities.map { try NIOSSLCertificate(bytes: $0, format: .der) })
            return tls
        }
        let servers = Set([nil] + network.organisations.map(\.name)).map { network.server(of: $0).authority }
        trusted = Dictionary(
            uniqueKeysWithValues: try Set(servers).map {
                ($0, try trusting(network.authorities(ofServerAt: $0)))
            })
        // For what is no organisation's server: a validator that statements are handed to.
        tls = try trusting(network.organisations.map(\.authority))
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(Self.connectSeconds)
        configuration.httpVersion = .http1Only
        eventLoop = HTTPClient.defaultEventLoopGroup.any()
        http = HTTPClient(eventLoopGroupProvider: .shared(eventLoop), configuration: configuration)
    }

    /// The same connection with another caller.
    public func calling(as key: SigningKey) -> Connection { Connection(self, caller: key) }

    private init(_ other: Connection, caller: SigningKey) {
        self.network = other.network
        self.caller = caller
        self.memory = other.memory
        self.surroundings = other.surroundings
        self.http = other.http
        self.trusted = other.trusted
        self.eventLoop = other.eventLoop
        self.home = other.home
        self.seen = other.seen
        self.looking = other.looking
    }

    /// Host and port of the server that a call goes to; `named` goes before the caller's own.
    func authority(of path: String, at named: OrganisationName?) -> String {
        network.server(of: Routes.organisation(of: path) ?? named ?? home).authority
    }

    /// Notes that the caller has seen so much of the log before, at whichever server that was.
    func note(seen size: UInt64) { if network.hasSeveralServers { seen.note(size, at: "") } }

    // MARK: Calls

    package enum Method: String {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case head = "HEAD"
        case patch = "PATCH"
    }

    /// What is sent with a call.
    package enum Content {
        case none
        case bytes([UInt8], type: String)
        /// What is read while it is sent.
        case stream(RepeatableContent)
        /// All of an upload.
        case upload(RepeatableContent)
        /// What an upload goes on with.
        case uploadPart([UInt8], offset: Int, isLast: Bool)

        var digest: Digest {
            switch self {
            case .none: Digest(hashing: [])
            case .bytes(let bytes, _), .uploadPart(let bytes, _, _): Digest(hashing: bytes)
            case .stream(let content), .upload(let content): content.digest
            }
        }
    }

    /// Calls and gives the body of a good answer. Throws `PartyError` for the contract's refusal and for no answer,
    /// `Problem` for every other refusal.
    package func call(
        _ method: Method, _ path: String, query: [(String, String)] = [], at server: OrganisationName? = nil,
        _ content: Content = .none,
        answerBytesMax: Int = Wire.jsonBytesMax * 4, range: Range<Int>? = nil,
        progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> [UInt8] {
        let authority = authority(of: path, at: server)
        let response: HTTPClientResponse
        do {
            response = try await send(
                method, path, query: query, to: authority, content,
                headers: range.map { [("Range", "bytes=\($0.lowerBound)-\($0.upperBound - 1)")] } ?? [],
                progress: progress)
        } catch let failure as PartyError where failure.code == .unavailable {
            if let name = Routes.organisation(of: path) ?? server { looking.note(away: name) }
            throw failure
        }
        do {
            let body = try await response.body.collect(upTo: answerBytesMax)
            return Array(body.readableBytesView)
        } catch {
            throw await failure(authority, error)
        }
    }

    /// Calls with a value as JSON, and gives the JSON answer.
    package func call<Answer: Decodable>(
        _ method: Method, _ path: String, query: [(String, String)] = [], at server: OrganisationName? = nil,
        json: (any Encodable)? = nil, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let content: Content = try json.map { .bytes(try JSON.encode($0), type: "application/json") } ?? .none
        let body = try await call(method, path, query: query, at: server, content)
        do {
            return try JSON.decode(type, body)
        } catch {
            throw PartyError.unverified("the server's answer to \(method) \(path.prefix(40)) is malformed")
        }
    }

    /// Calls with a value as JSON, where the answer holds nothing.
    package func call(_ method: Method, _ path: String, json: any Encodable) async throws {
        _ = try await call(method, path, .bytes(try JSON.encode(json), type: "application/json"))
    }

    /// Posts bytes to another server than the network's, unsigned.
    func post(_ bytes: [UInt8], to url: URL) async throws {
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        request.headers = ["Content-Type": "application/cose", "User-Agent": "medseal"]
        request.body = .bytes(bytes)
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .seconds(Self.answerSeconds))
        } catch {
            throw await failure(url.authority, error)
        }
        guard (200..<300).contains(response.status.code) else {
            let body = try await response.body.collect(upTo: 4 << 10)
            let reason = String(decoding: body.readableBytesView, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            throw PartyError.refused("\(url.host() ?? ""): \(reason)")
        }
    }

    /// Hands the body of a good answer without end to `receive`, piece by piece, until it ends after all.
    func stream(
        _ path: String, query: [(String, String)], receive: ([UInt8]) async throws -> Void
    ) async throws {
        let response = try await attempt(
            .get, path, query: query, to: authority(of: path, at: nil), .none, deadline: nil, progress: nil)
        for try await piece in response.body { try await receive(Array(piece.readableBytesView)) }
    }

    /// How often a call is made again that the server has no room for at the moment, and how long a wait it may ask for:
    /// what takes longer is for the caller to know.
    private static let (waitsMax, waitSecondsMax) = (120, UInt64(2))

    /// Makes a call. Who makes so many that the server has no room for one waits for it.
    func waiting<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
        for _ in 0..<Self.waitsMax {
            do {
                return try await call()
            } catch let problem as Problem where problem.type == .tooMany {
                guard let seconds = problem.retryAfter, seconds <= Self.waitSecondsMax else { throw problem }
                try await Task.sleep(for: .seconds(seconds))
            }
        }
        return try await call()
    }

    /// Sends a call and sees its status. Who makes so many that the server has no room for one waits for it.
    func send(
        _ method: Method, _ path: String, query: [(String, String)], to authority: String, _ content: Content,
        headers: [(name: String, value: String)] = [], progress: (@Sendable (Int) -> Void)?
    ) async throws -> HTTPClientResponse {
        try await waiting {
            try await sendOrRepeat(
                method, path, query: query, to: authority, content, headers: headers, progress: progress)
        }
    }

    /// Sends a call and sees its status, once more after a lost connection.
    private func sendOrRepeat(
        _ method: Method, _ path: String, query: [(String, String)], to authority: String, _ content: Content,
        headers: [(name: String, value: String)], progress: (@Sendable (Int) -> Void)?
    ) async throws -> HTTPClientResponse {
        var tries = 0
        while true {
            do {
                return try await attempt(
                    method, path, query: query, to: authority, content, headers: headers,
                    deadline: content.deadline, progress: progress)
            } catch let error as ContentError {
                throw error.cause
            } catch let problem as Problem {
                throw problem
            } catch let failure as PartyError {
                throw failure
            } catch {
                guard !(error is CancellationError) else { throw error }
                tries += 1
                // Whatever is sent here may arrive twice: statements, blobs and letters are known by their hash.
                guard tries < Self.tries(after: error) else { throw await failure(authority, error) }
            }
        }
    }

    /// How often a call is tried that failed so.
    private static func tries(after error: any Error) -> Int {
        switch error {
        // For so long nobody has taken a connection.
        case let error as HTTPClientError where error == .connectTimeout: 1
        case is NIOConnectionError: 1
        // A busy server has taken the connection, and has not come to it yet.
        case let error as HTTPClientError where error == .tlsHandshakeTimeout: 4
        default: 2
        }
    }

    /// Sends a call once and sees its status. Throws what the network throws as it is.
    func attempt(
        _ method: Method, _ path: String, query: [(String, String)], to authority: String, _ content: Content,
        headers: [(name: String, value: String)] = [], deadline: Duration?,
        progress: (@Sendable (Int) -> Void)?
    ) async throws -> HTTPClientResponse {
        let queryText = query.map { "\($0)=\($1)" }.joined(separator: "&")
        var request = HTTPClientRequest(
            url: "https://\(authority)" + path + (queryText.isEmpty ? "" : "?\(queryText)"))
        request.method = HTTPMethod(rawValue: method.rawValue)
        request.tlsConfiguration = trusted[authority]
        let signature = RequestSignature(
            method: method.rawValue, authority: authority, path: path, query: "?" + queryText,
            contentDigest: content.digest, created: surroundings.now(),
            nonce: surroundings.random(RequestSignature.nonceBytes), key: caller.key)
        request.headers = [
            "Host": authority, "User-Agent": "medseal",
            "Content-Digest": RequestSignature.contentDigestValue(content.digest),
            "Signature-Input": signature.signatureInput,
            "Signature": RequestSignature.signatureValue(caller.sign(signature.base)),
        ]
        if let size = seen.size(elsewhereThanAt: authority) {
            request.headers.add(name: Routes.logSizeHeader, value: String(size))
        }
        for (name, value) in headers + content.headers { request.headers.add(name: name, value: value) }
        let pieces = content.stream.map { ContentPieces($0, eventLoop: eventLoop, progress: progress) }
        if let pieces {
            request.body = .stream(pieces, length: .known(Int64(content.byteCount)))
        } else if let bytes = content.bytes {
            request.body = .bytes(bytes)
        }
        let response: HTTPClientResponse
        do {
            response = try await http.execute(
                request, deadline: deadline.map { .now() + .seconds($0.components.seconds) } ?? .distantFuture
            )
        } catch {
            guard let failure = pieces?.failure.error else { throw error }
            throw ContentError(cause: failure)
        }
        if let size = response.headers.first(name: Routes.logSizeHeader).flatMap({ UInt64($0) }) {
            seen.note(size, at: authority)
        }
        guard (200..<300).contains(response.status.code) else {
            guard method != .head else { throw Self.problem(ofHead: response, from: authority) }
            throw try await problem(response, from: authority)
        }
        return response
    }

    /// An answer to HEAD has no body: the status is all that it says.
    private static func problem(ofHead response: HTTPClientResponse, from authority: String) -> any Error {
        let code = Int(response.status.code)
        let problems = Problem.Kind.allCases.map { Problem($0, "\(authority) answers with status \(code)") }
        return problems.first { $0.status == code }
            ?? PartyError.unavailable("\(authority) answers with status \(code) and no reason")
    }

    private func problem(_ response: HTTPClientResponse, from authority: String) async throws -> any Error {
        let body = try await response.body.collect(upTo: 64 << 10)
        if let problem = try? JSON.decode(Problem.self, Array(body.readableBytesView)) {
            let rejection = problem.code.flatMap { RejectionCode(rawValue: $0) }
            if problem.type == .rejected, let rejection { return PartyError.rejected(rejection) }
            return problem
        }
        return PartyError.unavailable(
            "\(authority) answers with status \(response.status.code) and no reason")
    }

    /// What the caller's own server shows for a certificate; nil when it shows none in time.
    package func shownCertificate() async -> ShownCertificate? {
        await ShownCertificate.of(authority(of: "", at: nil), on: eventLoop)
    }

    private static let silences: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .deadlineExceeded,
    ]

    /// What a call that got no answer came to, in words: no library's own text reaches a person.
    func failure(_ authority: String, _ error: any Error) async -> PartyError {
        switch error {
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            return await distrust(of: authority, error)
        case let error as HTTPClientError where Self.silences.contains(error):
            return .unavailable(
                "\(authority) does not answer: try again, and if that does not help ask its operator whether it runs"
            )
        case is HTTPClientError, is HTTPParserError, is ChannelError:
            return .unavailable("\(authority) has closed the connection before it answered: try again")
        case let error as NIOConnectionError:
            let cause = error.connectionErrors.lazy.compactMap { $0.error as? IOError }.first
            guard let cause else {
                return .unavailable("the name in \(authority) leads to no machine: check the address")
            }
            return Self.unreachable(authority, cause)
        case let error as IOError: return Self.unreachable(authority, error)
        default: return .unavailable("the call to \(authority) failed (\(type(of: error))): try again")
        }
    }

    private static func unreachable(_ authority: String, _ error: IOError) -> PartyError {
        let cause = String(cString: strerror(error.errnoCode))
        return .unavailable("cannot reach the server at \(authority): \(cause)")
    }

    /// Why the certificate that a server shows is not believed.
    private func distrust(of authority: String, _ error: any Error) async -> PartyError {
        guard let shown = await ShownCertificate.of(authority, on: eventLoop) else {
            return .unavailable(
                "\(authority) speaks no TLS 1.3, or ended the connection: is it a MedSeal server?")
        }
        let now = surroundings.now()
        if now >= shown.notAfter {
            return .unverified(
                "the certificate of \(authority) ended on \(shown.notAfter.words), and this machine's clock says \(now.words): check the clock, or have who runs the server renew it"
            )
        }
        if now < shown.notBefore {
            return .unverified(
                "the certificate of \(authority) begins on \(shown.notBefore.words), and this machine's clock says \(now.words): check the clock"
            )
        }
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return .unverified(
                "\(authority) shows a certificate for another name than that: check the address")
        }
        return .unverified(
            "\(authority) cannot show a certificate of its organisation's authority: another server stands there, or the network's folder is another's"
        )
    }
}

extension LedgerTime {
    fileprivate var words: String {
        Date(timeIntervalSince1970: TimeInterval(self)).formatted(.iso8601)
    }
}

/// The most of the log that any server has shown a caller, and which server that was.
private final class SeenLog: Sendable {
    private let most = Mutex<(size: UInt64, authority: String)?>(nil)

    func note(_ size: UInt64, at authority: String) {
        most.withLock { most in
            if size > most?.size ?? 0 { most = (size, authority) }
        }
    }

    /// Nil where no other server has shown the most.
    func size(elsewhereThanAt authority: String) -> UInt64? {
        most.withLock { $0.flatMap { $0.authority == authority ? nil : $0.size } }
    }
}

extension Connection.Content {
    /// A long upload takes its time: what must come soon is the answer after it.
    var deadline: Duration {
        .seconds(Connection.answerSeconds + Int64(byteCount / 1_000_000))
    }

    fileprivate var stream: RepeatableContent? {
        switch self {
        case .stream(let content), .upload(let content): content
        case .none, .bytes, .uploadPart: nil
        }
    }

    fileprivate var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes, _), .uploadPart(let bytes, _, _): bytes
        case .none, .stream, .upload: nil
        }
    }

    fileprivate var byteCount: Int { stream?.byteCount ?? bytes?.count ?? 0 }

    fileprivate var headers: [(name: String, value: String)] {
        switch self {
        case .none: []
        case .bytes(_, let type): [("Content-Type", type)]
        case .stream: [("Content-Type", "application/octet-stream")]
        case .upload: Upload.headers(offset: 0, isLast: true)
        case .uploadPart(_, let offset, let isLast): Upload.headers(offset: offset, isLast: isLast)
        }
    }
}

extension Upload {
    fileprivate static func headers(offset: Int, isLast: Bool) -> [(name: String, value: String)] {
        [
            ("Content-Type", mediaType), (offsetHeader, String(offset)),
            (completeHeader, text(isLast)),
        ]
    }
}
