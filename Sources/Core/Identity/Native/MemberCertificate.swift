public import Contract
internal import Primitives
internal import SwiftASN1
internal import X509

public import struct Foundation.Date

/// A member's certificate that was verified: there is no other way to get one.
///
/// It says who a key belongs to. Whether the key may act is the ledger's to say (enrol, retire).
public struct MemberCertificate: Hashable, Sendable {
    public let name: String
    public let organisation: OrganisationName
    public let role: Role
    public let key: PublicKey
    /// The serial number's bytes, big endian, to compare with a revocation list's.
    public let serial: [UInt8]
    public let notAfter: Date
    /// SHA-256 of the certificate, DER: what the enrol statement names.
    public let hash: Digest

    /// The member of the certificate `der`, which `authority` (DER) signed directly and which is in force at
    /// `time`.
    ///
    /// The caller has checked `authority` against the genesis. Throws, in this order: `certificateMalformed`,
    /// `authorityMalformed`, `notSignedByAuthority`, `notYetValid`, `expired` (either of the two),
    /// `notForMembers`, `subjectNotAllowed`, `keyNotAcceptable`. Revocation is not looked at here.
    public static func verify(
        _ der: [UInt8], under authority: [UInt8], at time: Date
    ) throws(IdentityError) -> MemberCertificate {
        guard let certificate = CertificateProfile.parse(der) else {
            throw IdentityError(.certificateMalformed, "not an X.509 certificate")
        }
        let issuer = try AuthorityCertificate(authority)
        guard certificate.issuer == issuer.certificate.subject,
            certificate.signatureAlgorithm == .ecdsaWithSHA256,
            issuer.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
        else {
            throw IdentityError(.notSignedByAuthority, "the certificate was not signed by this authority")
        }
        for each in [certificate, issuer.certificate] {
            guard each.notValidBefore <= time else {
                throw IdentityError(.notYetValid, "the certificate or its authority's is not valid yet")
            }
            guard time < each.notValidAfter else {
                throw IdentityError(.expired, "the certificate or its authority's has expired")
            }
        }
        guard isForMembers(certificate) else {
            throw IdentityError(.notForMembers, "the certificate's extensions do not make it a member's")
        }
        guard let subject = MemberSubject(certificate.subject), subject.organisation == issuer.organisation
        else {
            throw IdentityError(
                .subjectNotAllowed, "the subject is no member of the authority's organisation")
        }
        guard let key = ed25519Key(certificate.publicKey) else {
            throw IdentityError(.keyNotAcceptable, "the certificate's key is no Ed25519 key that may sign")
        }
        return MemberCertificate(
            name: subject.name, organisation: subject.organisation, role: subject.role, key: key,
            serial: Array(certificate.serialNumber.bytes), notAfter: certificate.notValidAfter,
            hash: Digest(hashing: der))
    }

    /// Not an authority, for signatures, for TLS clients, and nothing critical that is not understood here.
    static func isForMembers(_ certificate: Certificate) -> Bool {
        let extensions = certificate.extensions
        let understood: Set<ASN1ObjectIdentifier> = [
            .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
        ]
        guard case .notCertificateAuthority? = try? extensions.basicConstraints,
            let usage = try? extensions.keyUsage, usage == KeyUsage(digitalSignature: true),
            let purposes = try? extensions.extendedKeyUsage, purposes.contains(.clientAuth)
        else { return false }
        return extensions.allSatisfy { !$0.critical || understood.contains($0.oid) }
    }

    static func ed25519Key(_ key: Certificate.PublicKey) -> PublicKey? {
        guard let info = try? CertificateProfile.der(of: key), let bytes = PublicKey(info.suffix(32)),
            info == SigningKey.subjectPublicKeyInfo(of: bytes.bytes),
            Ed25519.isAcceptable(publicKey: bytes.bytes)
        else { return nil }
        return bytes
    }
}
