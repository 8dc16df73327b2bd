public import Contract
public import Primitives
internal import SwiftASN1
internal import X509

public import struct Foundation.Date

/// An organisation's certificate authority: a P-256 key whose certificates `openssl verify` and TLS accept
/// (RFC 5280).
///
/// Its own certificate's hash stands in the genesis. It signs members' certificates (Ed25519 keys), servers'
/// and those of the organisation's programs on a Fabric network (P-256).
public struct CertificateAuthority: Sendable {
    /// The authority's own certificate, DER.
    public let certificate: [UInt8]
    public let organisation: OrganisationName
    /// When it ends, and with it all that it has signed.
    public var notAfter: Date { authority.certificate.notValidAfter }
    private let authority: AuthorityCertificate
    private let privateKey: SecretBytes

    /// A fresh authority for `organisation`: its self-signed certificate (DER) and its private key (PKCS#8
    /// DER), good for `years` of 365.25 days. Throws `lifetimeNotAllowed`.
    public static func create(
        organisation: OrganisationName, now: Date, years: Int = 10
    ) throws(IdentityError) -> (certificate: [UInt8], privateKey: SecretBytes) {
        let notAfter = now.addingTimeInterval(Double(years) * 31_557_600)
        guard now < notAfter else {
            throw IdentityError(.lifetimeNotAllowed, "an authority lasts at least a year")
        }
        let privateKey = P256PrivateKey.generatePKCS8()
        return try signing(with: privateKey) { key in
            let subject = try CertificateProfile.authoritySubject(organisation)
            let certificate = try Certificate(
                version: .v3, serialNumber: CertificateProfile.serial(), publicKey: key.publicKey,
                notValidBefore: now.addingTimeInterval(-CertificateProfile.backdatedSeconds),
                notValidAfter: notAfter,
                issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: CertificateProfile.authorityExtensions(key: key.publicKey), issuerPrivateKey: key)
            return (try CertificateProfile.der(of: certificate), privateKey)
        }
    }

    /// The authority of a certificate (DER) and its private key (PKCS#8 DER). Throws `authorityMalformed`, or
    /// `keyMismatch` when the key is not the certificate's.
    public init(certificate: [UInt8], privateKey: SecretBytes) throws(IdentityError) {
        let authority = try AuthorityCertificate(certificate)
        guard let key = try? Self.load(privateKey), key.publicKey == authority.certificate.publicKey else {
            throw IdentityError(.keyMismatch, "the private key is not the one of the authority's certificate")
        }
        self.certificate = certificate
        self.organisation = authority.organisation
        self.authority = authority
        self.privateKey = privateKey
    }

    /// A member's certificate, DER: subject key Ed25519, subject O = organisation, OU = role, CN = name.
    ///
    /// Throws `nameNotAllowed` (1 to 64 characters that print), `keyNotAcceptable`, or `lifetimeNotAllowed`
    /// when it would end before `now` or after the authority.
    public func issueMember(
        name: String, role: Role, key: PublicKey, notAfter: Date, now: Date
    ) throws(IdentityError) -> [UInt8] {
        guard let subject = MemberSubject(name: name, role: role, organisation: organisation) else {
            throw IdentityError(.nameNotAllowed, "a member's name has 1 to 64 characters, all of which print")
        }
        guard Ed25519.isAcceptable(publicKey: key.bytes),
            let subjectKey = try? Certificate.PublicKey(
                derEncoded: SigningKey.subjectPublicKeyInfo(of: key.bytes))
        else { throw IdentityError(.keyNotAcceptable, "the member's key is no Ed25519 key that may sign") }
        return try issue(key: subjectKey, notAfter: notAfter, now: now) { authorityKey in
            (
                try subject.distinguishedName(),
                try CertificateProfile.memberExtensions(key: subjectKey, authority: authorityKey)
            )
        }
    }

