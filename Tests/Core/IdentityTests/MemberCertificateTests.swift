import Contract
import Foundation
import Identity
import Primitives
import Testing

@testable import Surroundings

/// A member's certificate is believed only whole, in time, from its own authority and of a member's kind.
/// What our authority would never issue, `openssl` issues here with the authority's key.
struct MemberCertificateTests {
    static let now = CertificateAuthorityTests.now

    @Test func aMembersCertificateSaysWhoHeIs() throws {
        let (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
        let key = SigningKey.generate().key
        let end = Self.now.addingTimeInterval(3600)
        for role in Role.allCases {
            let der = try authority.issueMember(
                name: "Ada Müller", role: role, key: key, notAfter: end, now: Self.now)
            let member = try MemberCertificate.verify(der, under: certificate, at: Self.now)
            #expect(member.name == "Ada Müller" && member.role == role && member.key == key)
            #expect(member.organisation == Samples.hospital && member.notAfter == end)
            #expect(member.serial.count == 16 && member.serial[0] < 0x80)
            #expect(member.hash == Digest(hashing: der))
        }
    }

    @Test func everyAlteredByteIsRefused() throws {
        let (authority, certificate) = try CertificateAuthorityTests.authority(Samples.hospital)
        var der = [UInt8]()
        // An even last byte: its last bit could pass for one that does not belong to the signature.
        repeat {
            der = try authority.issueMember(
                name: "Ada", role: .clinician, key: SigningKey.generate().key,
                notAfter: Self.now.addingTimeInterval(60), now: Self.now)
        } while der.last.map { $0 % 2 } != 0
        for position in der.indices {
            var altered = der
            altered[position] ^= 1
            #expect(throws: IdentityError.self, "byte \(position)") {
                try MemberCertificate.verify(altered, under: certificate, at: Self.now)
            }
        }
        for text in [[], Array(der.dropLast()), der + [0]] {
            #expect(throws: IdentityError.Code.certificateMalformed) {
                try code { try MemberCertificate.verify(text, under: certificate, at: Self.now) }
            }
        }
    }

    @Test func anotherAuthoritysMemberIsRefused() throws {
        let (authority, _) = try CertificateAuthorityTests.authority(Samples.hospital)
        let der = try authority.issueMember(
            name: "Ada", role: .clinician, key: SigningKey.generate().key,
            notAfter: Self.now.addingTimeInterval(60),
            now: Self.now)
        for other in [Samples.hospital, Samples.insurer] {
            let (_, certificate) = try CertificateAuthorityTests.authority(other)
            #expect(throws: IdentityError.Code.notSignedByAuthority) {
                try code { try MemberCertificate.verify(der, under: certificate, at: Self.now) }
            }
        }
        #expect(throws: IdentityError.Code.authorityMalformed) {
            try code { try MemberCertificate.verify(der, under: der, at: Self.now) }
        }
    }

    @Test func aCertificateHoldsFromItsBeginningToItsEnd() throws {
        let forge = try CertificateForge(years: 1)
        let der = try forge.authority.issueMember(
            name: "Ada", role: .clinician, key: SigningKey.generate().key,
            notAfter: Self.now.addingTimeInterval(3600),
            now: Self.now)
        func verify(_ der: [UInt8], after seconds: Double) throws {
            try code {
                try MemberCertificate.verify(
                    der, under: forge.authority.certificate, at: Self.now.addingTimeInterval(seconds))
            }
        }
        try verify(der, after: -300)
        try verify(der, after: 3599)
        #expect(throws: IdentityError.Code.notYetValid) { try verify(der, after: -301) }
        #expect(throws: IdentityError.Code.expired) { try verify(der, after: 3600) }
        // The authority ends after a year, whatever its members' certificates say.
        let long = try forge.member(days: 3000)
        try verify(long, after: 31_557_599)
        #expect(throws: IdentityError.Code.expired) { try verify(long, after: 31_557_600) }
    }

    @Test func whatIsNotAMembersCertificateIsRefused() throws {
        let forge = try CertificateForge()
        let usual = CertificateForge.extensions
        func outcome(_ der: [UInt8]) throws {
            try code {
                try MemberCertificate.verify(
                    der, under: forge.authority.certificate, at: Self.now.addingTimeInterval(60))
            }
        }
        try outcome(try forge.member())
        try outcome(try forge.member(extensions: usual + ["1.2.3.4=ASN1:NULL"]))
        let table: [([String], IdentityError.Code)] = [
            (["basicConstraints=critical,CA:TRUE", usual[1], usual[2]], .notForMembers),
            ([usual[1], usual[2]], .notForMembers),
            ([usual[0], "keyUsage=critical,digitalSignature,keyCertSign", usual[2]], .notForMembers),
            ([usual[0], "keyUsage=critical,keyAgreement", usual[2]], .notForMembers),
            ([usual[0], usual[2]], .notForMembers),
            ([usual[0], usual[1], "extendedKeyUsage=serverAuth"], .notForMembers),
            ([usual[0], usual[1]], .notForMembers),
            (usual + ["1.2.3.4=critical,ASN1:NULL"], .notForMembers),
            (usual + ["nameConstraints=critical,permitted;DNS:example"], .notForMembers),
        ]
        for (extensions, expected) in table {
            #expect(throws: expected, "\(extensions)") {
                try outcome(try forge.member(extensions: extensions))
            }
        }
        for subject in [
            "/O=insurer/OU=clinician/CN=Ada", "/O=hospital1/OU=director/CN=Ada",
            "/O=hospital1/OU=Clinician/CN=Ada",
            "/O=hospital1/CN=Ada", "/OU=clinician/CN=Ada", "/O=hospital1/OU=clinician",
            "/O=hospital1/OU=clinician/CN=Ada/CN=Eve", "/CN=Ada/OU=clinician/O=hospital1",
            "/O=hospital1/OU=clinician/CN=Ada+UID=7", "/O=hospital1/OU=clinician/CN=A\u{202e}da",
        ] {
            #expect(throws: IdentityError.Code.subjectNotAllowed, "\(subject)") {
                try outcome(try forge.member(subject: subject))
            }
        }
        let mixedOrder = try #require(
            decodeLowercaseHex(Array("7a86b41105c581c42f3349b5ea9ba6f7d9935613f3aef36482973c5202800af2".utf8))
        )
        for key in [SigningKey.subjectPublicKeyInfo(of: mixedOrder), p256KeyThatEndsLikeAnEd25519Key()] {
            #expect(throws: IdentityError.Code.keyNotAcceptable) { try outcome(try forge.member(key: key)) }
        }
        var agreement = SigningKey.subjectPublicKeyInfo(of: SigningKey.generate().publicKey)
        agreement[8] = 0x6e
        #expect(throws: IdentityError.Code.certificateMalformed) {
            try outcome(try forge.member(key: agreement))
        }
        #expect(throws: IdentityError.Code.notSignedByAuthority) {
            try outcome(try forge.member(digest: "-sha384"))
        }
    }

    @Test func whatIsNotAnAuthoritysCertificateIsRefused() throws {
        let forge = try CertificateForge()
        let usual = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]
        let table: [(String, [String], String, IdentityError.Code?)] = [
            ("/O=hospital1/CN=hospital1 certificate authority", usual, "-sha256", nil),
            // The same key under another name has not signed what names the first.
            ("/O=hospital1/CN=another authority", usual, "-sha256", .notSignedByAuthority),
            ("/O=hospital1/CN=hospital1 certificate authority", usual, "-sha384", .authorityMalformed),
            ("/O=hospital1/CN=hospital1 certificate authority", [usual[0]], "-sha256", .authorityMalformed),
            (
                "/O=hospital1/CN=hospital1 certificate authority", [usual[0], "keyUsage=critical,cRLSign"],
                "-sha256",
                .authorityMalformed
            ),
            (
                "/O=hospital1/CN=hospital1 certificate authority",
                ["basicConstraints=critical,CA:FALSE", usual[1]],
                "-sha256", .authorityMalformed
            ),
            ("/CN=hospital1 certificate authority", usual, "-sha256", .authorityMalformed),
            ("/O=hospital1/O=insurer/CN=authority", usual, "-sha256", .authorityMalformed),
            ("/O=Hospital 1/CN=authority", usual, "-sha256", .authorityMalformed),
        ]
        let member = try forge.member()
        for (subject, extensions, digest, expected) in table {
            let certificate = try forge.selfSigned(subject: subject, extensions: extensions, digest: digest)
            func verify() throws {
                try code {
                    try MemberCertificate.verify(
                        member, under: certificate, at: Self.now.addingTimeInterval(60))
                }
            }
            if let expected {
                #expect(throws: expected, "\(subject) \(extensions) \(digest)") { try verify() }
            } else {
                try verify()
            }
        }
    }
}

