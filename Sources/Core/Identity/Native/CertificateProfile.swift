internal import Contract
internal import Primitives
internal import SwiftASN1
internal import X509

internal import struct Foundation.Date

/// What our certificates say, in one place for those who make them and those who check them (RFC 5280).
enum CertificateProfile {
    static let pemLabel = "CERTIFICATE"
    /// Certificates begin five minutes early: clocks differ.
    static let backdatedSeconds = 300.0

    /// 16 random bytes that are a positive number without leading zeroes (RFC 5280, 4.1.2.2: at most 20
    /// bytes).
    static func serial() -> Certificate.SerialNumber {
        var bytes = Random.bytes(16)
        bytes[0] = bytes[0] & 0x3f | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    /// The first 20 bytes of the SHA-256 of the key's bits (RFC 7093, section 2, method 1).
    static func keyIdentifier(of key: Certificate.PublicKey) -> ArraySlice<UInt8> {
        SHA256.digest(Array(key.subjectPublicKeyInfoBytes)).prefix(20)
    }

    static func authoritySubject(_ organisation: OrganisationName) throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName(organisation.description)
            CommonName("\(organisation) certificate authority")
        }
    }

    static func authorityExtensions(key: Certificate.PublicKey) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
            Critical(KeyUsage(keyCertSign: true, cRLSign: true))
            SubjectKeyIdentifier(keyIdentifier: keyIdentifier(of: key))
            AuthorityKeyIdentifier(keyIdentifier: keyIdentifier(of: key))
        }
    }

    static func memberExtensions(
        key: Certificate.PublicKey, authority: Certificate.PublicKey
    ) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.clientAuth])
            SubjectKeyIdentifier(keyIdentifier: keyIdentifier(of: key))
            AuthorityKeyIdentifier(keyIdentifier: keyIdentifier(of: authority))
        }
    }

    static func serverExtensions(
        key: Certificate.PublicKey, authority: Certificate.PublicKey, names: [GeneralName],
        isAlsoClient: Bool
    ) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage(isAlsoClient ? [.serverAuth, .clientAuth] : [.serverAuth])
            SubjectAlternativeNames(names)
            SubjectKeyIdentifier(keyIdentifier: keyIdentifier(of: key))
            AuthorityKeyIdentifier(keyIdentifier: keyIdentifier(of: authority))
        }
    }

    /// Signatures inside Fabric's messages are for no purpose that has a number: none is named.
    static func fabricExtensions(
        key: Certificate.PublicKey, authority: Certificate.PublicKey
    ) throws -> Certificate.Extensions {
        try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            SubjectKeyIdentifier(keyIdentifier: keyIdentifier(of: key))
            AuthorityKeyIdentifier(keyIdentifier: keyIdentifier(of: authority))
        }
    }

    /// The certificate in `der`, with nothing after it and its signature a whole number of bytes (the library
    /// would let a bit that does not belong to it pass); nil for anything else.
    static func parse(_ der: [UInt8]) -> Certificate? {
        guard let certificate = try? Certificate(derEncoded: der), let root = try? DER.parse(der),
            let signature = try? DER.sequence(
                root, identifier: .sequence,
                { nodes in
                    guard nodes.next() != nil, nodes.next() != nil else {
                        return ASN1BitString(bytes: [], paddingBits: 1)
                    }
                    return try ASN1BitString(derEncoded: &nodes)
                }), signature.paddingBits == 0
        else { return nil }
        return certificate
    }

    static func der(of value: some DERSerializable) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(value)
        return serializer.serializedBytes
    }
}

extension MemberSubject {
    /// Nil when `subject` is not exactly such a name.
    init?(_ subject: DistinguishedName) {
        func value(_ index: Int, _ type: ASN1ObjectIdentifier) -> String? {
            guard subject[index].count == 1, let attribute = subject[index].first, attribute.type == type
            else { return nil }
            return String(attribute.value)
        }
        guard subject.count == 3, let organisationText = value(0, .RDNAttributeType.organizationName),
            let organisation = OrganisationName(organisationText),
            let roleText = value(1, .RDNAttributeType.organizationalUnitName),
            let role = Role(certificateText: roleText),
            let name = value(2, .RDNAttributeType.commonName)
        else { return nil }
        self.init(name: name, role: role, organisation: organisation)
    }

    func distinguishedName() throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName(organisation.description)
            OrganizationalUnitName(role.certificateText)
            CommonName(name)
        }
    }
}

/// An authority's certificate, checked for what makes it one; whether to trust it the genesis says (its hash
/// stands there).
struct AuthorityCertificate {
    let certificate: Certificate
    let organisation: OrganisationName

    init(_ der: [UInt8]) throws(IdentityError) {
        guard let certificate = CertificateProfile.parse(der),
            case .isCertificateAuthority? = try? certificate.extensions.basicConstraints,
            let usage = try? certificate.extensions.keyUsage, usage.keyCertSign,
            certificate.signatureAlgorithm == .ecdsaWithSHA256,
            let organisation = Self.organisation(certificate.subject)
        else {
            throw IdentityError(.authorityMalformed, "not the certificate of an organisation's authority")
        }
        self.certificate = certificate
        self.organisation = organisation
    }

    private static func organisation(_ subject: DistinguishedName) -> OrganisationName? {
        let attributes = subject.flatMap { Array($0) }.filter {
            $0.type == .RDNAttributeType.organizationName
        }
        guard attributes.count == 1, let text = String(attributes[0].value) else { return nil }
        return OrganisationName(text)
    }

    func isInForce(at time: Date) -> Bool {
        certificate.notValidBefore <= time && time < certificate.notValidAfter
    }
}
