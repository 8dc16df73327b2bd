/// A patient's word that an organisation may use a one-time key once: as the owner of a record, or to have a
/// request answered.
///
/// It is a COSE_Sign1 message signed by that key itself, carried inside a deposit or a route.
public struct Permit: Hashable, Sendable {
    public let key: PublicKey
    public let organisation: OrganisationName
    public let notAfter: LedgerTime

    public init(key: PublicKey, organisation: OrganisationName, notAfter: LedgerTime) {
        self.key = key
        self.organisation = organisation
        self.notAfter = notAfter
    }

    /// The payload that the one-time key signs.
    public func payload() -> [UInt8] {
        CBOR.map([
            .init(0, .unsigned(StatementKind.permit.rawValue)), .init(3, .name(organisation)),
            .init(4, .unsigned(notAfter)),
        ]).encoded()
    }

    /// Throws when `bytes` are not the one encoding of a permit. It says nothing about the signature.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> (permit: Permit, message: CoseSign1)
    {
        let message = try CoseSign1.decode(bytes)
        var fields = try FieldReader(try CBOR.decode(message.payload))
        guard try fields.value(0) == StatementKind.permit.rawValue else {
            throw CBOR.Malformed("not a permit")
        }
        let permit = Permit(
            key: message.key, organisation: try fields.value(3), notAfter: try fields.value(4))
        try fields.finish()
        return (permit, message)
    }
}
