import Contract
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import TransparencyLog

/// Serves `add-checkpoint` (c2sp.org/tlog-witness) for a validator, and takes statements to be passed on, over
/// plain HTTP: what goes over it is signed and no secret. Put a TLS proxy before it where others than this machine shall reach it.
public struct WitnessServer: Sendable {
    private let validator: Validator
    private let host: String
    private let port: Int

    private static let connectionsMax = 64
    /// After which a connection is closed on which nothing comes.
    private static let idleTime = TimeAmount.seconds(30)

    public init(_ validator: Validator, host: String = "127.0.0.1", port: Int) {
        self.validator = validator
        self.host = host
        self.port = port
    }

    /// Serves until the task is cancelled. Throws when the address cannot be bound.
    public func run(logger: Logger) async throws {
        var quiet = logger
        // It reports as an error every connection that is open when it ends.
        quiet.logLevel = .critical
        let application = Application(
            router: router(),
            server: .http1(configuration: .init(idleTimeout: Self.idleTime)),
            configuration: .init(
                address: .hostname(host, port: port), serverName: "medseald",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsMax, logger: quiet)),
            logger: quiet)
        try await application.run()
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("add-checkpoint") { [validator] request, _ in
            let body = try await request.body.collect(upTo: AddCheckpoint.bytesMax)
            return Self.response(await validator.add(Array(body.readableBytesView)))
        }
        router.post("statements") { [validator] request, _ in
            let body = try await request.body.collect(upTo: Limits.statementBytesMax)
            return Self.response(try await validator.relay(Array(body.readableBytesView)))
        }
        return router
    }

    private static func response(_ answer: Validator.RelayAnswer) -> Response {
        switch answer {
        case .relayed(let id): text(.accepted, "\(id)\n")
        case .present(let id): text(.ok, "\(id)\n")
        case .rejected(let code): text(.forbidden, "the contract refuses it: \(code.explanation)\n")
        case .overloaded: text(.serviceUnavailable, "too many statements wait here\n")
        }
    }

    private static func text(
        _ status: HTTPResponse.Status, _ text: String, type: String = "text/plain"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    private static func response(_ answer: Validator.WitnessAnswer) -> Response {
        return switch answer {
        case .cosigned(let line):
            Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: line)))
        case .malformed: text(.badRequest, "this is no add-checkpoint request\n")
        case .unknownLog: text(.notFound, "this validator follows another log\n")
        case .unsigned: text(.forbidden, "the checkpoint is not signed by the log\n")
        case .conflict(let size): text(.conflict, "\(size)\n", type: "text/x.tlog.size")
        case .unproven: text(.unprocessableContent, "the proof does not hold\n")
        case .refused(let reason): text(.forbidden, reason + "\n")
        case .unavailable(let reason): text(.serviceUnavailable, reason + "\n")
        }
    }
}
