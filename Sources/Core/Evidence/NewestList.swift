public import Contract
public import Identity

extension RevocationList {
    /// What a server shows as the newest list of an organisation's authority (DER; nil: it has never published one),
    /// held against the newest that was seen before: a server that shows an older one, another one of the same number, or
    /// none, is found out.
    ///
    /// Throws `unverified`.
    public static func newest(
        _ shown: [UInt8]?, remembered: [UInt8]?, of organisation: OrganisationName, under authority: [UInt8]
    ) throws(PartyError) -> RevocationList? {
        var list: RevocationList?
        if let shown {
            do throws(IdentityError) {
                list = try verify(shown, under: authority)
            } catch {
                throw .unverified("the revocation list of \(organisation) does not hold", cause: error)
            }
        }
        guard let remembered else { return list }
        guard let old = try? verify(remembered, under: authority) else {
            throw .unverified("what was remembered is no revocation list of \(organisation)")
        }
        guard let list else {
            throw .unverified("the server holds back the revocation list of \(organisation)")
        }
        guard list.number > old.number || list == old else {
            throw .unverified("the server shows another revocation list of \(organisation) than before")
        }
        return list
    }
}
