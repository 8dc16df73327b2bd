import Contract

@testable import ContractCases

/// Who takes part in made-up histories: organisations with their roots, and their members by role.
enum HistoryCast {
    struct Member {
        let key: PublicKey
        let organisation: OrganisationName
        let role: Role
        let suite: Suite
    }

    static let network: NetworkID = Toy.named("network of histories")

    static let founders: [(name: String, kind: OrganisationKind)] = [
        ("hospital1", .hospital), ("hospital2", .hospital), ("laboratory1", .laboratory),
        ("insurer1", .insurer),
        ("auditor1", .auditor), ("authority1", .authority),
    ]
    /// Those who may join later.
    static let guests: [(name: String, kind: OrganisationKind)] = [
        ("hospital3", .hospital), ("insurer2", .insurer), ("laboratory2", .laboratory),
    ]

    static let genesis = Genesis(
        origin: OriginName("medseal/histories")!, ledgerKey: Toy.named("ledger"), created: 1_000_000,
        organisations: founders.map { organisation($0.name, $0.kind) })

    static func organisation(_ name: String, _ kind: OrganisationKind) -> Genesis.Organisation {
        Genesis.Organisation(
            name: OrganisationName(name)!, kind: kind, root: Toy.named("root of \(name)"),
            validator: Toy.named("validator of \(name)"), authorityHash: Toy.named("authority"),
            recordsRecipientHash: Toy.named("records"), deskRecipientHash: Toy.named("desk"))
    }

    /// Who is enrolled first of all: so that every role speaks somewhere, and somewhere where it may not.
    static let members: [Member] = [
        ("hospital1", [.clinician, .clinician, .registrar, .gateway, .auditor]),
        ("hospital2", [.clinician, .clinician, .registrar, .gateway, .officer]),
        ("laboratory1", [.clinician, .clinician, .gateway, .registrar]),
        ("insurer1", [.officer, .officer, .auditor, .clinician]),
        ("auditor1", [.auditor]), ("authority1", [.officer, .auditor]),
    ].flatMap { (name: String, roles: [Role]) in
        roles.enumerated().map { index, role in
            Member(
                key: Toy.named("\(role) \(index) of \(name)"), organisation: OrganisationName(name)!,
                role: role,
                suite: index == 1 ? .classical : .hybrid)
        }
    }

    /// A statement as it travels, with the signatures of all who agree.
    static func message(
        _ statement: Statement, by signer: PublicKey, approvers: some Collection<PublicKey>,
        network: NetworkID = network
    ) -> [UInt8] {
        let content = statement.approvedContent()
        var complete = statement
        complete.approvals = Set(approvers).sorted().map { key in
            let agreed = Approval.signedContent(content, by: key, signer: signer, network: network)
            return Approval(key: key, signature: Toy.sign(agreed, by: key))
        }
        return Toy.message(complete.encoded(), by: signer, network: network)
    }

    static func permit(_ key: PublicKey, for name: OrganisationName, until end: LedgerTime) -> [UInt8] {
        let permit = Permit(key: key, organisation: name, notAfter: end)
        return Toy.message(permit.payload(), by: key, network: network)
    }
}
