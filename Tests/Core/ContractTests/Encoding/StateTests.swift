import Contract
import Testing

@testable import ContractCases

@Suite("Values of the state") struct StateTests {
    private static let values: [any StateValue & Sendable] = [
        NetworkState(
            activeOrganisations: 5,
            quorum: [QuorumStanding(count: 2, kinds: [.hospital, .auditor], validators: 3)]),
        QuorumStanding(count: 1, kinds: [.insurer], validators: 1), NetworkKeyState(part: .validator),
        OrganisationState(kind: .insurer, root: Toy.named("root"), suspended: true),
        MemberState(
            organisation: insurer, role: .officer, recipientHash: Toy.named("recipient"),
            certificateHash: Toy.named("certificate"), expires: 200, suite: .hybrid, retired: false),
        PermitState(use: .record(Toy.named("record"))), PermitState(use: .request(Toy.named("request"))),
        RecordState(
            owner: Toy.named("owner"), suite: .hybrid, recipientHash: Toy.named("recipient"),
            additionsHash: Toy.named("additions"), parts: [part("deposit"), part("append")],
            sealing: 2, generation: 3, removed: 100, emergencies: .refused, reassignment: reassignment,
            endedDelegations: [ended]),
        ended,
        RecordState(
            owner: nil, custodial: .patientUnable, suite: .classical, recipientHash: Toy.named("recipient"),
            additionsHash: Toy.named("additions"), parts: [part("deposit")]),
        part("deposit"),
        reassignment, ClockState(seen: 100),
        CustodyState(
            ownerEnvelope: Toy.named("a"), custodianEnvelope: Toy.named("b"), sealing: 1, generation: 2,
            hold: HoldState(reason: .proceedings, until: 200), erasedSealings: 1, erased: 100),
        CustodyState(ownerEnvelope: nil, custodianEnvelope: Toy.named("b")),
        HoldState(reason: .retention, until: 200),
        DelegationState(
            statement: Toy.named("delegate"), owner: Toy.named("o"), scope: .read, notAfter: 200,
            envelope: Toy.named("a"), sealing: 1,
            ended: true),
        DelegationState(
            statement: Toy.named("delegate"), owner: Toy.named("o"), scope: .decide, notAfter: 200,
            envelope: nil, sealing: 0),
        request(nil), request(Toy.named("a1")),
        GrantState(
            record: Toy.named("record"), organisation: insurer, grantee: Toy.named("officer"), kind: .read,
            purpose: .claim, notBefore: 100, notAfter: 200, releasesAllowed: 3, releasesUsed: 1,
            envelope: Toy.named("envelope"), sealing: 1, revoked: false, coverage: .part,
            contents: Toy.named("deposit"), manifest: Toy.named("manifest"), owner: Toy.named("o"),
            delegation: Toy.named("delegate")),
        GrantState(
            record: Toy.named("record"), organisation: insurer, grantee: nil, role: .gateway, kind: .append,
            purpose: .claim, notBefore: 100, notAfter: 200, releasesAllowed: 3, releasesUsed: 1,
            envelope: nil, revoked: true, contents: Toy.named("deposit"), owner: Toy.named("o")),
        release(grant: Toy.named("grant"), basis: nil), release(grant: nil, basis: .care),
        emergency(nil), emergency(.unjustified), StatementState(kind: .deposit, time: 100),
    ]

    private static let insurer = OrganisationName("insurer")!
    private static let hospital = OrganisationName("hospital1")!

    private static func part(_ statement: String) -> RecordPart {
        RecordPart(
            statement: Toy.named(statement), descriptor: Toy.named("descriptor"),
            manifest: Toy.named("manifest"), root: Toy.named("root"))
    }

    private static let reassignment = Reassignment(
        owner: Toy.named("new owner"), effective: 300, custodian: hospital, ownerEnvelope: Toy.named("c"))

    private static func request(_ answeringKey: PublicKey?) -> RequestState {
        RequestState(
            requester: Toy.named("officer"), organisation: insurer, custodian: hospital, purpose: .coverage,
            notAfter: 200, stage: answeringKey == nil ? .open : .routed, answeringKey: answeringKey)
    }

    private static func release(grant: StatementID?, basis: Basis?) -> ReleaseState {
        ReleaseState(
            reader: Toy.named("officer"), record: Toy.named("record"), custodian: hospital, grant: grant,
            basis: basis, emergency: basis == nil ? nil : Toy.named("emergency"), time: 100,
            dispatched: basis == nil)
    }

    private static let ended = EndedDelegation(delegation: Toy.named("delegate"), notAfter: 200)

    private static func emergency(_ finding: ReviewFinding?) -> EmergencyState {
        EmergencyState(
            record: Toy.named("record"), custodian: hospital, organisation: insurer,
            reader: Toy.named("reader"), declared: Toy.named("clinician"), second: Toy.named("second"),
            reason: .publicHealth, notAfter: 200, reviewBy: 300,
            envelope: finding == nil ? nil : Toy.named("envelope"), sealing: 1,
            findings: finding.map {
                [
                    EmergencyFinding(organisation: hospital, owner: nil, finding: $0),
                    EmergencyFinding(organisation: nil, owner: Toy.named("o"), finding: $0),
                ]
            } ?? [])
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

    @Test("a record has a part at least") func noParts() {
        let record = RecordState(
            owner: Toy.named("o"), suite: .hybrid, recipientHash: Toy.named("recipient"),
            additionsHash: Toy.named("additions"), parts: [])
        #expect(RecordState(bytes: record.encoded()) == nil)
    }

    @Test("a delegation is over at its end, once taken back, and when the record has another owner")
    func delegationOver() {
        var record = RecordState(
            owner: Toy.named("o"), suite: .hybrid, recipientHash: Toy.named("recipient"),
            additionsHash: Toy.named("additions"), parts: [Self.part("deposit")])
        var delegation = DelegationState(
            statement: Toy.named("delegate"), owner: Toy.named("o"), scope: .read, notAfter: 200,
            envelope: nil, sealing: 0)
        #expect(!delegation.isOver(at: 199, in: record) && delegation.isOver(at: 200, in: record))
        record.reassignment = Reassignment(
            owner: Toy.named("another"), effective: 150, custodian: Self.hospital,
            ownerEnvelope: Toy.named("envelope"))
        #expect(!delegation.isOver(at: 149, in: record) && delegation.isOver(at: 150, in: record))
        delegation.ended = true
        #expect(delegation.isOver(at: 100, in: record))
    }
}
