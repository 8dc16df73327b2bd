import Contract

@testable import ContractCases

/// One assertion of each kind with every field, and one with only those that it must have.
enum Samples {
    static let all = full
    static let permit = Permit(
        key: Toy.named("p1"), organisation: OrganisationName("hospital1")!, notAfter: 2_000_000_000)
    static let permitMessage = Toy.message(permit.payload(), by: permit.key, network: Cast.toy.network)
    static let nonce = [UInt8](0..<16)

    static let full: [Assertion] =
        networks + [
            .deposit(deposit(permit: permitMessage, batch: Toy.named("batch"))),
            .append(append(grant: Toy.named("grant"), batch: Toy.named("batch"))),
            .reseal(reseal),
            .dispatch(
                Dispatch(
                    organisation: hospital, record: Toy.named("record"), grant: Toy.named("grant"),
                    release: Toy.named("release"), contents: Toy.named("deposit"))),
            .acknowledge(
                Acknowledge(
                    organisation: hospital, record: Toy.named("record"), grant: Toy.named("grant"),
                    release: Toy.named("release"), contents: Toy.named("deposit"),
                    ownerEnvelope: Toy.named("owner's"), custodianEnvelope: Toy.named("custodian's"))),
            .adopt(adopt(permit: permitMessage)),
            .remove(Remove(record: Toy.named("record"))),
            .attestErasure(AttestErasure(organisation: hospital, record: Toy.named("record"))),
            .hold(hold(until: 1_790_000_000)),
            .request(
                Request(
                    organisation: insurer, custodian: hospital, purpose: .claim, notAfter: 1_790_000_000,
                    letter: Toy.named("letter"))),
            .route(route(permit: permitMessage)),
            .answer(Answer(request: Toy.named("request"), verdict: .rejected, letter: Toy.named("letter"))),
            .grant(grant(request: Toy.named("request"))),
            .revoke(Revoke(record: Toy.named("record"), grant: Toy.named("grant"))),
            .delegate(
                Delegate(
                    record: Toy.named("record"), delegate: Toy.named("delegate"), scope: .readAndDecide,
                    notAfter: 1_790_000_000, envelope: Toy.named("envelope"))),
            .undelegate(Undelegate(record: Toy.named("record"), delegate: Toy.named("delegate"))),
            .instruct(Instruct(record: Toy.named("record"), emergencies: .refused)),
            .reassign(reassign(permit: permitMessage)),
            .veto(Veto(record: Toy.named("record"))),
            .release(
                Release(
                    organisation: insurer, record: Toy.named("record"), custodian: hospital,
                    grant: Toy.named("grant"), basis: .administration, emergency: Toy.named("emergency"))),
            .emergency(emergency(envelope: Toy.named("envelope"))),
            .review(review(organisation: hospital)),
        ]

    private static let networks: [Assertion] = [
        .admit(
            Admit(
                organisation: Cast.toy.genesis.organisations[0],
                endorsers: [hospital, insurer])),
        .suspend(Suspend(organisation: hospital, endorsers: [hospital, insurer], standing: .restored)),
        .rotateRoot(RotateRoot(organisation: hospital, root: Toy.named("root"), endorsers: [insurer])),
        .enrol(enrol(replaces: Toy.named("old key"))),
        .retire(Retire(organisation: hospital, member: Toy.named("member"))),
    ]

    static let least: [Assertion] = full.map { assertion in
        switch assertion {
        case .enrol: .enrol(enrol(replaces: nil))
        case .deposit: .deposit(deposit(permit: nil, batch: nil))
        case .append: .append(append(grant: nil, batch: nil))
        case .adopt: .adopt(adopt(permit: nil))
        case .hold: .hold(hold(until: nil))
        case .route: .route(route(permit: nil))
        case .answer: .answer(Answer(request: Toy.named("request"), verdict: .approved, letter: nil))
        case .grant: .grant(grant(request: nil))
        case .reassign: .reassign(reassign(permit: nil))
        case .release:
            .release(
                Release(
                    organisation: nil, record: Toy.named("record"), custodian: hospital, grant: nil,
                    basis: nil))
        case .emergency: .emergency(emergency(envelope: nil))
        case .review: .review(review(organisation: nil))
        default: assertion
        }
    }

    /// The other forms that some kinds have, where of two fields one is there.
    static let others: [Assertion] = [
        .grant(grant(request: nil, coverage: .part)),
        .deposit(
            Deposit(
                organisation: hospital, record: Toy.named("record"), recipientHash: Toy.named("recipient"),
                descriptor: Toy.named("descriptor"), custodianEnvelope: Toy.named("custodian's"),
                manifest: Toy.named("manifest"), root: Toy.named("root"), suite: .classical,
                custodial: .patientUnable, additionsHash: Toy.named("additions"))),
        .grant(
            Grant(
                record: Toy.named("record"), organisation: hospital, kind: .append, purpose: .treatment,
                notBefore: 1_700_000_000, notAfter: 1_710_000_000, releases: 3, role: .gateway)),
        .delegate(
            Delegate(
                record: Toy.named("record"), delegate: Toy.named("delegate"), scope: .decide,
                notAfter: 1_790_000_000)),
    ]

    /// The kinds that others than the signer agree to.
    static let takesApprovals: Set<StatementKind> = [
        .admit, .suspend, .rotateRoot, .enrol, .append, .reseal, .reassign, .emergency,
    ]

