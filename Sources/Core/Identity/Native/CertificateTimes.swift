public import Contract

private import struct Foundation.Date

extension MemberCertificate {
    /// The same at a time as the ledger counts.
    public static func verify(
        _ der: [UInt8], under authority: [UInt8], at time: LedgerTime
    ) throws(IdentityError) -> MemberCertificate {
        try verify(der, under: authority, at: Date(timeIntervalSince1970: Double(time)))
    }
}

extension PinnedCertificate {
    /// The certificate `der`, verified under its authority (DER), too, at a time as the ledger counts. Throws what
    /// `MemberCertificate.verify` throws.
    public static func verify(
        _ der: [UInt8], under authority: [UInt8], at time: LedgerTime
    ) throws(IdentityError) -> PinnedCertificate {
        _ = try MemberCertificate.verify(der, under: authority, at: time)
        return try PinnedCertificate(der)
    }
}
