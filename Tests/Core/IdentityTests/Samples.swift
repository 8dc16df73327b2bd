import Contract
import Identity
import Primitives

/// Values that the tests share.
enum Samples {
    static let hospital = name("hospital1")
    static let insurer = name("insurer")
    static let network = Genesis.networkID(of: Array("a genesis file".utf8))

    static func name(_ text: String) -> OrganisationName {
        guard let name = OrganisationName(text) else { preconditionFailure("not a name: \(text)") }
        return name
    }

    static func digest(_ text: String) -> Digest { Digest(hashing: Array(text.utf8)) }

    static func deposit(permit: [UInt8]?) -> Deposit {
        guard let record = RecordHandle(Random.bytes(32)) else {
            preconditionFailure("32 bytes are a handle")
        }
        return Deposit(
            organisation: hospital, record: record, permit: permit, recipientHash: digest("recipient"),
            descriptor: digest("descriptor"), ownerEnvelope: digest("owner"),
            custodianEnvelope: digest("custodian"),
            manifest: digest("manifest"), root: digest("root"), suite: .hybrid,
            additionsHash: digest("additions"))
    }

    static func genesis(roots: [SigningKey], ledger: SigningKey) -> Genesis {
        guard let origin = OriginName("medseal/test") else { preconditionFailure("a good origin") }
        let kinds: [(OrganisationName, OrganisationKind)] = [(hospital, .hospital), (insurer, .insurer)]
        return Genesis(
            origin: origin, ledgerKey: ledger.key, created: 1_000,
            organisations: zip(kinds, roots).map { kind, root in
                Genesis.Organisation(
                    name: kind.0, kind: kind.1, root: root.key, validator: SigningKey.generate().key,
                    authorityHash: digest("authority"), recordsRecipientHash: digest("records"),
                    deskRecipientHash: digest("desk"))
            })
    }
}
