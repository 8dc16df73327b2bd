import Contract

/// One assertion of each kind with every field, and one with only those that it must have.
enum Samples {
    static let all = full
    static let permit = Permit(
        key: Toy.named("p1"), organisation: OrganisationName("hospital1")!, notAfter: 2_000_000_000)
    static let permitMessage = Toy.message(permit.payload(), by: permit.key, network: World.network)
    static let nonce = [UInt8](0..<16)

    static let full: [Assertion] = [
        .enrol(
            Enrol(
                organisation: hospital, member: Toy.named("member"), role: .gateway,
                recipientHash: Toy.named("recipient"), certificateHash: Toy.named("certificate"),
                expires: 1_800_000_000)),
        .retire(Retire(organisation: hospital, member: Toy.named("member"))),
        .deposit(deposit(permit: permitMessage)),
        .request(
            Request(
                organisation: insurer, custodian: hospital, purpose: .claim, notAfter: 1_790_000_000,
                letter: Toy.named("letter"))),
        .route(route(permit: permitMessage)),
        .answer(Answer(request: Toy.named("request"), verdict: .rejected, letter: Toy.named("letter"))),
        .grant(grant(request: Toy.named("request"))),
        .revoke(Revoke(record: Toy.named("record"), grant: Toy.named("grant"))),
        .release(
            Release(
                organisation: insurer, record: Toy.named("record"), custodian: hospital,
                grant: Toy.named("grant"), basis: .administration)),
        .acknowledge(
            Acknowledge(
                organisation: hospital, record: Toy.named("record"), grant: Toy.named("grant"),
                release: Toy.named("release"), descriptor: Toy.named("descriptor"),
                ownerEnvelope: Toy.named("owner's"), custodianEnvelope: Toy.named("custodian's"),
                files: [Toy.named("scan")])),
    ]

    static let least: [Assertion] = full.map { assertion in
        switch assertion {
        case .deposit: .deposit(deposit(permit: nil))
        case .route: .route(route(permit: nil))
        case .answer: .answer(Answer(request: Toy.named("request"), verdict: .approved, letter: nil))
        case .grant: .grant(grant(request: nil))
        case .release:
            .release(
                Release(
                    organisation: nil, record: Toy.named("record"), custodian: hospital, grant: nil,
                    basis: nil))
        default: assertion
        }
    }

    /// The numbers of its own fields, from 3.
    static func numbers(of assertion: Assertion) -> [UInt64] {
        fields(of: assertion).map(\.key).filter { $0 > 2 }
    }

    /// All its fields as the payload has them.
    static func fields(of assertion: Assertion) -> [CBOR.Pair] {
        let payload = Statement(assertion, validUntil: 1_700_000_600, nonce: nonce).encoded()
        guard case .map(let pairs)? = try? CBOR.decode(payload) else { return [] }
        return pairs
    }

    /// The names of its fields as Swift has them, in their order.
    static func names(of assertion: Assertion) -> [String] {
        let value = Mirror(reflecting: assertion).children.first!.value
        return Mirror(reflecting: value).children.map { $0.label! }
    }

    private static let hospital = OrganisationName("hospital1")!
    private static let insurer = OrganisationName("insurer")!

    private static func deposit(permit: [UInt8]?) -> Deposit {
        Deposit(
            organisation: hospital, record: Toy.named("record"), permit: permit,
            recipientHash: Toy.named("recipient"), descriptor: Toy.named("descriptor"),
            ownerEnvelope: Toy.named("owner's"), custodianEnvelope: Toy.named("custodian's"),
            files: [Toy.named("scan"), Toy.named("prescription")])
    }

    private static func route(permit: [UInt8]?) -> Route {
        Route(
            organisation: hospital, request: Toy.named("request"), permit: permit, letter: Toy.named("letter")
        )
    }

    private static func grant(request: StatementID?) -> Grant {
        Grant(
            record: Toy.named("record"), organisation: insurer, grantee: Toy.named("grantee"),
            kind: .transfer,
            purpose: .legal, notBefore: 1_700_000_000, notAfter: 1_710_000_000, releases: 3,
            envelope: Toy.named("envelope"), request: request)
    }
}
