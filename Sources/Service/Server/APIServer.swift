public import API
import Contract
import HTTPTypes
import Hummingbird
public import Ledger
public import Logging
import Primitives
public import Records

/// Serves the HTTP API over the record keeping of one process: every call is authenticated, admitted by its
/// route's policy, answered, and errors leave as problems.
public struct APIServer: Sendable {
    let records: RecordKeeping
    /// What is told of the organisations of the network.
    let organisations: [Wire.Organisation]
    let connections: OpenConnections
    private let authentication: CallAuthentication
    private let rates: CallRates
    let readiness: Readiness
    let elapsed: @Sendable () -> Duration
    let clock: @Sendable () -> UInt64
    /// After so long an answer that goes on asks again whether it may.
    let askingInterval: Duration
    /// Streams of events.
    let streams: CallerPlaces
    /// What hashes or executes much again.
    let examinations = CallerPlaces(perCaller: 1, perOrganisation: 8, all: 16)
    let inventories = CallerPlaces(perCaller: 1, perOrganisation: 2, all: 4)
    let examination: SharedRun<[Finding]>
    let envelopes = EnvelopeBudget()
    private let salt = Random.bytes(16)
    private let logger: Logger

    /// How many calls one key may make in a second, and twice as many at once.
    public static let callsPerSecondDefault = CallRates.perSecondDefault

    /// `authorities` are the host:port names that clients may address; `organisations` what is described to
    /// them; `seen` what was answered before, also by the process before this one. `clock` is this machine's, in seconds
    /// since 1970; `elapsed` does not go back, and cannot be set. After `askingInterval` an answer that goes on is asked again
    /// whether it may. `isFull` says whether the disk is.
    public init(
        records: RecordKeeping, authorities: Set<String>, organisations: [Wire.Organisation] = [],
        callsPerSecond: Int = callsPerSecondDefault, connections: ConnectionLimits,
        seen: SeenRequests, clock: @escaping @Sendable () -> UInt64 = systemClock,
        elapsed: @escaping @Sendable () -> Duration = monotonicClock(),
        askingInterval: Duration = .seconds(1), isFull: @escaping @Sendable () -> Bool = { false },
        logger: Logger
    ) {
        readiness = Readiness(records.ledger.genesis, isFull: isFull)
        self.rates = CallRates(perSecond: callsPerSecond)
        self.elapsed = elapsed
        self.clock = clock
        self.askingInterval = askingInterval
        self.examination = SharedRun(elapsed: elapsed)
        self.streams = CallerPlaces(
            perCaller: 4, perOrganisation: max(4, connections.connections / 8),
            all: max(4, connections.connections / 4))
        self.connections = OpenConnections(connections)
        self.records = records
        self.organisations = organisations
        self.authentication = CallAuthentication(authorities: authorities, seen: seen, now: clock)
        self.logger = logger
    }

    var ledger: any ConsentLedger { records.ledger }

    /// From where a call came: a hash of the address under a key that ends with this process.
    func origin(of call: SignedCall) -> [UInt8] {
        let address = connections.connection(of: call.context.channel)?.caller
        return Array(SHA256.digest(salt + (address?.bytes ?? [])).prefix(8))
    }

    func router() -> Router<CallContext> {
        let router = Router(context: CallContext.self)
        router.add(middleware: UnknownPaths())
        for route in APIRoute.all {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await respond(to: request, context, route)
            }
        }
        return router
    }

    private func respond(to request: Request, _ context: CallContext, _ route: APIRoute) async -> Response {
        let started = ContinuousClock.now
        var response: Response
        do {
            response = try await route.respond(self) {
                let call = try authenticate(request, context, for: route)
                await follow(call)
                return call
            }
            if !route.terms.admitsStrangers { connections.know(context.channel) }
        } catch {
            response = .problem(
                Problem(error, in: route, logger), closing: [.put, .post, .patch].contains(route.method))
        }
        if let size = ledger.followedSize { response.headers[.logSize] = String(size) }
        if route.method == .head { response = response.createHeadResponse() }
        // The route's pattern, never the path: paths hold handles.
        logger.info(
            "call",
            metadata: [
                "method": "\(route.method.rawValue)", "route": "\(route.path)",
                "status": "\(response.status.code)",
                "milliseconds": "\((ContinuousClock.now - started) / .milliseconds(1))",
            ])
        return response
    }

    /// For how long a call waits for what its caller was shown elsewhere. A caller that claims too much waits in vain.
    private static let followDuration = Duration.seconds(5)

    /// Where the ledger is a copy: waits until it has what the caller was shown by another organisation's.
    private func follow(_ call: SignedCall) async {
        guard let size = call.request.headers[.logSize].flatMap({ decimal($0) }) else { return }
        await ledger.follow(to: size, within: Self.followDuration)
    }

    private func authenticate(
        _ request: Request, _ context: CallContext, for route: APIRoute
    ) throws -> SignedCall {
        let connection = connections.connection(of: context.channel)
        if let connection {
            guard connection.mayFail(at: elapsed()), !connection.isCallTooMany else {
                throw CallRates.tooMany
            }
        }
        do {
            let call = try authentication.authenticate(request, context)
            let calls = route.cost.calls(bodyBytes: route.bodyBytes(of: request))
            try rates.take(calls, of: call.key, at: elapsed())
            if calls > 1, let member = try records.state(.member(call.key), as: MemberState.self) {
                try rates.take(calls, of: member.organisation, at: elapsed())
            }
            return call
        } catch {
            connection?.noteFailure(at: elapsed())
            throw error
        }
    }
}

/// What no route is for is a problem like others.
private struct UnknownPaths: RouterMiddleware {
    typealias Context = CallContext

    func handle(
        _ request: Request, context: CallContext,
        next: (Request, CallContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return .problem(
                Problem(.notFound, "the API has no such method and path (docs/reference/api.md)"),
                closing: true)
        }
    }
}
