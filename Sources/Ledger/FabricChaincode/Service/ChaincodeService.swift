public import FabricProtocol
public import GRPCCore
import Glibc
import SwiftProtobuf

/// The chaincode as a service that peers of Hyperledger Fabric dial, with one stream each (docs/operate/fabric.md).
public struct ChaincodeService: Protos_Chaincode.SimpleServiceProtocol {
    /// The package that the peers have installed: under this name the chaincode registers.
    public let packageID: String
    public let metrics: ChaincodeMetrics
    private let chaincode: ConsentChaincode
    private let now: @Sendable () -> UInt64

    /// How far a transaction's time, its client's claim, may lie behind this machine's clock.
    public static let clockSecondsMax: UInt64 = 300
    /// And how far ahead: what is accepted moves the ledger's time, for everybody and for good (docs/decisions/0013).
    public static let aheadSecondsMax: UInt64 = 30
    /// Transactions of one stream that run at once; more are refused.
    public static let transactionsMax = 512

    /// `now` is this machine's clock, in seconds since 1970.
    public init(
        _ chaincode: ConsentChaincode, packageID: String, metrics: ChaincodeMetrics = ChaincodeMetrics(),
        now: @escaping @Sendable () -> UInt64 = Self.systemClock
    ) {
        self.chaincode = chaincode
        self.packageID = packageID
        self.metrics = metrics
        self.now = now
    }

    /// The system's clock, in seconds since 1970.
    public static let systemClock: @Sendable () -> UInt64 = { UInt64(time(nil)) }

    /// Serves a peer until it ends its stream or says what it may not say, or until the server stops.
    public func connect(
        request: RPCAsyncSequence<Protos_ChaincodeMessage, any Error>,
        response: RPCWriter<Protos_ChaincodeMessage>, context: ServerContext
    ) async throws {
        metrics.streamBegins()
        defer { metrics.streamEnds() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await converse(request, response) }
            group.addTask { try await context.cancellation.cancelled }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// The handshake, in which the chaincode speaks first, and then many transactions at once. The side that ends
    /// it, all transactions that still run end with it.
    private func converse(
        _ request: RPCAsyncSequence<Protos_ChaincodeMessage, any Error>,
        _ peer: RPCWriter<Protos_ChaincodeMessage>
    ) async throws {
        var messages = request.makeAsyncIterator()
        try await peer.write(try .registration(of: packageID))
        guard let registered = try await messages.next() else { return }
        guard registered.type == .registered else { throw Self.unexpected(registered) }
        guard let ready = try await messages.next() else { return }
        guard ready.type == .ready, let offer = PeerOffer(ready) else { throw Self.unexpected(ready) }

        let running = RunningTransactions()
        try await withThrowingDiscardingTaskGroup { group in
            while let message = try await messages.next() {
                switch message.type {
                case .transaction, .init_:
                    let exchange = PeerExchange(message, peer: peer, offer: offer, running: running)
                    guard running.count < Self.transactionsMax else {
                        try await exchange.complete(.refused(ChaincodeError(.tooManyTransactions)))
                        continue
                    }
                    guard exchange.begin() else { throw Self.unexpected(message) }
                    group.addTask { try await serve(message, exchange) }
                case .response, .error:
                    guard running.deliver(message) else { throw Self.unexpected(message) }
                case .keepalive: try await peer.write(message)
                default: throw Self.unexpected(message)
                }
            }
            group.cancelAll()
        }
    }

    private static func unexpected(_ message: Protos_ChaincodeMessage) -> RPCError {
        RPCError(code: .failedPrecondition, message: "a message of type \(message.type) was not expected")
    }

    // MARK: One transaction

    private func serve(_ message: Protos_ChaincodeMessage, _ exchange: PeerExchange) async throws {
        let began = ContinuousClock.now
        var (function, result) = ("unknown", ChaincodeMetrics.Result.broken)
        defer {
            exchange.end()
            metrics.count(function, result, took: ContinuousClock.now - began)
        }
        do {
            let outcome: ChaincodeOutcome
            (function, outcome) = try await execute(message, exchange)
            try await exchange.complete(outcome)
            result = .answered(status: outcome.status)
        } catch let failure as PeerError {
            try await exchange.fail(failure)
        } catch is CancellationError {
            // The stream has ended.
        }
    }

    private func execute(
        _ message: Protos_ChaincodeMessage, _ exchange: PeerExchange
    ) async throws -> (function: String, ChaincodeOutcome) {
        let proposed: ProposedCall
        do throws(ChaincodeError) {
            proposed = try ProposedCall(message)
        } catch {
            return ("unknown", .refused(error))
        }
        let call = chaincode.open(proposed.arguments)
        let now = now()
        let isAhead = proposed.moment > now
        guard
            isAhead
                ? proposed.moment - now <= Self.aheadSecondsMax
                : now - proposed.moment <= Self.clockSecondsMax
        else {
            return (call.function, .refused(ChaincodeError(.clockOff)))
        }
        let values = try await exchange.values(of: call.readKeys)
        let outcome = call.execute(at: proposed.moment, reading: values)
        try await exchange.put(outcome.writes)
        return (call.function, outcome)
    }
}