    /// The numbers of the fields of a kind that are not in `full`, and of those in it that may be left out
    /// with another there or with another choice made.
    static let alternatives: [StatementKind: (more: [UInt64], less: [UInt64])] = [
        .deposit: ([13], [8]), .grant: ([13, 15, 16], [5, 11]), .delegate: ([], [7]),
    ]

    /// The one with every field.
    static func named(_ kind: StatementKind) -> Assertion { full.first { $0.kind == kind }! }

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

    /// Number, name and whether it may be left out, of each field of a kind.
    static func description(of kind: StatementKind) -> [(number: UInt64, name: String, isOptional: Bool)] {
        guard let full = full.first(where: { $0.kind == kind }),
            let least = least.first(where: { $0.kind == kind })
        else { return [] }
        let other = alternatives[kind, default: ([], [])]
        let needed = Set(numbers(of: least)).subtracting(other.less)
        let all = (numbers(of: full) + other.more).sorted()
        precondition(all.count == names(of: full).count, "\(kind): a field without a sample")
        return zip(all, names(of: full)).map { ($0, $1, !needed.contains($0)) }
    }

    private static let hospital = OrganisationName("hospital1")!
    private static let insurer = OrganisationName("insurer")!

    private static func enrol(replaces: PublicKey?) -> Enrol {
        Enrol(
            organisation: hospital, member: Toy.named("member"), role: .gateway,
            recipientHash: Toy.named("recipient"), certificateHash: Toy.named("certificate"),
            expires: 1_800_000_000, suite: .hybrid, replaces: replaces)
    }

    private static func deposit(permit: [UInt8]?, batch: Digest?) -> Deposit {
        Deposit(
            organisation: hospital, record: Toy.named("record"), permit: permit,
            recipientHash: Toy.named("recipient"), descriptor: Toy.named("descriptor"),
            ownerEnvelope: Toy.named("owner's"), custodianEnvelope: Toy.named("custodian's"),
            manifest: Toy.named("manifest"), root: Toy.named("root"), suite: .hybrid, batch: batch,
            additionsHash: Toy.named("additions"))
    }

    private static func append(grant: StatementID?, batch: Digest?) -> Append {
        Append(
            organisation: hospital, record: Toy.named("record"), grant: grant,
            after: Toy.named("deposit"), descriptor: Toy.named("descriptor"), manifest: Toy.named("manifest"),
            root: Toy.named("root"), batch: batch, recipientHash: Toy.named("added key"),
            envelope: Toy.named("envelope"))
    }

    private static let reseal = Reseal(
        organisation: hospital, record: Toy.named("record"), recipientHash: Toy.named("recipient"),
        suite: .hybrid, descriptor: Toy.named("descriptor"), ownerEnvelope: Toy.named("owner's"),
        custodianEnvelope: Toy.named("custodian's"), manifest: Toy.named("manifest"),
        root: Toy.named("root"),
        grants: ["g1", "g2"].map { Rewrapped(of: Toy.named($0), envelope: Toy.named("envelope")) }
            .sorted { $0.of < $1.of },
        delegates: ["d1", "d2"].map { Rewrapped(of: Toy.named($0), envelope: Toy.named("envelope")) }
            .sorted { $0.of < $1.of }, additionsHash: Toy.named("additions"))

    private static func adopt(permit: [UInt8]?) -> Adopt {
        Adopt(
            organisation: hospital, record: Toy.named("record"), permit: permit,
            ownerEnvelope: Toy.named("owner's"))
    }

    private static func hold(until: LedgerTime?) -> Hold {
        Hold(organisation: hospital, record: Toy.named("record"), reason: .proceedings, until: until)
    }

    private static func route(permit: [UInt8]?) -> Route {
        Route(
            organisation: hospital, request: Toy.named("request"), permit: permit, letter: Toy.named("letter")
        )
    }

    private static func grant(request: StatementID?, coverage: Coverage = .present) -> Grant {
        Grant(
            record: Toy.named("record"), organisation: insurer, grantee: Toy.named("grantee"),
            kind: coverage == .part ? .read : .transfer, purpose: .legal, notBefore: 1_700_000_000,
            notAfter: 1_710_000_000, releases: 3,
            envelope: Toy.named("envelope"), request: request, coverage: coverage,
            manifest: coverage == .part ? Toy.named("manifest") : nil,
            root: coverage == .part ? Toy.named("root") : nil)
    }

    private static func reassign(permit: [UInt8]?) -> Reassign {
        Reassign(
            organisation: hospital, record: Toy.named("record"), permit: permit,
            ownerEnvelope: Toy.named("owner's"), secondOrganisation: insurer, second: Toy.named("second"))
    }

    private static func emergency(envelope: Digest?) -> Emergency {
        Emergency(
            organisation: hospital, record: Toy.named("record"), readerOrganisation: insurer,
            reader: Toy.named("reader"), second: Toy.named("second"), reason: .lifeThreatening,
            notAfter: 1_790_000_000, envelope: envelope)
    }

    private static func review(organisation: OrganisationName?) -> Review {
        Review(
            organisation: organisation, record: Toy.named("record"), emergency: Toy.named("emergency"),
            finding: .unjustified)
    }
}
