import Contract
import Foundation
import Identity
import Primitives
import Testing

@testable import Surroundings

/// What an organisation's authority makes, `openssl` accepts under it and under no other.
struct CertificateAuthorityTests {
    static let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
    static let tomorrow = now.addingTimeInterval(86_400)

    @Test func opensslAcceptsAMemberUnderItsAuthorityOnly() throws {
        let scratch = try Scratch()
        let (authority, certificate) = try Self.authority(Samples.hospital)
        let (_, otherCertificate) = try Self.authority(Samples.insurer)
        let (_, namesake) = try Self.authority(Samples.hospital)
        let key = SigningKey.generate()
        let member = try authority.issueMember(
            name: "Dr. Ada Müller", role: .clinician, key: key.key, notAfter: Self.tomorrow, now: Self.now)
        let memberFile = try scratch.write("member.pem", PEM.encode(member, label: "CERTIFICATE"))
        func verify(_ authority: [UInt8]) throws -> Command.Outcome {
            let file = try scratch.write("ca.pem", PEM.encode(authority, label: "CERTIFICATE"))
            return try Command.openssl(
                "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", file, memberFile)
        }

        let accepted = try verify(certificate)
        #expect(accepted.status == 0 && accepted.output == "\(memberFile): OK\n", "\(accepted.errors)")
        #expect(try verify(otherCertificate).status != 0)
        #expect(try verify(namesake).status != 0)

        let text = try Command.openssl(
            "x509", "-in", memberFile, "-noout", "-subject", "-nameopt", "RFC2253,utf8,-esc_msb", "-enddate",
            "-pubkey",
            "-dateopt", "iso_8601")
        #expect(
            text.output.contains("subject=CN=Dr. Ada Müller,OU=clinician,O=hospital1\n"), "\(text.output)")
        let spki = PEM.encode(SigningKey.subjectPublicKeyInfo(of: key.publicKey), label: "PUBLIC KEY")
        #expect(text.output.contains(String(decoding: spki, as: UTF8.self)))
    }

    @Test func opensslFindsTheAuthoritysOwnCertificateInOrder() throws {
        let scratch = try Scratch()
        let (_, certificate) = try Self.authority(Samples.hospital)
        let file = try scratch.write("ca.pem", PEM.encode(certificate, label: "CERTIFICATE"))
        let verified = try Command.openssl("verify", "-x509_strict", "-check_ss_sig", "-CAfile", file, file)
        #expect(verified.status == 0, "\(verified.errors)")
        let text = try Command.openssl("x509", "-in", file, "-noout", "-text").output
        for expected in [
            "Version: 3 (0x2)", "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n",
            "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n",
            "ASN1 OID: prime256v1",
            "X509v3 Subject Key Identifier", "X509v3 Authority Key Identifier", "ecdsa-with-SHA256",
        ] {
            #expect(text.contains(expected), "\(expected) is not in \(text)")
        }
    }

    @Test func opensslAcceptsAServerForItsNamesOnly() throws {
        let scratch = try Scratch()
        let (authority, certificate) = try Self.authority(Samples.hospital)
        let server = try authority.issueServer(
            hostNames: ["localhost", "vault.hospital1.example"], addresses: ["127.0.0.1", "::1"],
            now: Self.now,
            notAfter: Self.tomorrow)
        let authorityFile = try scratch.write("ca.pem", PEM.encode(certificate, label: "CERTIFICATE"))
        let serverFile = try scratch.write("server.pem", PEM.encode(server.certificate, label: "CERTIFICATE"))
        func accepts(_ option: String, _ value: String) throws -> Bool {
            let outcome = try Command.openssl(
                "verify", "-x509_strict", "-purpose", "sslserver", option, value, "-CAfile", authorityFile,
                serverFile)
            return outcome.status == 0
        }
        #expect(try accepts("-verify_hostname", "localhost"))
        #expect(try accepts("-verify_hostname", "vault.hospital1.example"))
        #expect(try accepts("-verify_ip", "127.0.0.1"))
        #expect(try accepts("-verify_ip", "::1"))
        #expect(try !accepts("-verify_hostname", "hospital2.example"))
        #expect(try !accepts("-verify_ip", "127.0.0.2"))

        let keyFile = try scratch.write("server.key", server.privateKey.bytes)
        let fromKey = try Command.openssl("pkey", "-inform", "DER", "-in", keyFile, "-pubout")
        let fromCertificate = try Command.openssl("x509", "-in", serverFile, "-noout", "-pubkey")
        #expect(fromKey.status == 0 && fromKey.output == fromCertificate.output)
        #expect(throws: IdentityError.self) {
            try MemberCertificate.verify(server.certificate, under: certificate, at: Self.now)
        }
    }

    @Test func opensslVerifiesASignatureByTheCertificatesKey() throws {
        let scratch = try Scratch()
        let (authority, _) = try Self.authority(Samples.hospital)
        let key = SigningKey.generate()
        let member = try authority.issueMember(
            name: "gateway", role: .gateway, key: key.key, notAfter: Self.tomorrow, now: Self.now)
        let memberFile = try scratch.write("member.der", member)
        let keyFile = try scratch.write("member.key", key.pkcs8.bytes)
        let message = try scratch.write("message", Array("handshake".utf8))
        let publicFile = scratch.path("public.pem")
        let signature = scratch.path("signature")
        let signed = try Command.openssl(
            "pkeyutl", "-sign", "-rawin", "-inkey", keyFile, "-keyform", "DER", "-in", message, "-out",
            signature)
        #expect(signed.status == 0, "\(signed.errors)")
        let extracted = try Command.openssl(
            "x509", "-inform", "DER", "-in", memberFile, "-noout", "-pubkey", "-out", publicFile)
        #expect(extracted.status == 0, "\(extracted.errors)")
        let verified = try Command.openssl(
            "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", publicFile, "-in", message, "-sigfile",
            signature)
        #expect(verified.status == 0, "\(verified.errors)")
    }

    @Test func anAuthorityIsMadeOfItsOwnKeyOnly() throws {
        let (_, certificate) = try Self.authority(Samples.hospital)
        #expect(throws: IdentityError.Code.keyMismatch) {
            try code {
                try CertificateAuthority(certificate: certificate, privateKey: P256PrivateKey.generatePKCS8())
            }
        }
        #expect(throws: IdentityError.Code.keyMismatch) {
            try code {
                try CertificateAuthority(certificate: certificate, privateKey: SigningKey.generate().pkcs8)
            }
        }
        #expect(throws: IdentityError.Code.authorityMalformed) {
            try code { try CertificateAuthority(certificate: [0x30, 0x00], privateKey: .random(32)) }
        }
    }

    @Test(arguments: [
        "", " Ada", "Ada ", "A\u{0}da", "A\nda", "A\u{202e}da", "A\u{200b}da",
        String(repeating: "x", count: 65),
    ])
    func namesThatCouldDeceiveAreRefused(name: String) throws {
        let (authority, _) = try Self.authority(Samples.hospital)
        #expect(throws: IdentityError.Code.nameNotAllowed) {
            try code {
                try authority.issueMember(
                    name: name, role: .officer, key: SigningKey.generate().key, notAfter: Self.tomorrow,
                    now: Self.now)
            }
        }
    }

    @Test func keysThatMayNotSignGetNoCertificate() throws {
        let (authority, _) = try Self.authority(Samples.hospital)
        let neutral = try #require(PublicKey([1] + [UInt8](repeating: 0, count: 31)))
        #expect(throws: IdentityError.Code.keyNotAcceptable) {
            try code {
                try authority.issueMember(
                    name: "Ada", role: .officer, key: neutral, notAfter: Self.tomorrow, now: Self.now)
            }
        }
    }

    @Test func nothingOutlastsItsAuthorityOrEndsBeforeItBegins() throws {
        let (authority, _) = try Self.authority(Samples.hospital, years: 1)
        let key = SigningKey.generate().key
        for notAfter in [Self.now, Self.now.addingTimeInterval(-1), Self.now.addingTimeInterval(31_557_601)] {
            #expect(throws: IdentityError.Code.lifetimeNotAllowed) {
                try code {
                    try authority.issueMember(
                        name: "Ada", role: .officer, key: key, notAfter: notAfter, now: Self.now)
                }
            }
            #expect(throws: IdentityError.Code.lifetimeNotAllowed) {
                try code {
                    try authority.issueServer(
                        hostNames: ["localhost"], addresses: [], now: Self.now, notAfter: notAfter)
                }
            }
        }
        #expect(throws: IdentityError.Code.lifetimeNotAllowed) {
            try code {
                try CertificateAuthority.create(organisation: Samples.hospital, now: Self.now, years: 0)
            }
        }
    }

    @Test(
        arguments: [
            ([], []), ([""], []), (["*.example"], []), (["Upper.example"], []), (["-a.example"], []),
            (["a..b"], []),
            (["a b"], []), (["1.2.3.4"], []), (["a-.example"], []), ([String(repeating: "a", count: 64)], []),
            ([Array(repeating: "abcdefg", count: 32).joined(separator: ".")], []), ([], ["localhost"]),
            ([], ["1.2.3"]), ([], ["1.2.3.4.5"]), ([], [":::"]),
        ] as [([String], [String])])
    func malformedHostsAreRefused(hostNames: [String], addresses: [String]) throws {
        let (authority, _) = try Self.authority(Samples.hospital)
        #expect(throws: IdentityError.Code.hostNotAllowed) {
            try code {
                try authority.issueServer(
                    hostNames: hostNames, addresses: addresses, now: Self.now, notAfter: Self.tomorrow)
            }
        }
    }

    @Test func anAuthorityDoesNotPrintItsKey() throws {
        let created = try CertificateAuthority.create(organisation: Samples.hospital, now: Self.now)
        let authority = try CertificateAuthority(
            certificate: created.certificate, privateKey: created.privateKey)
        var dumped = ""
        dump(authority, to: &dumped)
        let tail = created.privateKey.bytes.suffix(67 + 32).prefix(16)
        #expect(!dumped.contains(tail.map(String.init).joined(separator: ", ")))
        #expect(dumped.contains("<secret>"))
    }

    static func authority(
        _ organisation: OrganisationName, years: Int = 10
    ) throws -> (authority: CertificateAuthority, certificate: [UInt8]) {
        let (certificate, privateKey) = try CertificateAuthority.create(
            organisation: organisation, now: now, years: years)
        return (try CertificateAuthority(certificate: certificate, privateKey: privateKey), certificate)
    }
}

extension IdentityError.Code: Error {}

/// Rethrows an error as its code, so that a test can name it.
func code<Result>(_ body: () throws -> Result) throws {
    do {
        _ = try body()
    } catch let error as IdentityError {
        throw error.code
    }
}
