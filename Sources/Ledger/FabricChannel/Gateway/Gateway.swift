import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Primitives
import SwiftProtobuf
import Synchronization

/// What one organisation asks of its Fabric network, through the gateway services of the peers that its
/// profile names.
///
/// A peer that does not answer is passed over. Only what is safe is asked again: a transaction that was handed
/// to an orderer once is the same transaction when it is handed over again. Nothing works before `run`.
public final class Gateway: Sendable {
    /// A transaction that all peers count as valid.
    public struct Committed: Sendable {
        public let transaction: String
        public let block: UInt64
        /// What the chaincode answered.
        public let answer: [UInt8]
        /// How long endorsing, handing over for ordering, and validation took.
        public let endorsement, ordering, validation: Duration
    }

    typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

    /// A block may have 100 MiB.
    private static let messageBytesMax = 100 << 20
    private static let callSeconds: Int64 = 30
    /// grpc-swift-nio-transport 2.9.2 holds answers against the limit for requests: both are set.
    static var options: CallOptions {
        var options = CallOptions.defaults
        options.maxRequestMessageBytes = messageBytesMax
        options.maxResponseMessageBytes = messageBytesMax
        return options
    }
    /// For how long endorsers may differ because one of them has not the newest block yet.
    private static let agreementDuration = Duration.seconds(5)
    private static let delays = Duration.milliseconds(50)...Duration.seconds(1)

    public let profile: ConnectionProfile
    let identity: FabricIdentity
    let clients: [Client]

    /// Throws `badProfile` when a peer's TLS roots are no certificates.
    public init(_ profile: ConnectionProfile, as identity: FabricIdentity) throws(FabricError) {
        self.profile = profile
        self.identity = identity
        var clients = [Client]()
        for peer in profile.peers {
            do {
                clients.append(Client(transport: try Self.transport(to: peer)))
            } catch { throw .badProfile("the TLS roots of \(peer.host):\(peer.port) are no certificates") }
        }
        self.clients = clients
    }

    private static func transport(to peer: ConnectionProfile.Peer) throws -> HTTP2ClientTransport.Posix {
        let isAddress = peer.host.allSatisfy { $0.isNumber || $0 == "." }
        let target: any ResolvableTarget =
            isAddress
            ? .ipv4(address: peer.host, port: peer.port) : .dns(host: peer.host, port: peer.port)
        return try HTTP2ClientTransport.Posix(
            target: target,
            transportSecurity: .tls { tls in
                tls.trustRoots = .certificates([.bytes(peer.tlsRoots, format: .pem)])
            },
            config: transportConfig)
    }

    static let transportConfig = HTTP2ClientTransport.Posix.Config.defaults { config in
        config.backoff.initial = .milliseconds(100)
        config.backoff.max = .seconds(2)
        config.channelDebuggingCallbacks.onCreateTCPConnection = PingAnswerer.addAtClient
    }

