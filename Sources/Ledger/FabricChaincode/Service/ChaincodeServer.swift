import FabricProtocol
import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// The service on an address, for peers that dial it.
public struct ChaincodeServer: Sendable {
    /// How peers are known.
    public enum Security: Sendable {
        /// Both sides show a certificate: `certificates` is this server's chain and `privateKey` its key,
        /// `clientRoots` the authorities of the peers'. All PEM.
        case mutualTLS(certificates: [UInt8], privateKey: [UInt8], clientRoots: [UInt8])
        /// Any client that reaches the address: for a loopback address only.
        case plaintext
    }

    /// What a peer sends and takes at most in one message.
    static let messageBytesMax = 100 << 20

    private let service: ChaincodeService
    private let transport: HTTP2ServerTransport.Posix

    /// `host` is an IPv4 or IPv6 address; a `port` of 0 any that is free.
    public init(_ service: ChaincodeService, host: String, port: Int, security: Security) {
        self.service = service
        let transportSecurity: HTTP2ServerTransport.Posix.TransportSecurity
        switch security {
        case .plaintext: transportSecurity = .plaintext
        case .mutualTLS(let certificates, let privateKey, let clientRoots):
            transportSecurity = .mTLS(
                certificateChain: [.bytes(certificates, format: .pem)],
                privateKey: .bytes(privateKey, format: .pem)
            ) {
                $0.trustRoots = .certificates([.bytes(clientRoots, format: .pem)])
                $0.clientCertificateVerification = .noHostnameVerification
                $0.requireALPN = true
            }
        }
        transport = HTTP2ServerTransport.Posix(
            address: host.contains(":") ? .ipv6(host: host, port: port) : .ipv4(host: host, port: port),
            transportSecurity: transportSecurity,
            config: .defaults {
                $0.rpc.maxRequestPayloadSize = Self.messageBytesMax
                $0.http2.targetWindowSize = 1 << 20
                $0.channelDebuggingCallbacks.onAcceptTCPConnection = PingAnswerer.addAtServer
            })
    }

    /// Serves until the task is cancelled: then the streams end, and with them what runs on them. `onReady`
    /// is told the port. Throws when certificates or key cannot be read or the address cannot be bound.
    public func run(onReady: @Sendable (_ port: Int) async -> Void = { _ in }) async throws {
        let server = GRPCServer(transport: transport, services: [service])
        // A task of its own, which is not cancelled with this one: gRPC's transport stops the process when it is
        // cancelled while a peer dials. It is asked to end instead, and all its streams end then.
        let serving = Task { try await server.serve() }
        try await withTaskCancellationHandler {
            do {
                let address = try await transport.listeningAddress
                await onReady(address.ipv4?.port ?? address.ipv6?.port ?? 0)
            } catch {
                // That there is no address is not why: `serve` says it.
                try await serving.value
                throw error
            }
            try await serving.value
        } onCancel: {
            server.beginGracefulShutdown()
        }
    }
}