/// SubjectPublicKeyInfo (RFC 5480) of a P-256 key whose last 32 bytes would be an Ed25519 key that may sign.
private func p256KeyThatEndsLikeAnEd25519Key() -> [UInt8] {
    let prefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce,
        0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]
    while true {
        // The point stands at the end of PKCS#8: 65 bytes.
        let point = P256PrivateKey.generatePKCS8().bytes.suffix(65)
        if Ed25519.isAcceptable(publicKey: Array(point.suffix(32))) { return prefix + point }
    }
}

/// An authority whose key lies open, for `openssl` to sign with it what `CertificateAuthority` never would.
struct CertificateForge {
    static let extensions = [
        "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
        "extendedKeyUsage=clientAuth",
    ]
    let authority: CertificateAuthority
    private let scratch: Scratch

    init(years: Int = 10) throws {
        let (certificate, key) = try CertificateAuthority.create(
            organisation: Samples.hospital, now: MemberCertificateTests.now, years: years)
        self.authority = try CertificateAuthority(certificate: certificate, privateKey: key)
        self.scratch = try Scratch()
        _ = try scratch.write("ca.pem", PEM.encode(certificate, label: "CERTIFICATE"))
        _ = try scratch.write("ca.key", PEM.encode(key.bytes, label: "PRIVATE KEY"))
    }