    /// A TLS server's certificate (DER) and its fresh P-256 private key (PKCS#8 DER), for DNS names (lower
    /// case, no wildcards) and IP addresses as text; with `isAlsoClient` for a program that dials its likes, too.
    ///
    /// Throws `hostNotAllowed` when one of them is malformed or there are none, or `lifetimeNotAllowed`.
    public func issueServer(
        hostNames: [String], addresses: [String], isAlsoClient: Bool = false, now: Date, notAfter: Date
    ) throws(IdentityError) -> (certificate: [UInt8], privateKey: SecretBytes) {
        let names = try ServerNames(hostNames: hostNames, addresses: addresses)
        let privateKey = P256PrivateKey.generatePKCS8()
        let subjectKey = try Self.signing(with: privateKey) { $0.publicKey }
        let organisation = organisation
        let certificate = try issue(key: subjectKey, notAfter: notAfter, now: now) { authorityKey in
            let subject = try DistinguishedName {
                OrganizationName(organisation.description)
                CommonName(String(names.first.prefix(64)))
            }
            return (
                subject,
                try CertificateProfile.serverExtensions(
                    key: subjectKey, authority: authorityKey, names: names.alternatives,
                    isAlsoClient: isAlsoClient)
            )
        }
        return (certificate, privateKey)
    }

    /// The certificate (DER) of one of the organisation's programs or people on a Hyperledger Fabric network, and
    /// its fresh P-256 private key (PKCS#8 DER): subject O = organisation, OU = role, as Fabric's membership
    /// service reads it.
    ///
    /// It is no member's: `MemberCertificate.verify` refuses it. Throws `lifetimeNotAllowed`.
    public func issueFabricIdentity(
        role: FabricRole, now: Date, notAfter: Date
    ) throws(IdentityError) -> (certificate: [UInt8], privateKey: SecretBytes) {
        let privateKey = P256PrivateKey.generatePKCS8()
        let subjectKey = try Self.signing(with: privateKey) { $0.publicKey }
        let organisation = organisation
        let certificate = try issue(key: subjectKey, notAfter: notAfter, now: now) { authorityKey in
            let subject = try DistinguishedName {
                OrganizationName(organisation.description)
                OrganizationalUnitName(role.rawValue)
                CommonName(String("\(role.rawValue).\(organisation)".prefix(64)))
            }
            return (
                subject,
                try CertificateProfile.fabricExtensions(key: subjectKey, authority: authorityKey)
            )
        }
        return (certificate, privateKey)
    }

    private func issue(
        key: Certificate.PublicKey, notAfter: Date, now: Date,
        _ content: (Certificate.PublicKey) throws -> (
            subject: DistinguishedName, extensions: Certificate.Extensions
        )
    ) throws(IdentityError) -> [UInt8] {
        guard now < notAfter, notAfter <= authority.certificate.notValidAfter else {
            throw IdentityError(.lifetimeNotAllowed, "the lifetime is over, or longer than the authority's")
        }
        return try Self.signing(with: privateKey) { authorityKey in
            let (subject, extensions) = try content(authorityKey.publicKey)
            let certificate = try Certificate(
                version: .v3, serialNumber: CertificateProfile.serial(), publicKey: key,
                notValidBefore: now.addingTimeInterval(-CertificateProfile.backdatedSeconds),
                notValidAfter: notAfter,
                issuer: authority.certificate.subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: extensions, issuerPrivateKey: authorityKey)
            return try CertificateProfile.der(of: certificate)
        }
    }

    // MARK: The private key, outside guarded memory only while it is used

    private static func load(_ privateKey: SecretBytes) throws -> Certificate.PrivateKey {
        var bytes = privateKey.withUnsafeBytes { Array($0) }
        defer { wipe(&bytes) }
        return try Certificate.PrivateKey(derBytes: bytes)
    }

    func signing<Result>(
        _ body: (Certificate.PrivateKey) throws -> Result
    ) throws(IdentityError) -> Result { try Self.signing(with: privateKey, body) }

    private static func signing<Result>(
        with privateKey: SecretBytes, _ body: (Certificate.PrivateKey) throws -> Result
    ) throws(IdentityError) -> Result {
        do {
            return try body(try load(privateKey))
        } catch {
            throw IdentityError(.signingFailed, "the certificate cannot be signed: \(type(of: error))")
        }
    }
}
