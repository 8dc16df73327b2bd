import Contract
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
public import Primitives
import UnixSignals

/// The service on a loopback or network address, over TLS 1.3 and HTTP/1.1 only: bulk data is fastest there,
/// and the attacks on HTTP/2's streams do not exist.
public struct Listener: Sendable {
    public let host: String
    public let port: Int
    /// When its certificate ends, in seconds since 1970.
    public let certificateEnd: UInt64
    private let tls: TLSConfiguration

    /// `certificates` is the chain, leaf first, PEM; `privateKey` its key, PKCS#8 DER. Throws when they do
    /// not parse.
    public init(host: String, port: Int, certificates: [UInt8], privateKey: SecretBytes) throws {
        self.host = host
        self.port = port
        let chain = try NIOSSLCertificate.fromPEMBytes(certificates)
        certificateEnd = chain.first.map { UInt64(clamping: $0.notValidAfter) } ?? 0
        let key = try privateKey.withUnsafeBytes { try NIOSSLPrivateKey(bytes: Array($0), format: .der) }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv13
        tls.applicationProtocols = ["http/1.1"]
        // How long a closed connection waits for the other side to say goodbye: nothing depends on that here.
        tls.shutdownTimeout = .seconds(1)
        self.tls = tls
    }

    /// Serves until the task is cancelled or the process gets SIGTERM or SIGINT, then finishes what is under
    /// way. Throws when the address cannot be bound.
    public func run(_ server: APIServer, logger: Logger, onReady: @escaping @Sendable () async -> Void)
        async throws
    {
        let (connections, tls) = (server.connections, tls)
        let application = Application(
            router: server.router(),
            server: HTTPServerBuilder { responder in
                GuardedChannel(
                    base: try TLSChannel(HTTP1Channel(responder: responder), tlsConfiguration: tls),
                    connections: connections)
            },
            configuration: .init(address: .hostname(host, port: port), serverName: "medseald"),
            onServerRunning: { _ in await onReady() }, logger: logger)
        try await application.runService(gracefulShutdownSignals: [.sigterm, .sigint])
    }
}
