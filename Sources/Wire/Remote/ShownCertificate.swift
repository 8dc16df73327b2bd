package import Contract
import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// The certificate that a server shows, believed or not: to say why it is not believed, and when it ends.
package struct ShownCertificate: Sendable {
    /// Host and port of the server.
    package let authority: String
    /// From when, and to before when, it is in force.
    package let notBefore, notAfter: LedgerTime

    private static let seconds: Int64 = 5

    private init(_ certificate: NIOSSLCertificate, of authority: String) {
        self.authority = authority
        notBefore = LedgerTime(clamping: certificate.notValidBefore)
        notAfter = LedgerTime(clamping: certificate.notValidAfter)
    }

    /// What the server at `authority` (host and port) shows; nil when it shows none in time. Nothing is sent to it.
    static func of(_ authority: String, on eventLoop: any EventLoop) async -> ShownCertificate? {
        guard let colon = authority.lastIndex(of: ":"), let port = Int(authority[colon...].dropFirst()),
            let context = try? NIOSSLContext(configuration: .makeClientConfiguration())
        else { return nil }
        let host = authority[..<colon].trimmingCharacters(in: ["[", "]"])
        let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
        let shown = eventLoop.makePromise(of: ShownCertificate?.self)
        eventLoop.scheduleTask(in: .seconds(seconds)) { shown.succeed(nil) }
        let connecting = ClientBootstrap(group: eventLoop).connectTimeout(.seconds(seconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(
                        context: context, serverHostname: isAddress ? nil : host
                    ) { certificates, verdict in
                        shown.succeed(certificates.first.map { ShownCertificate($0, of: authority) })
                        verdict.succeed(NIOSSLVerificationResult.failed)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }.connect(host: host, port: port)
        connecting.whenFailure { _ in shown.succeed(nil) }
        // Nothing fails it.
        guard let certificate = try? await shown.futureResult.get() else { return nil }
        connecting.whenSuccess { $0.close(promise: nil) }
        return certificate
    }
}
