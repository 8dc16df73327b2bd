import FabricChaincode
import FabricProtocol
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SwiftProtobuf
import Testing

typealias PeerMessage = Protos_ChaincodeMessage

/// A peer's side of one stream, played by a test line by line.
struct ScriptedPeer: Sendable {
    fileprivate let outgoing: AsyncStream<PeerMessage>.Continuation
    fileprivate let incoming: AsyncThrowingStream<PeerMessage, any Error>

    /// A peer that dials `port` of this machine, as long as `body` runs. With `identity` nil it shows no
    /// certificate.
    static func dial<Result: Sendable>(
        _ port: Int, as identity: TestCertificates.Identity? = nil, tls: Bool = true,
        _ body: @escaping @Sendable (ScriptedPeer) async throws -> Result
    ) async throws -> Result {
        let certificates = try TestCertificates.shared.get()
        let roots = TLSConfig.TrustRootsSource.certificates([
            .bytes(certificates.authority.certificate, format: .pem)
        ])
        let security: HTTP2ClientTransport.Posix.TransportSecurity
        if let identity {
            security = .mTLS(
                certificateChain: [.bytes(identity.certificate, format: .pem)],
                privateKey: .bytes(identity.key, format: .pem)
            ) {
                $0.trustRoots = roots
                $0.serverCertificateVerification = .noHostnameVerification
            }
        } else if tls {
            security = .tls {
                $0.trustRoots = roots
                $0.serverCertificateVerification = .noHostnameVerification
            }
        } else {
            security = .plaintext
        }
        let client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: security,
                config: .defaults { $0.http2.targetWindowSize = 1 << 20 }))
        let (sent, outgoing) = AsyncStream.makeStream(of: PeerMessage.self)
        let (incoming, received) = AsyncThrowingStream.makeStream(of: PeerMessage.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await client.runConnections() }
            group.addTask {
                do {
                    var options = CallOptions.defaults
                    options.waitForReady = false
                    // grpc-swift-nio-transport 2.9 takes the one for the other.
                    options.maxResponseMessageBytes = 100 << 20
                    options.maxRequestMessageBytes = 100 << 20
                    try await Protos_Chaincode.Client(wrapping: client).connect(options: options) { writer in
                        for await message in sent { try await writer.write(message) }
                    } onResponse: { response in
                        for try await message in response.messages { received.yield(message) }
                    }
                    received.finish()
                } catch {
                    received.finish(throwing: error)
                }
            }
            defer {
                outgoing.finish()
                group.cancelAll()
            }
            return try await body(ScriptedPeer(outgoing: outgoing, incoming: incoming))
        }
    }

    func send(_ message: PeerMessage) { outgoing.yield(message) }

    /// Says no more: the peer's end of the stream.
    func hangUp() { outgoing.finish() }

    /// The next message; nil when the chaincode has ended the stream without complaint.
    func next() async throws -> PeerMessage? {
        var iterator = incoming.makeAsyncIterator()
        return try await iterator.next()
    }

    func receive() async throws -> PeerMessage { try #require(try await next(), "the stream has ended") }

    // MARK: What peers say

    static let packageID = "medseal_1:" + String(repeating: "ab", count: 32)

    /// REGISTER, REGISTERED, READY; with the greatest number of keys in one message, if any are offered.
    func shakeHands(reads: UInt32 = 0, writes: UInt32 = 0) async throws {
        let register = try await receive()
        #expect(register.type == .register && register.txid.isEmpty && register.channelID.isEmpty)
        #expect(try Protos_ChaincodeID(serializedBytes: register.payload).name == Self.packageID)
        send(.with { $0.type = .registered })
        let offer = Protos_ChaincodeAdditionalParams.with {
            $0.useGetMultipleKeys = reads > 0
            $0.maxSizeGetMultipleKeys = reads
            $0.useWriteBatch = writes > 0
            $0.maxSizeWriteBatch = writes
        }
        send(
            .with {
                $0.type = .ready
                $0.payload = (try? offer.serializedData()) ?? Data()
            })
    }

    /// TRANSACTION, as a client proposed it at `moment`.
    static func transaction(
        _ invocation: ChaincodeInvocation, id: String = "tx", channel: String = "records",
        at moment: UInt64 = 100, alter: (inout Common_ChannelHeader) -> Void = { _ in }
    ) throws -> PeerMessage {
        let input = Protos_ChaincodeInput.with { $0.args = invocation.arguments.map { Data($0) } }
        var header = Common_ChannelHeader.with {
            $0.type = 3
            $0.timestamp.seconds = Int64(moment)
            $0.timestamp.nanos = 999_999_999
            $0.channelID = channel
            $0.txID = id
        }
        alter(&header)
        let payload = Protos_ChaincodeProposalPayload.with {
            $0.input =
                (try? Protos_ChaincodeInvocationSpec.with { $0.chaincodeSpec.input = input }
                    .serializedData()) ?? Data()
        }
        let proposal = try Protos_Proposal.with {
            $0.header = try Common_Header.with { $0.channelHeader = try header.serializedData() }
                .serializedData()
            $0.payload = try payload.serializedData()
        }
        return try .with {
            $0.type = .transaction
            $0.payload = try input.serializedData()
            $0.proposal.proposalBytes = try proposal.serializedData()
            $0.txid = id
            $0.channelID = channel
        }
    }

    /// The answer to a request, from these values.
    static func answer(_ request: PeerMessage, from values: [String: [UInt8]]) throws -> PeerMessage {
        var answer = PeerMessage.with {
            $0.type = .response
            $0.txid = request.txid
            $0.channelID = request.channelID
        }
        func value(_ key: String) -> Data { Data(values[key] ?? []) }
        switch request.type {
        case .getState: answer.payload = value(try Protos_GetState(serializedBytes: request.payload).key)
        case .getStateMultiple:
            let keys = try Protos_GetStateMultiple(serializedBytes: request.payload).keys
            answer.payload = try Protos_GetStateMultipleResult.with { $0.values = keys.map(value) }
                .serializedData()
        case .putState, .writeBatchState: break
        default: Issue.record("\(request.type)")
        }
        return answer
    }

    /// Plays a transaction to its end on these values: its requests, and COMPLETED or ERROR.
    func play(
        _ transaction: PeerMessage, on values: [String: [UInt8]]
    ) async throws -> (requests: [PeerMessage], end: PeerMessage) {
        send(transaction)
        var requests = [PeerMessage]()
        while true {
            let message = try await receive()
            #expect(message.txid == transaction.txid && message.channelID == transaction.channelID)
            if [.completed, .error].contains(message.type) { return (requests, message) }
            requests.append(message)
            send(try Self.answer(message, from: values))
        }
    }
}

extension PeerMessage {
    /// What a COMPLETED says.
    var response: Protos_Response {
        get throws { try Protos_Response(serializedBytes: payload) }
    }

    /// The keys that a request names.
    var keys: [String] {
        get throws {
            switch type {
            case .getState: [try Protos_GetState(serializedBytes: payload).key]
            case .getStateMultiple: try Protos_GetStateMultiple(serializedBytes: payload).keys
            default: try writes.map(\.key)
            }
        }
    }

    /// What a request writes.
    var writes: [Protos_WriteRecord] {
        get throws {
            switch type {
            case .putState:
                let put = try Protos_PutState(serializedBytes: payload)
                return [
                    .with {
                        $0.key = put.key
                        $0.value = put.value
                        $0.type = .putState
                    }
                ]
            case .writeBatchState: return try Protos_WriteBatchState(serializedBytes: payload).rec
            default: return []
            }
        }
    }
}