    func member(
        subject: String = "/O=hospital1/OU=clinician/CN=Ada", extensions: [String] = extensions,
        key: [UInt8] = SigningKey.subjectPublicKeyInfo(of: SigningKey.generate().publicKey), days: Int = 30,
        digest: String = "-sha256"
    ) throws -> [UInt8] {
        let publicKey = try scratch.write("member.pub", PEM.encode(key, label: "PUBLIC KEY"))
        return try issue(
            subject, extensions, digest,
            ["-force_pubkey", publicKey, "-CA", scratch.path("ca.pem"), "-CAkey", scratch.path("ca.key")],
            days: days)
    }

    func selfSigned(subject: String, extensions: [String], digest: String) throws -> [UInt8] {
        try issue(subject, extensions, digest, ["-signkey", scratch.path("ca.key")], days: 30)
    }

    private func issue(
        _ subject: String, _ extensions: [String], _ digest: String, _ signer: [String], days: Int
    ) throws -> [UInt8] {
        let file = try scratch.write("extensions", Array((extensions.joined(separator: "\n") + "\n").utf8))
        let outcome = try Command.run(
            "/usr/bin/openssl",
            [
                "x509", "-new", "-subj", subject, "-extfile", file, digest, "-days", "\(days)",
                "-outform", "DER", "-out", scratch.path("out.der"),
            ] + signer)
        guard outcome.status == 0 else { throw ForgeFailed(errors: outcome.errors) }
        return try scratch.read("out.der")
    }

    struct ForgeFailed: Error { let errors: String }
}
