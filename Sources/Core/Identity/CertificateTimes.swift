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

extension RevocationList {
    /// `nextUpdate` as the ledger counts: from then on it says nothing any more.
    public var ends: LedgerTime { LedgerTime(max(0, nextUpdate.timeIntervalSince1970)) }
}
