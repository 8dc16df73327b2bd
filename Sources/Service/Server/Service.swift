public import API
import Contract
import Desk
import HTTPTypes
import Hummingbird
import Identity
import Ledger
public import Logging
public import Records
import Vault

/// The HTTP API over the record keeping of one process: routes, who may call them, and errors as problems.
public struct Service: Sendable {
    let records: RecordKeeping
    let authentication: RequestAuthentication
    let organisations: [Wire.Organisation]
    private let rates: CallRates
    let logger: Logger

    /// How many calls one key may make in a second, and twice as many at once.
    public static let callsPerSecondDefault = CallRates.perSecondDefault

    /// `authorities` are the host:port names that clients may address; `organisations` what is described to
    /// them.
    public init(
        records: RecordKeeping, authorities: Set<String>, organisations: [Wire.Organisation] = [],
        callsPerSecond: Int = callsPerSecondDefault, logger: Logger
    ) {
        self.rates = CallRates(perSecond: callsPerSecond, clock: records.ledger.now)
        self.records = records
        self.organisations = organisations
        self.authentication = RequestAuthentication(authorities: authorities, now: records.ledger.now)
        self.logger = logger
    }

    var ledger: any ConsentLedger { records.ledger }

    /// Every route. All but `health` go through `on`, which lets nothing in that is not signed.
    func router() -> Router<CallContext> {
        let router = Router(context: CallContext.self)
        router.get(RouterPath(Routes.health)) { _, _ in Response.bytes(Array("ok\n".utf8), type: "text/plain")
        }
        addLedgerRoutes(to: router)
        addLogRoutes(to: router)
        addMemberRoutes(to: router)
        addOrganisationRoutes(to: router)
        addVaultRoutes(to: router)
        addDeskRoutes(to: router)
        return router
    }

    /// Adds a route whose handler sees only authenticated calls and whose errors leave as problems.
    func on(
        _ method: HTTPRequest.Method, _ path: String, of router: Router<CallContext>,
        _ handler: @escaping @Sendable (Call) async throws -> Response
    ) {
        router.on(RouterPath(path), method: method) { request, context in
            let started = ContinuousClock.now
            var response: Response
            do {
                let call = try authenticate(request, context)
                await follow(call)
                response = try await handler(call)
            } catch {
                let problem = self.problem(error, path: path)
                response = .problem(problem, closing: method == .put || method == .post)
            }
            if let size = ledger.followedSize { response.headers[.logSize] = String(size) }
            // The route's pattern, never the path: paths hold handles.
            logger.info(
                "request",
                metadata: [
                    "method": "\(method.rawValue)", "route": "\(path)", "status": "\(response.status.code)",
                    "milliseconds": "\((ContinuousClock.now - started) / .milliseconds(1))",
                ])
            return response
        }
    }

    /// For how long a call waits for what its caller was shown elsewhere. Whoever claims too much waits in vain.
    private static let followDuration = Duration.seconds(5)

    /// Where the ledger is a copy: waits until it has what the caller was shown by another organisation's.
    private func follow(_ call: Call) async {
        guard let size = call.request.headers[.logSize].flatMap({ UInt64($0) }) else { return }
        await ledger.follow(to: size, within: Self.followDuration)
    }

    private func authenticate(_ request: Request, _ context: CallContext) throws -> Call {
        let connection = ObjectIdentifier(context.channel)
        try rates.requireRoom(on: connection)
        do {
            let call = try authentication.authenticate(request, context)
            try rates.take(call.key)
            return call
        } catch {
            rates.noteFailure(on: connection)
            throw error
        }
    }

