import Contract
import Foundation
import Identity
import Primitives
import Testing

@testable import Surroundings

/// A revocation list is what `openssl` takes for one, and is believed only whole and from its authority.
struct RevocationListTests {
    static let now = CertificateAuthorityTests.now

    private struct Issued {
        let authority: CertificateAuthority
        let certificate: [UInt8]
        let members: [[UInt8]]
        let serials: [[UInt8]]

        init() throws {
            (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
            let (authority, certificate) = (authority, certificate)
            members = try (0..<4).map { number in
                try authority.issueMember(
                    name: "Member \(number)", role: .clinician, key: SigningKey.generate().key,
                    notAfter: CertificateAuthorityTests.tomorrow, now: RevocationListTests.now)
            }
            serials = try members.map {
                try MemberCertificate.verify($0, under: certificate, at: RevocationListTests.now).serial
            }
        }

        /// The first three members, each for another reason; the fourth is not listed.
        func list(number: UInt64 = 7, seconds: Double = 3_600) throws -> RevocationList {
            try authority.issueList(
                number: number,
                entries: zip(serials, RevocationList.Reason.allCases).map {
                    .init(serial: $0, revoked: RevocationListTests.now, reason: $1)
                }, now: RevocationListTests.now,
                nextUpdate: RevocationListTests.now.addingTimeInterval(seconds))
        }
    }

    @Test func opensslReadsAndVerifiesIt() throws {
        let issued = try Issued()
        let list = try issued.list()
        let scratch = try Scratch()
        let authority = try scratch.write("ca.pem", PEM.encode(issued.certificate, label: "CERTIFICATE"))
        let pem = try scratch.write("crl.pem", list.pem)
        let der = try scratch.write("crl.der", list.der)
        let text = try Command.openssl("crl", "-in", pem, "-noout", "-text")
        for expected in [
            "Version 2 (0x1)", "ecdsa-with-SHA256", "X509v3 CRL Number: \n                7\n",
            "Key Compromise", "Superseded", "Cessation Of Operation", "X509v3 Authority Key Identifier",
        ] {
            #expect(text.output.contains(expected), "\(expected) is not in \(text.output)")
        }
        let verified = try Command.openssl("crl", "-verify", "-in", pem, "-CAfile", authority, "-noout")
        #expect(verified.status == 0 && verified.errors.contains("verify OK"), "\(verified.errors)")
        let asDER = try Command.openssl(
            "crl", "-inform", "DER", "-in", der, "-CAfile", authority, "-verify", "-noout")
        #expect(asDER.status == 0 && asDER.errors.contains("verify OK"), "\(asDER.errors)")
        for (index, member) in issued.members.enumerated() {
            let file = try scratch.write("member.pem", PEM.encode(member, label: "CERTIFICATE"))
            let checked = try Command.openssl(
                "verify", "-x509_strict", "-crl_check", "-CRLfile", pem, "-CAfile", authority, file)
            #expect((checked.status == 0) == (index == 3), "\(checked.output)\(checked.errors)")
            #expect(index == 3 || (checked.output + checked.errors).contains("certificate revoked"))
        }
    }

    @Test func anEmptyListIsOneToo() throws {
        let issued = try Issued()
        let end = Self.now.addingTimeInterval(60)
        let list = try issued.authority.issueList(number: 1, entries: [], now: Self.now, nextUpdate: end)
        #expect(try RevocationList.verify(list.der, under: issued.certificate) == list)
        #expect(list.nextUpdate == end && list.entry(for: issued.serials[0]) == nil)
        let scratch = try Scratch()
        let authority = try scratch.write("ca.pem", PEM.encode(issued.certificate, label: "CERTIFICATE"))
        let file = try scratch.write("member.pem", PEM.encode(issued.members[0], label: "CERTIFICATE"))
        let checked = try Command.openssl(
            "verify", "-crl_check", "-CRLfile", try scratch.write("crl.pem", list.pem), "-CAfile", authority,
            file)
        #expect(checked.status == 0, "\(checked.errors)")
    }

    @Test func itSaysWhatWasPutIn() throws {
        let issued = try Issued()
        let list = try RevocationList.verify(try issued.list().der, under: issued.certificate)
        #expect(list.number == 7 && list.thisUpdate == Self.now && list.organisation == Samples.hospital)
        for (serial, reason) in zip(issued.serials, RevocationList.Reason.allCases) {
            #expect(
                list.entry(for: serial) == .init(serial: serial, revoked: Self.now, reason: reason))
        }
        #expect(list.entry(for: issued.serials[3]) == nil)
        // A time beyond 2049 is written in the other form.
        let far = Date(timeIntervalSince1970: 2_600_000_000)
        let long = try issued.authority.issueList(number: 8, entries: [], now: Self.now, nextUpdate: far)
        #expect(try RevocationList.verify(long.der, under: issued.certificate).nextUpdate == far)
        #expect(throws: IdentityError.Code.lifetimeNotAllowed) {
            try code {
                try issued.authority.issueList(number: 9, entries: [], now: Self.now, nextUpdate: Self.now)
            }
        }
    }

    @Test func everyAlteredByteIsRefused() throws {
        let issued = try Issued()
        let list = try issued.list()
        for position in list.der.indices {
            var altered = list.der
            altered[position] ^= 1
            #expect(throws: IdentityError.self, "byte \(position)") {
                try RevocationList.verify(altered, under: issued.certificate)
            }
        }
        for bytes in [[], Array(list.der.dropLast()), list.der + [0], issued.certificate] {
            #expect(throws: IdentityError.self) {
                try RevocationList.verify(bytes, under: issued.certificate)
            }
        }
    }

    @Test func anotherAuthoritysListIsRefused() throws {
        let issued = try Issued()
        let list = try issued.list()
        for other in [Samples.hospital, Samples.insurer] {
            let (_, certificate) = try CertificateAuthorityTests.authority(other)
            #expect(throws: IdentityError.Code.notSignedByAuthority) {
                try code { try RevocationList.verify(list.der, under: certificate) }
            }
        }
    }
}
