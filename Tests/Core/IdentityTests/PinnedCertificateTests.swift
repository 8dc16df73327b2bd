import BrowserCalls
import Contract
import Foundation
import Primitives
import Testing
import X509

@testable import Identity

/// The reader of pinned certificates against swift-certificates: whatever it accepts, that reads in the same way, and it
/// accepts what our authorities issue. Recorded for the browser's core.
struct PinnedCertificateTests {
    static let now = CertificateAuthorityTests.now

    @Test func whatAnAuthorityIssuesIsRead() throws {
        let (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
        for role in Role.allCases {
            for days in [1.0, 3000] {
                let der = try authority.issueMember(
                    name: "Ada Müller", role: role, key: SigningKey.generate().key,
                    notAfter: Self.now.addingTimeInterval(days * 86_400), now: Self.now)
                let pinned = try PinnedCertificate(der)
                let member = try MemberCertificate.verify(der, under: certificate, at: Self.now)
                #expect(pinned.name == member.name && pinned.organisation == member.organisation)
                #expect(pinned.role == member.role && pinned.key == member.key && pinned.hash == member.hash)
                #expect(pinned.serial == member.serial && seconds(member.notAfter) == pinned.notAfter)
                let now = seconds(Self.now)
                #expect(pinned.notBefore == now - 300)
                #expect(pinned.isInForce(at: now) && pinned.isInForce(at: pinned.notAfter - 1))
                #expect(!pinned.isInForce(at: pinned.notBefore - 1) && !pinned.isInForce(at: pinned.notAfter))
            }
        }
    }

    @Test func whatIsNoMembersCertificateIsRefused() throws {
        let forge = try CertificateForge()
        let usual = CertificateForge.extensions
        #expect(try read(forge.member()) == nil)
        #expect(try read(forge.member(extensions: usual + ["1.2.3.4=ASN1:NULL"])) == nil)
        for extensions in [
            ["basicConstraints=critical,CA:TRUE", usual[1], usual[2]], [usual[1], usual[2]],
            [usual[0], "keyUsage=critical,digitalSignature,keyCertSign", usual[2]],
            [usual[0], "keyUsage=critical,keyAgreement", usual[2]], [usual[0], usual[2]],
            [usual[0], usual[1], "extendedKeyUsage=serverAuth"], [usual[0], usual[1]],
            usual + ["1.2.3.4=critical,ASN1:NULL"],
        ] {
            #expect(try read(forge.member(extensions: extensions)) == .notForMembers, "\(extensions)")
        }
        for subject in [
            "/O=hospital1/OU=director/CN=Ada", "/O=hospital1/OU=Clinician/CN=Ada", "/O=hospital1/CN=Ada",
            "/OU=clinician/CN=Ada", "/O=hospital1/OU=clinician", "/O=hospital1/OU=clinician/CN=Ada/CN=Eve",
            "/CN=Ada/OU=clinician/O=hospital1", "/O=hospital1/OU=clinician/CN=Ada+UID=7",
            "/O=hospital1/OU=clinician/CN=A\u{202e}da",
        ] {
            #expect(try read(forge.member(subject: subject)) == .subjectNotAllowed, "\(subject)")
        }
        let mixedOrder = try #require(
            decodeLowercaseHex(Array("7a86b41105c581c42f3349b5ea9ba6f7d9935613f3aef36482973c5202800af2".utf8))
        )
        #expect(
            try read(forge.member(key: SigningKey.subjectPublicKeyInfo(of: mixedOrder))) == .keyNotAcceptable)
        #expect(try read(forge.member(digest: "-sha384")) == .certificateMalformed)
        #expect(read([]) == .certificateMalformed)
    }

    /// One bit, some bits, a piece left out, doubled or in another place: thousands of times.
    @Test func whateverIsReadSwiftCertificatesReadsTheSame() throws {
        let forge = try CertificateForge()
        let (authority, _) = try CertificateAuthorityTests.authority(Samples.hospital)
        let seeds = [
            try authority.issueMember(
                name: "Ada", role: .clinician, key: SigningKey.generate().key,
                notAfter: Self.now.addingTimeInterval(86_400), now: Self.now),
            try forge.member(extensions: CertificateForge.extensions + ["1.2.3.4=ASN1:NULL"]),
        ]
        var recording = Recording(of: "read_certificate")
        var accepted = 0
        func hold(_ der: [UInt8]) {
            recording.add(der, answer: CertificateCall.answer(der))
            guard let pinned = try? PinnedCertificate(der) else { return }
            accepted += 1
            guard let certificate = CertificateProfile.parse(der),
                MemberCertificate.isForMembers(certificate), let subject = MemberSubject(certificate.subject),
                let key = MemberCertificate.ed25519Key(certificate.publicKey)
            else {
                Issue.record("read, and swift-certificates does not: \(lowercaseHex(der))")
                return
            }
            #expect(
                pinned.name == subject.name && pinned.role == subject.role && pinned.key == key
                    && pinned.organisation == subject.organisation
                    && pinned.serial == Array(certificate.serialNumber.bytes)
                    && pinned.notBefore == seconds(certificate.notValidBefore)
                    && pinned.notAfter == seconds(certificate.notValidAfter), "\(lowercaseHex(der))")
        }
        for seed in seeds {
            hold(seed)
            for position in seed.indices {
                for bit in UInt8(0)..<8 {
                    var altered = seed
                    altered[position] ^= 1 << bit
                    hold(altered)
                }
                hold(Array(seed.prefix(position)))
            }
        }
        var random = Xorshift(state: 0x9e37_79b9_7f4a_7c15)
        for _ in 0..<4000 {
            var altered = seeds[random.below(seeds.count)]
            switch random.below(4) {
            case 0:
                for _ in 0...random.below(4) {
                    altered[random.below(altered.count)] = UInt8(random.below(256))
                }
            case 1: altered.remove(at: random.below(altered.count))
            case 2: altered.insert(UInt8(random.below(256)), at: random.below(altered.count))
            default:
                // A piece in the place of another, of the same length: lengths around it stay right.
                let count = 1 + random.below(24)
                let source = random.below(altered.count - count)
                let target = random.below(altered.count - count)
                altered.replaceSubrange(
                    target..<target + count, with: Array(altered[source..<source + count]))
            }
            hold(altered)
        }
        // Names, dates, serials and signatures may be others, and still be read.
        #expect(accepted > 1000)
        try recording.save()
    }

    private func read(_ der: [UInt8]) -> IdentityError.Code? {
        do throws(IdentityError) {
            _ = try PinnedCertificate(der)
            return nil
        } catch {
            return error.code
        }
    }

    private func seconds(_ date: Date) -> UInt64 { UInt64(date.timeIntervalSince1970) }
}

/// Marsaglia's generator: the same numbers each time.
private struct Xorshift {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}
