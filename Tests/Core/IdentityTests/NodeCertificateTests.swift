import Contract
import Foundation
import Identity
import Primitives
import Testing

/// The certificate of a program on Fabric is believed only whole, from its own authority, and for one role.
/// What our authority would never issue, `openssl` issues here with the authority's key.
struct NodeCertificateTests {
    private static let now = CertificateAuthorityTests.now

    @Test(arguments: FabricRole.allCases) func itSaysWhoseAndWhatItIs(role: FabricRole) throws {
        let (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
        let end = Self.now.addingTimeInterval(3600)
        let issued = try authority.issueFabricIdentity(role: role, now: Self.now, notAfter: end)
        let node = try NodeCertificate.verify(issued.certificate, under: certificate)
        #expect(node.organisation == Samples.hospital && node.role == role)
        #expect(node.key == P256SigningKey(pkcs8: issued.privateKey)?.publicKey)
        #expect(node.isInForce(at: Self.now) && node.isInForce(at: end.addingTimeInterval(-1)))
        #expect(!node.isInForce(at: end) && !node.isInForce(at: Self.now.addingTimeInterval(-301)))
    }

    @Test func everyAlteredByteIsRefused() throws {
        let (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
        let end = Self.now.addingTimeInterval(3600)
        let der = try authority.issueFabricIdentity(role: .peer, now: Self.now, notAfter: end).certificate
        for position in der.indices {
            var altered = der
            altered[position] ^= 0x10
            #expect(throws: IdentityError.self, "byte \(position)") {
                try NodeCertificate.verify(altered, under: certificate)
            }
        }
        for other in [Samples.hospital, Samples.insurer] {
            let (_, stranger) = try CertificateAuthorityTests.authority(other)
            #expect(throws: IdentityError.Code.notSignedByAuthority) {
                try code { try NodeCertificate.verify(der, under: stranger) }
            }
        }
    }

    @Test func whatIsNoProgramsCertificateIsRefused() throws {
        let forge = try CertificateForge()
        let key = Array(P256PrivateKey.generatePKCS8().bytes.suffix(65))
        let prefix: [UInt8] = [
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
            0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ]
        let usual = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature"]
        func outcome(
            _ extensions: [String], _ key: [UInt8], subject: String = "/OU=peer/CN=peer0"
        ) throws -> IdentityError.Code? {
            let der = try forge.member(subject: subject, extensions: extensions, key: key)
            do throws(IdentityError) {
                _ = try NodeCertificate.verify(der, under: forge.authority.certificate)
                return nil
            } catch { return error.code }
        }
        let info = prefix + key
        #expect(try outcome(usual, info) == nil)
        let table: [[String]] = [
            ["basicConstraints=critical,CA:TRUE", usual[1]], [usual[1]], [usual[0]],
            [usual[0], "keyUsage=critical,keyAgreement"], usual + ["1.2.3.4=critical,ASN1:NULL"],
        ]
        for extensions in table { #expect(try outcome(extensions, info) == .notForMembers, "\(extensions)") }
        for subject in [
            "/CN=peer", "/OU=Peer/CN=a", "/OU=clinician/CN=a", "/OU=peer/OU=client/CN=a", "/OU=peer /CN=a",
        ] { #expect(try outcome(usual, info, subject: subject) == .subjectNotAllowed, "\(subject)") }
        let member = SigningKey.subjectPublicKeyInfo(of: SigningKey.generate().publicKey)
        #expect(try outcome(usual, member) == .keyNotAcceptable)
    }
}
