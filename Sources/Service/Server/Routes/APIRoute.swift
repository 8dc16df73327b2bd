import API
import HTTPTypes
import Hummingbird
import Identity
import Records

/// One route of the API: method, path, who may call, what it takes and gives, and its handler.
///
/// The server is made of `APIRoute.all` alone. A handler is only ever called with what its policy has admitted:
/// there is no way to make a route without one, nor to reach the handler round it.
struct APIRoute: Sendable {
    let method: HTTPRequest.Method
    /// The path's pattern, as Hummingbird's router reads it.
    let path: String
    /// What it does, in one sentence.
    let summary: String
    let terms: Terms
    let query: [QueryDescription]
    let cost: CallCost
    let body: BodyDescription?
    let answer: AnswerDescription
    private let handling: Handling

    private enum Handling: Sendable {
        case unsigned(@Sendable (APIServer) throws -> Response)
        case signed(@Sendable (SignedCall, APIServer) async throws -> Response)
    }

    /// Every route of `medseald run`.
    static let all: [APIRoute] = [health] + ledger + log + network + vault + inboxes + directory + letters

    /// How many bytes of a body such a call may make the server read: as many as it says, or else as may come.
    func bodyBytes(of request: Request) -> Int {
        guard let bytesMax = body?.bytesMax else { return 0 }
        return min(request.headers[.contentLength].flatMap { Int($0) } ?? bytesMax, bytesMax)
    }

    /// Answers a call. `authenticate` checks the signature; it is asked before anything else where one is
    /// needed.
    func respond(
        _ server: APIServer, authenticate: () async throws -> SignedCall
    ) async throws -> Response {
        switch handling {
        case .unsigned(let answer): try answer(server)
        case .signed(let answer): try await answer(try await authenticate(), server)
        }
    }
}

extension APIRoute {
    /// A route whose policy decides before the body is read.
    init<Caller, Body, Answer>(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, for policy: Policy<Caller>,
        query: [QueryDescription] = [], cost: CallCost = .call, takes body: BodyFormat<Body>,
        gives answer: AnswerFormat<Answer>,
        _ handler: @escaping @Sendable (AdmittedCall<Caller, Body>) async throws -> Answer
    ) {
        self.init(
            method: method, path: path, summary: summary, terms: policy.terms, query: query, cost: cost,
            body: body.description, answer: answer.description,
            handling: .signed { call, server in
                guard let caller = try policy.admit(call, server.records) else {
                    throw try server.records.refusal(policy.terms, of: call.key)
                }
                let body = try await body.read(call, server.records)
                return try answer.response(
                    try await handler(AdmittedCall(server: server, signed: call, caller: caller, body: body)))
            })
    }

    /// A route without a body.
    init<Caller, Answer>(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, for policy: Policy<Caller>,
        query: [QueryDescription] = [], cost: CallCost = .call,
        gives answer: AnswerFormat<Answer>,
        _ handler: @escaping @Sendable (AdmittedCall<Caller, Void>) async throws -> Answer
    ) {
        self.init(
            method, path, summary, for: policy, query: query, cost: cost, takes: .nothing, gives: answer,
            handler)
    }

    /// A route whose policy has to read the body.
    init<Caller, Body, Answer>(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String,
        for policy: BodyPolicy<Body, Caller>, query: [QueryDescription] = [], cost: CallCost = .call,
        takes body: BodyFormat<Body>,
        gives answer: AnswerFormat<Answer>,
        _ handler: @escaping @Sendable (AdmittedCall<Caller, Body>) async throws -> Answer
    ) {
        self.init(
            method: method, path: path, summary: summary, terms: policy.terms, query: query, cost: cost,
            body: body.description, answer: answer.description,
            handling: .signed { call, server in
                let body = try await body.read(call, server.records)
                guard let caller = try policy.admit(call, body, server.records) else {
                    throw try server.records.refusal(policy.terms, of: call.key)
                }
                return try answer.response(
                    try await handler(AdmittedCall(server: server, signed: call, caller: caller, body: body)))
            })
    }

    /// The one route that is not signed: it says whether the server can do its work, and of that nothing but why not.
    private static let health = APIRoute(
        method: .get, path: Routes.health,
        summary: "Says that the server lives, whether it is ready to take statements, and why not.",
        terms: Terms(
            "all callers, also without a signature", .any(.everySigner, [.unsigned]),
            refusal: Problem(.unauthenticated, "the call is not signed")),
        query: [], cost: .call, body: nil,
        answer: AnswerDescription(
            statuses: [200, 503], mediaType: "application/json", type: Wire.Health.self),
        handling: .unsigned { server in
            let health = server.health()
            return try .json(health, status: health.ready ? .ok : .serviceUnavailable)
        })
}

/// A call that its route's policy has admitted.
struct AdmittedCall<Caller: Sendable, Body: Sendable>: Sendable {
    let server: APIServer
    let signed: SignedCall
    /// What the policy established.
    let caller: Caller
    let body: Body

    fileprivate init(server: APIServer, signed: SignedCall, caller: Caller, body: Body) {
        self.server = server
        self.signed = signed
        self.caller = caller
        self.body = body
    }
}
