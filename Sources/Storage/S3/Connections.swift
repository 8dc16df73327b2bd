import AsyncHTTPClient
import NIOCore
import NIOSSL

/// The connections to a store; closed when the last user is gone.
final class Connections: Sendable {
    let http: HTTPClient

    /// `authorities` is a PEM file: only they vouch for the store then; nil: the system's.
    init(authorities: String?) throws(BucketError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let authorities {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
            } catch {
                throw BucketError(.misconfigured, "\(authorities) is no PEM file of certificates")
            }
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        // No byte for a minute: the connection is taken for broken.
        configuration.timeout.read = .seconds(60)
        configuration.timeout.write = .seconds(60)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit { http.shutdown { _ in } }
}
