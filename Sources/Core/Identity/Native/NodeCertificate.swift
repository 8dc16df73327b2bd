public import Contract
internal import Primitives
internal import SwiftASN1
internal import X509

public import struct Foundation.Date

/// The certificate of one of an organisation's programs on a Hyperledger Fabric network (a peer, an orderer, a
/// client, an administrator), verified: there is no other way to get one.
///
/// Not for members, who sign with Ed25519 (`MemberCertificate`).
public struct NodeCertificate: Hashable, Sendable {
    /// Whose authority signed it; what its subject says besides the role counts for nothing.
    public let organisation: OrganisationName
    public let role: FabricRole
    /// The P-256 key, uncompressed (SEC 1, section 2.3.3): 65 bytes.
    public let key: [UInt8]
    /// From when, and to before when, both it and its authority's certificate are in force.
    public let notBefore, notAfter: Date

    /// What is in the certificate `der`, which `authority` (DER) signed directly.
    ///
    /// The caller has checked `authority` against the genesis, and asks `isInForce` of the moment that matters.
    /// Throws, in this order: `certificateMalformed`, `authorityMalformed`, `notSignedByAuthority`,
    /// `notForMembers` when it is another authority's or not for signatures, `subjectNotAllowed` when it does not
    /// name one role (OU), `keyNotAcceptable`. Revocation is not looked at here.
    public static func verify(
        _ der: [UInt8], under authority: [UInt8]
    ) throws(IdentityError) -> NodeCertificate {
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
        guard isForSignatures(certificate) else {
            throw IdentityError(.notForMembers, "the certificate's extensions do not let it sign")
        }
        let units = certificate.subject.flatMap { Array($0) }
            .filter { $0.type == .RDNAttributeType.organizationalUnitName }
        guard units.count == 1, let unit = String(units[0].value), let role = FabricRole(exactly: unit) else {
            throw IdentityError(.subjectNotAllowed, "the subject names no role on a Fabric network")
        }
        guard let key = p256Key(certificate.publicKey) else {
            throw IdentityError(.keyNotAcceptable, "the certificate's key is no P-256 key")
        }
        return NodeCertificate(
            organisation: issuer.organisation, role: role, key: key,
            notBefore: max(certificate.notValidBefore, issuer.certificate.notValidBefore),
            notAfter: min(certificate.notValidAfter, issuer.certificate.notValidAfter))
    }

    public func isInForce(at time: Date) -> Bool { notBefore <= time && time < notAfter }

    /// Not an authority, for signatures, and nothing critical that is not understood here.
    private static func isForSignatures(_ certificate: Certificate) -> Bool {
        let extensions = certificate.extensions
        let understood: Set<ASN1ObjectIdentifier> = [
            .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
        ]
        guard case .notCertificateAuthority? = try? extensions.basicConstraints,
            let usage = try? extensions.keyUsage, usage.digitalSignature
        else { return false }
        return extensions.allSatisfy { !$0.critical || understood.contains($0.oid) }
    }

    /// What stands before the point in the SubjectPublicKeyInfo of a P-256 key (RFC 5480).
    private static let p256Prefix: [UInt8] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
        0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ]

    private static func p256Key(_ key: Certificate.PublicKey) -> [UInt8]? {
        guard let info = try? CertificateProfile.der(of: key), info.starts(with: p256Prefix) else {
            return nil
        }
        let point = Array(info.dropFirst(p256Prefix.count))
        return point.count == 65 && point[0] == 0x04 ? point : nil
    }
}

extension FabricRole {
    /// Compared by bytes: no other text is taken for a role.
    fileprivate init?(exactly text: String) {
        let bytes = Array(text.utf8)
        guard let role = Self.allCases.first(where: { Array($0.rawValue.utf8) == bytes }) else { return nil }
        self = role
    }
}