    /// The problem that an error becomes. What is not foreseen is logged by its type and told without detail.
    private func problem(_ error: any Error, path: String) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case RecordKeeping.Denial.nothing: return .notFound
        case RecordKeeping.Denial.refused(let code): return .rejected(code)
        case RecordKeeping.Denial.releaseOver:
            return Problem(.notAllowed, "this release was recorded too long ago: record a new one")
        case VaultError.absent: return .notFound
        case VaultError.digestMismatch:
            return Problem(.digestMismatch, "the bytes have not the digest in the path")
        case let reached as MemberLimits.Reached: return self.problem(reached)
        case let failure as DeskStore.Failure: return self.problem(failure)
        case let error as LedgerError: return self.problem(error)
        default:
            logger.error(
                "failure",
                metadata: ["route": "\(path)", "error": "\(String(describing: error).prefix(300))"])
            return Problem(.storage, "the server could not read or write its store; its log says more")
        }
    }

    private func problem(_ reached: MemberLimits.Reached) -> Problem {
        let what = reached.kind == .release ? "records are released to" : "requests are taken from"
        let window = reached.window == .hour ? "an hour" : "a day"
        // Of the member the key, of patients nothing.
        logger.warning(
            "limit reached",
            metadata: [
                "member": "\(reached.member)", "kind": "\(reached.kind)", "limit": "\(reached.limit)",
                "within": "\(window)",
            ])
        let wait = reached.retryAfter <= 60 ? "a minute" : "\((reached.retryAfter + 59) / 60) minutes"
        return Problem(
            .tooMany,
            "at most \(reached.limit) \(what) one member within \(window): try again in \(wait)",
            retryAfter: reached.retryAfter)
    }

    /// What a ledger says of itself names positions, keys and hashes only: all of it may be told.
    private func problem(_ error: LedgerError) -> Problem {
        switch error {
        case .readOnly, .notCosigned: Problem(.readOnly, "\(error)")
        case .outOfRange, .invalidCosignature: Problem(.malformed, "\(error)")
        default: Problem(.storage, "\(error)")
        }
    }

    private func problem(_ failure: DeskStore.Failure) -> Problem {
        switch failure {
        case .tooManyApplications: Problem(.conflict, "too many wallets wait to be admitted here")
        case .unknownInbox: .notFound
        case .alreadyInDirectory:
            Problem(.conflict, "this patient or this inbox stands in the directory already")
        case .permitsOutOfOrder: Problem(.conflict, "permits are handed over in order, without a gap")
        }
    }

    // MARK: Who calls

    /// The member that signed the call, active; nil when the key is no active member's.
    func member(_ call: Call) throws -> MemberState? {
        guard let member = try records.state(.member(call.key), as: MemberState.self), !member.retired,
            ledger.now() < member.expires
        else { return nil }
        return member
    }

    /// An active member of the network, of any organisation.
    func requireMember(_ call: Call) throws -> MemberState {
        guard let member = try member(call) else {
            throw Problem(.notAllowed, "the signing key is no active member's")
        }
        return member
    }

    /// The organisation named in the path, served by this process.
    func custodian(_ call: Call) throws -> Custodian {
        guard let name = call.context.parameters.get("organisation").flatMap({ OrganisationName($0) }),
            let custodian = records.custodians[name]
        else { throw Problem(.notFound, "this server does not serve that organisation") }
        return custodian
    }

    /// An active member of the custodian itself.
    func requireStaff(_ call: Call, of custodian: Custodian, roles: [Role] = Role.allCases) throws {
        guard let member = try member(call), member.organisation == custodian.name,
            roles.contains(member.role)
        else {
            throw Problem(
                .notAllowed, "only the organisation's own members may do this, in a role that allows it")
        }
    }

    func isInbox(_ key: PublicKey, of custodian: Custodian) throws -> Bool {
        try custodian.desk.status(ofInbox: key.bytes) != nil
    }

    /// The organisation whose validator signed the call; nil when the key is none's.
    func validator(_ call: Call) -> OrganisationName? {
        ledger.genesis.organisations.first { $0.validator == call.key }?.name
    }

    /// The organisation whose root the key is now; nil when it is none's.
    func organisation(ofRoot key: PublicKey) throws -> OrganisationName? {
        let names = Set(ledger.genesis.organisations.map(\.name)).union(records.custodians.keys)
        return try names.first { name in
            try records.state(.organisation(name), as: OrganisationState.self)?.root == key
        }
    }

    /// Whoever belongs to the network: a member, a validator, an organisation's root, or a patient's inbox at
    /// one of the organisations served here.
    func requireParty(_ call: Call) throws {
        if validator(call) != nil { return }
        if try member(call) != nil { return }
        if try organisation(ofRoot: call.key) != nil { return }
        for custodian in records.custodians.values where try isInbox(call.key, of: custodian) { return }
        throw Problem(.notAllowed, "the signing key belongs to no member and no inbox here")
    }
}
