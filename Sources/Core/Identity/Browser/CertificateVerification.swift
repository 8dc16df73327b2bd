public import Contract

// What an authority has signed is signed with ECDSA over P-256, which is not compiled for browsers.

extension PinnedCertificate {
    /// The certificate `der`, in force at `time`. The authority's signature is not verified: the enrolment, which the
    /// organisation's root has signed, pins the certificate's bytes. Throws what `init` throws, `notYetValid` and
    /// `expired`.
    public static func verify(
        _ der: [UInt8], under authority: [UInt8], at time: LedgerTime
    ) throws(IdentityError) -> PinnedCertificate {
        let certificate = try PinnedCertificate(der)
        guard certificate.notBefore <= time else {
            throw IdentityError(.notYetValid, "the certificate is not valid yet")
        }
        guard time < certificate.notAfter else {
            throw IdentityError(.expired, "the certificate has expired")
        }
        return certificate
    }
}

extension RevocationList {
    /// Throws: a list is believed by its authority's signature alone. A member under an authority that has published
    /// one is not sealed to from a browser until the signature can be verified there.
    public static func verify(
        _ der: [UInt8], under authority: [UInt8]
    ) throws(IdentityError) -> RevocationList {
        throw IdentityError(.notSignedByAuthority, "the revocation list cannot be verified in a browser")
    }
}
