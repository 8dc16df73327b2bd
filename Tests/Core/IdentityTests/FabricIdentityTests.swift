import Contract
import Foundation
import Identity
import Primitives
import Testing

@testable import Surroundings

/// Certificates for Fabric's programs under an organisation's authority.
struct FabricIdentityTests {
    private static let now = CertificateAuthorityTests.now
    private static let tomorrow = CertificateAuthorityTests.tomorrow

    @Test(arguments: FabricRole.allCases) func nobodyOnFabricIsAMember(role: FabricRole) throws {
        let (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
        let issued = try authority.issueFabricIdentity(role: role, now: Self.now, notAfter: Self.tomorrow)
        #expect(throws: IdentityError.self) {
            try MemberCertificate.verify(issued.certificate, under: certificate, at: Self.now)
        }
    }

    /// Fabric knows people by the unit of their certificate: no member's may be one that it knows.
    @Test(arguments: Role.allCases) func noMemberIsAnybodyOnFabric(role: Role) throws {
        let scratch = try Scratch()
        let (authority, _) = try CertificateAuthorityTests.authority(Samples.hospital)
        let member = try authority.issueMember(
            name: "Ada", role: role, key: SigningKey.generate().key, notAfter: Self.tomorrow, now: Self.now)
        let file = try scratch.write("member.pem", PEM.encode(member, label: "CERTIFICATE"))
        let subject = try Command.openssl(
            "x509", "-in", file, "-noout", "-subject", "-nameopt", "RFC2253"
        ).output
        #expect(subject.contains("OU="))
        for fabric in FabricRole.allCases { #expect(!subject.contains("OU=\(fabric.rawValue),")) }
    }

    @Test func nothingOutlastsItsAuthority() throws {
        let (authority, _) = try CertificateAuthorityTests.authority(Samples.hospital)
        _ = try authority.issueFabricIdentity(role: .peer, now: Self.now, notAfter: authority.notAfter)
        #expect(throws: IdentityError.Code.lifetimeNotAllowed) {
            try code {
                try authority.issueFabricIdentity(
                    role: .peer, now: Self.now, notAfter: authority.notAfter.addingTimeInterval(1))
            }
        }
    }

    @Test func aServerIsNoClientUnlessItIsToBeOne() throws {
        let scratch = try Scratch()
        let (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
        let roots = try scratch.write("ca.pem", PEM.encode(certificate, label: "CERTIFICATE"))
        for isAlsoClient in [false, true] {
            let server = try authority.issueServer(
                hostNames: ["localhost"], addresses: [], isAlsoClient: isAlsoClient, now: Self.now,
                notAfter: Self.tomorrow)
            let file = try scratch.write("s.pem", PEM.encode(server.certificate, label: "CERTIFICATE"))
            let asClient = try Command.openssl(
                "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", roots, file)
            #expect((asClient.status == 0) == isAlsoClient)
        }
    }
}
