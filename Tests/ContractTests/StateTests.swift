import Contract
import Testing

@Suite("Values of the state") struct StateTests {
    private static let values: [any StateValue & Sendable] = [
        OrganisationState(kind: .insurer, root: Toy.named("root"), suspended: true),
        MemberState(
            organisation: OrganisationName("insurer")!, role: .officer, recipientHash: Toy.named("recipient"),
            certificateHash: Toy.named("certificate"), expires: 200, retired: false),
        PermitState(use: .record(Toy.named("record"))), PermitState(use: .request(Toy.named("request"))),
        RecordState(
            owner: Toy.named("owner"), recipientHash: Toy.named("recipient"),
            descriptor: Toy.named("descriptor"),
            files: [Toy.named("scan"), Toy.named("prescription")]),
        ClockState(seen: 100), CustodyState(ownerEnvelope: Toy.named("a"), custodianEnvelope: Toy.named("b")),
        request(nil), request(Toy.named("a1")),
        GrantState(
            record: Toy.named("record"), organisation: OrganisationName("insurer")!,
            grantee: Toy.named("officer"),
            kind: .read, purpose: .claim, notBefore: 100, notAfter: 200, releasesAllowed: 3, releasesUsed: 1,
            envelope: Toy.named("envelope"), revoked: false),
        release(grant: Toy.named("grant"), basis: nil), release(grant: nil, basis: .care),
        StatementState(kind: .deposit, time: 100),
    ]

    private static func request(_ answeringKey: PublicKey?) -> RequestState {
        RequestState(
            requester: Toy.named("officer"), organisation: OrganisationName("insurer")!,
            custodian: OrganisationName("hospital1")!, purpose: .coverage, notAfter: 200,
            stage: answeringKey == nil ? .open : .routed, answeringKey: answeringKey)
    }

    private static func release(grant: StatementID?, basis: Basis?) -> ReleaseState {
        ReleaseState(
            reader: Toy.named("officer"), record: Toy.named("record"),
            custodian: OrganisationName("hospital1")!,
            grant: grant, basis: basis, time: 100)
    }

    @Test("each is what it decodes to; damaged it is nothing, or what it then decodes to", arguments: values)
    func damaged(_ value: any StateValue & Sendable) {
        let type = type(of: value) as any StateValue.Type
        let items = value.items
        #expect(type.init(bytes: value.encoded())?.encoded() == value.encoded())
        let wrong: [CBOR] = [
            .null, .negative(0), .unsigned(0), .unsigned(99), .bytes([]),
            .bytes(.init(repeating: 1, count: 31)),
            .text([]), .text(Array("Hospital".utf8)), .array([]), .array([.null]), .map([]), .bool(true),
        ]
        for index in items.indices {
            for item in wrong {
                var other = items
                other[index] = item
                let bytes = CBOR.array(other).encoded()
                if let read = type.init(bytes: bytes) {
                    #expect(read.encoded() == bytes, "\(type): item \(index) as \(diagnostic(item))")
                }
            }
        }
        for other in [Array(items.dropLast()), items + [.null], []] {
            #expect(type.init(bytes: CBOR.array(other).encoded()) == nil, "\(type) with \(other.count) items")
        }
        #expect(type.init(bytes: CBOR.map([]).encoded()) == nil)
        #expect(type.init(bytes: value.encoded() + [0]) == nil)
    }
}
