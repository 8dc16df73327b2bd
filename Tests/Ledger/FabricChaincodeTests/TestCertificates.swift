import Foundation
import Testing

@testable import Surroundings

/// Certificates for both ends of a stream, by OpenSSL: P-256, PEM.
struct TestCertificates: Sendable {
    struct Identity: Sendable {
        let certificate: [UInt8]
        let key: [UInt8]
    }

    let authority: Identity
    let chaincode: Identity
    let peer: Identity
    /// Of another authority.
    let stranger: Identity

    static let shared = Result { try TestCertificates() }

    private init() throws {
        let scratch = try Scratch()

        func make(_ name: String, _ extensions: [String], by authority: String? = nil) throws -> Identity {
            let made = try Command.run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", "/CN=\(name)", "-out", "\(name).pem", "-keyout", "\(name).key",
                ]
                    + extensions.flatMap { ["-addext", $0] }
                    + (authority.map { ["-CA", "\($0).pem", "-CAkey", "\($0).key"] } ?? []),
                in: scratch.directory)
            try #require(made.status == 0, "\(made.errors)")
            return Identity(
                certificate: try scratch.read("\(name).pem"), key: try scratch.read("\(name).key"))
        }

        let leaf = ["basicConstraints=critical,CA:FALSE", "subjectAltName=IP:127.0.0.1"]
        authority = try make("authority", [])
        _ = try make("others", [])
        chaincode = try make("chaincode", leaf + ["extendedKeyUsage=serverAuth"], by: "authority")
        peer = try make("peer", leaf + ["extendedKeyUsage=serverAuth,clientAuth"], by: "authority")
        stranger = try make("stranger", leaf + ["extendedKeyUsage=clientAuth"], by: "others")
    }
}