    /// Keeps the connections until the task is cancelled.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { try await client.runConnections() } }
            defer { for client in clients { client.beginGracefulShutdown() } }
            try await group.waitForAll()
        }
    }

    /// Runs `body` with the connections, which end with it.
    public func running<Result: Sendable>(
        _ body: @escaping @Sendable (Gateway) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await self.run()
                return nil
            }
            group.addTask { try await body(self) }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let result = ended { return result }
            }
            throw FabricError.unavailable("there is no peer")
        }
    }

    // MARK: Asking

    /// The chaincode's answer of one peer, which nothing proves; nothing is ordered.
    ///
    /// Throws `rejected`, `refused`, `unavailable`.
    public func evaluate(_ arguments: [[UInt8]]) async throws(FabricError) -> [UInt8] {
        try await evaluate(arguments, of: profile.chaincode)
    }

    /// The same of another chaincode, `qscc` say, which tells of the chain; or of peers of `organisations` only.
    func evaluate(
        _ arguments: [[UInt8]], of chaincode: String, by organisations: [String] = []
    ) async throws(FabricError) -> [UInt8] {
        // Each peer is asked in a transaction of its own: one whose answer was lost may still run.
        let answer = try await ask { client, options in
            let proposal = self.proposal(arguments, of: chaincode)
            var request = Gateway_EvaluateRequest()
            request.transactionID = proposal.transactionID
            request.channelID = proposal.channel
            request.proposedTransaction = proposal.signed
            request.targetOrganizations = organisations
            return try await Gateway_Gateway.Client(wrapping: client).evaluate(request, options: options)
        }
        if let refusal = Self.refusal(answer.result.status, answer.result.message) { throw refusal }
        return [UInt8](answer.result.payload)
    }

    /// Has the chaincode's function executed, endorsed, ordered and validated, within `deadline`.
    ///
    /// What other transactions changed meanwhile is no failure: it is endorsed again on what is there now.
    /// Throws `rejected`, `refused`, `unavailable`, `endorsementsDiffer`, `void`, `altered`, `outcomeUnknown`.
    public func submit(
        _ arguments: [[UInt8]], deadline: ContinuousClock.Instant
    ) async throws(FabricError) -> Committed {
        let began = ContinuousClock.now
        var delay = Self.delays.lowerBound
        while true {
            do throws(FabricError) {
                return try await attempt(arguments, deadline: deadline)
            } catch {
                // A peer that is only behind catches up soon.
                let isDifference = if case .endorsementsDiffer = error { true } else { false }
                let end = isDifference ? min(deadline, began + Self.agreementDuration) : deadline
                guard error.isPassing, ContinuousClock.now + delay < end else { throw error }
            }
            // Transactions that conflicted in one block shall not meet again in the next.
            let wait = Duration.milliseconds(Int64.random(in: 0...Int64(delay / .milliseconds(1))))
            guard (try? await Task.sleep(for: wait)) != nil else { throw .unavailable("it was cancelled") }
            delay = min(delay * 2, Self.delays.upperBound)
        }
    }

    private func attempt(
        _ arguments: [[UInt8]], deadline: ContinuousClock.Instant
    ) async throws(FabricError) -> Committed {
        let began = ContinuousClock.now
        let proposal = proposal(arguments, of: profile.chaincode)
        var (prepared, answer) = try await endorsed(proposal)
        prepared.signature = identity.sign(prepared.payload)
        let signed = ContinuousClock.now

        try await order(prepared, of: proposal, deadline: deadline)
        let ordered = ContinuousClock.now
        let status = try await status(of: proposal, deadline: deadline)
        guard status.result == .valid else {
            throw .void(transaction: proposal.transactionID, status.result)
        }
        return Committed(
            transaction: proposal.transactionID, block: status.blockNumber, answer: [UInt8](answer.payload),
            endorsement: signed - began, ordering: ordered - signed, validation: .now - ordered)
    }

    /// Which block wrote a key of the contract last, as this organisation's peer says; nil when the key is not
    /// there. Nothing is ordered.
    func block(thatWrote key: StateKey) async throws(FabricError) -> UInt64? {
        let proposal = proposal(ChaincodeInvocation.read(keys: [key]).arguments, of: profile.chaincode)
        let prepared = try await endorsed(proposal, by: [profile.mspID]).prepared
        let transaction: OrderedTransaction
        do throws(TransactionError) {
            transaction = try OrderedTransaction(prepared)
        } catch { throw .altered(error.explanation) }
        let sets = transaction.sets.filter { $0.namespace == profile.chaincode }.map(\.set)
        let read = sets.flatMap(\.reads).first { $0.key == ChaincodeKey.name(of: key) }
        guard let read, read.hasVersion else { return nil }
        return read.version.blockNum
    }

    /// The transaction of the proposal, executed and signed by peers of `organisations` (empty: by as many as the
    /// chaincode's policy asks for), and the chaincode's answer in it. It is known to be what was asked for.
    private func endorsed(
        _ proposal: Proposal, by organisations: [String] = []
    ) async throws(FabricError) -> (prepared: Common_Envelope, answer: Protos_Response) {
        var request = Gateway_EndorseRequest()
        request.transactionID = proposal.transactionID
        request.channelID = proposal.channel
        request.proposedTransaction = proposal.signed
        request.endorsingOrganizations = organisations
        let prepared = try await ask { [request] client, options in
            try await Gateway_Gateway.Client(wrapping: client).endorse(request, options: options)
        }.preparedTransaction
        return (prepared, try proposal.answer(in: prepared))
    }

    private func proposal(_ arguments: [[UInt8]], of chaincode: String) -> Proposal {
        Proposal(
            channel: profile.channel, chaincode: chaincode, arguments: arguments, by: identity, at: Date())
    }

    /// Hands the transaction over until an orderer has taken it.
    private func order(
        _ prepared: Common_Envelope, of proposal: Proposal, deadline: ContinuousClock.Instant
    ) async throws(FabricError) {
        var request = Gateway_SubmitRequest()
        request.transactionID = proposal.transactionID
        request.channelID = proposal.channel
        request.preparedTransaction = prepared
        while true {
            do throws(FabricError) {
                _ = try await ask { [request] client, options in
                    try await Gateway_Gateway.Client(wrapping: client).submit(request, options: options)
                }
                return
            } catch {
                // An orderer may have taken it although its answer was lost.
                let isOver = ContinuousClock.now + Self.delays.upperBound >= deadline
                if isOver { throw .outcomeUnknown(transaction: proposal.transactionID) }
            }
            guard (try? await Task.sleep(for: Self.delays.upperBound / 4)) != nil else {
                throw .outcomeUnknown(transaction: proposal.transactionID)
            }
        }
    }

    /// Waits until a peer says what became of the transaction.
    private func status(
        of proposal: Proposal, deadline: ContinuousClock.Instant
    ) async throws(FabricError) -> Gateway_CommitStatusResponse {
        var asked = Gateway_CommitStatusRequest()
        asked.transactionID = proposal.transactionID
        asked.channelID = proposal.channel
        asked.identity = identity.serialized
        var request = Gateway_SignedCommitStatusRequest()
        request.request = asked.bytes
        request.signature = identity.sign(request.request)
        while ContinuousClock.now < deadline {
            let answer = try? await ask { [request] client, options in
                try await Gateway_Gateway.Client(wrapping: client).commitStatus(request, options: options)
            }
            if let answer { return answer }
            guard (try? await Task.sleep(for: Self.delays.upperBound / 4)) != nil else { break }
        }
        throw .outcomeUnknown(transaction: proposal.transactionID)
    }

    /// Asks one peer after the other until one has an answer, its own or the network's.
    private func ask<Answer: Sendable>(
        _ call: @Sendable (Client, CallOptions) async throws -> Answer
    ) async throws(FabricError) -> Answer {
        var options = Self.options
        options.timeout = .seconds(Self.callSeconds)
        var last = FabricError.unavailable("there is no peer")
        for client in clients {
            do {
                return try await call(client, options)
            } catch {
                last = Self.failure(error)
                guard case .unavailable = last, !Task.isCancelled else { throw last }
            }
        }
        throw last
    }
}
