import Contract
import Testing

@testable import ContractCases

/// What the state says after a statement was accepted, value by value.
@Suite("Effects") struct EffectTests {
    private let hospital = OrganisationName("hospital1")!
    private let record: RecordHandle = Toy.named("r1")

    /// The world after these lines.
    private func world(_ lines: String...) -> World {
        var world = World.toy
        for line in lines {
            let result = world.play(Line(line + " | ok")).result
            #expect(result == "ok", "\(line)")
        }
        return world
    }

    private func value<Value: StateValue>(_ key: StateKey, in world: World) throws -> Value {
        let bytes = try #require(world.state[key])
        return try #require(Value(bytes: bytes))
    }

    private let deposit = "100 | clinician@hospital1 | deposit r1 permit=p1 files=a,b suite=classical"

    /// The record as `world`, which deposited it first, ought to have it.
    private func deposited(in world: World) throws -> RecordState {
        RecordState(
            owner: Toy.named("p1"), suite: .classical, recipientHash: Toy.named("recipient"),
            additionsHash: Toy.named("additions"), parts: [try part(0, "a,b", in: world)])
    }

    /// What the statement at `index` of those accepted since the beginning brought.
    private func part(
        _ index: Int, _ files: String, _ descriptor: String = "descriptor", in world: World
    ) throws -> RecordPart {
        RecordPart(
            statement: try id(index, in: world), descriptor: Toy.named(descriptor),
            manifest: Toy.named("manifest of \(files)"),
            root: Toy.named("root of \(files)"))
    }

    /// The id of the statement at `index` of those accepted since the beginning.
    private func id(_ index: Int, in world: World) throws -> StatementID {
        let message = world.accepted[World.members.count + index].message
        let signed = try SignedStatement(message, network: Cast.toy.network)
        return try #require(signed.verified(hash: Cast.toy.hash, isValid: Cast.toy.isValid)).id
    }

    private func custody(
        _ owner: String?, _ custodian: String = "custodian's", sealing: UInt64 = 0, generation: UInt64 = 0
    ) -> CustodyState {
        CustodyState(
            ownerEnvelope: owner.map { Toy.named($0) }, custodianEnvelope: Toy.named(custodian),
            sealing: sealing, generation: generation)
    }

    @Test("the network: who joins, who is suspended, whose root changes")
    func network() throws {
        var world = world("100 | root@hospital1 | admit clinic by=hospitals,insurer kind=laboratory")
        let clinic = StateKey.organisation(OrganisationName("clinic")!)
        var expected = OrganisationState(
            kind: .laboratory, root: Toy.named("root@clinic"), suspended: false, cosigns: false)
        #expect(try value(clinic, in: world) == expected)
        #expect(try value(.network, in: world) == NetworkState(activeOrganisations: 6))
        for (line, change) in [
            ("suspend clinic", { $0.suspended = true }),
            ("rotateRoot clinic", { $0.root = Toy.named("root2@clinic") }),
            ("suspend clinic standing=restored", { $0.suspended = false }),
        ] as [(String, (inout OrganisationState) -> Void)] {
            let line = Line("101 | root@hospital1 | \(line) by=hospitals,insurer,laboratory | ok")
            #expect(world.play(line).result == "ok")
            change(&expected)
            #expect(try value(clinic, in: world) == expected)
            let active = NetworkState(activeOrganisations: expected.suspended ? 5 : 6)
            #expect(try value(.network, in: world) == active)
        }
    }

    @Test("a member, another in its place, the same with other terms, none")
    func members() throws {
        let nurse = StateKey.member(Toy.named("nurse@hospital1"))
        let other = StateKey.member(Toy.named("nurse2@hospital1"))
        var world = world(
            "100 | root@hospital1 | enrol nurse@hospital1 role=gateway until=900 suite=classical")
        var expected = MemberState(
            organisation: hospital, role: .gateway, recipientHash: Toy.named("recipient"),
            certificateHash: Toy.named("certificate"), expires: 900, suite: .classical, retired: false)
        #expect(try value(nurse, in: world) == expected)
        let again = "enrol nurse@hospital1 replaces=nurse@hospital1 until=950"
        #expect(world.play(Line("101 | root@hospital1 | \(again) | ok")).result == "ok")
        (expected.role, expected.expires, expected.suite) = (.clinician, 950, .hybrid)
        #expect(try value(nurse, in: world) == expected)
        let replaced = "enrol nurse2@hospital1 replaces=nurse@hospital1 until=950"
        #expect(world.play(Line("102 | root@hospital1 | \(replaced) | ok")).result == "ok")
        #expect(try value(other, in: world) == expected)
        expected.retired = true
        #expect(try value(nurse, in: world) == expected)
        #expect(world.play(Line("103 | root@hospital1 | retire nurse2@hospital1 | ok")).result == "ok")
        #expect(try value(other, in: world) == expected)
    }

    @Test("a deposit: the record, its custody, its clock, the permit's use, the statement's mark")
    func deposits() throws {
        let world = world(deposit)
        #expect(try value(.record(record), in: world) == deposited(in: world))
        #expect(try value(.custody(record, hospital), in: world) == custody("owner's"))
        #expect(try value(.clock(record), in: world) == ClockState(seen: 100))
        #expect(try value(.permit(Toy.named("p1")), in: world) == PermitState(use: .record(record)))
        let mark = try #require(world.accepted.last?.writes.first)
        #expect(mark.key.bytes.first == 0x0a)
        #expect(StatementState(bytes: mark.value) == StatementState(kind: .deposit, time: 100))
    }

    @Test("a deposit without a permit, and who adopts it")
    func adopted() throws {
        var world = world("100 | clinician@hospital1 | deposit r1 custodial=patientUnable")
        var expected = RecordState(
            owner: nil, custodial: .patientUnable, suite: .hybrid, recipientHash: Toy.named("recipient"),
            additionsHash: Toy.named("additions"), parts: [try part(0, "scan", in: world)])
        #expect(try value(.record(record), in: world) == expected)
        #expect(try value(.custody(record, hospital), in: world) == custody(nil))
        #expect(world.play(Line("101 | registrar@hospital1 | adopt r1 permit=p2 | ok")).result == "ok")
        expected.owner = Toy.named("p2")
        #expect(try value(.record(record), in: world) == expected)
        #expect(try value(.custody(record, hospital), in: world) == custody("adopter's"))
        #expect(try value(.permit(Toy.named("p2")), in: world) == PermitState(use: .record(record)))
    }

    @Test("files are added behind those there are; a re-sealing takes their place")
    func contents() throws {
        var world = world(
            deposit, "101 | p1 | grant g1 on=r1 to=officer@insurer coverage=growing",
            "101 | p1 | delegate d1 on=r1 until=900",
            "102 | clinician@hospital1 | append r1 files=c approve=p1 descriptor=d2")
        var expected = try deposited(in: world)
        var added = try part(3, "c", "d2", in: world)
        added.key = PartKey(recipientHash: Toy.named("key of c at 102"), envelope: Toy.named("sealed key"))
        expected.parts.append(added)
        expected.generation = 1
        #expect(try value(.record(record), in: world) == expected)
        #expect(try value(.custody(record, hospital), in: world) == custody("owner's", generation: 1))
        let reseal = "reseal r1 files=x,y,z descriptor=d3 grants=g1 delegates=d1 approve=p1"
        #expect(world.play(Line("103 | clinician@hospital1 | \(reseal) | ok")).result == "ok")
        expected.parts = [try part(4, "x,y,z", "d3", in: world)]
        (expected.suite, expected.recipientHash) = (.hybrid, Toy.named("recipient anew"))
        expected.additionsHash = Toy.named("additions anew")
        (expected.sealing, expected.generation) = (1, 2)
        #expect(try value(.record(record), in: world) == expected)
        let kept = custody("owner's anew", "custodian's anew", sealing: 1, generation: 2)
        #expect(try value(.custody(record, hospital), in: world) == kept)
        let grant: GrantState = try value(.grant(world.id("g1")), in: world)
        #expect(grant.sealing == 1 && grant.envelope == Toy.named("rewrapped"))
        #expect(grant.contents == expected.contents)
        let delegation = DelegationState(
            statement: try id(2, in: world), owner: Toy.named("p1"), scope: .readAndDecide, notAfter: 900,
            envelope: Toy.named("rewrapped"),
            sealing: 1)
        #expect(try value(.delegation(record, Toy.named("d1")), in: world) == delegation)
    }

    @Test("a grant is for what there was, for that and what is added, or for single files")
    func coverage() throws {
        let world = world(
            deposit, "101 | p1 | grant g1 on=r1 to=officer@insurer",
            "101 | p1 | grant g2 on=r1 to=officer@insurer coverage=growing",
            "101 | p1 | grant g3 on=r1 to=officer@insurer coverage=part files=a",
            "102 | clinician@hospital1 | append r1 files=c approve=p1",
            "103 | p1 | grant g4 on=r1 to=officer@insurer")
        let record: RecordState = try value(.record(record), in: world)
        func covered(_ grant: String) throws -> [RecordPart] {
            let state: GrantState = try value(.grant(world.id(grant)), in: world)
            return state.covered(of: record)
        }
        #expect(record.parts.count == 2)
        #expect(try covered("g1") == [record.parts[0]])
        #expect(try covered("g2") == record.parts)
        #expect(try covered("g3") == [])
        #expect(try covered("g4") == record.parts)
        let single: GrantState = try value(.grant(world.id("g3")), in: world)
        #expect(single.manifest == Toy.named("manifest of a"))
    }

    @Test("a transfer: what was released, that it was sent, the receiver's custody")
    func transfers() throws {
        let world = world(
            deposit, "101 | p1 | grant g1 on=r1 to=gateway@hospital2 kind=transfer",
            "102 | gateway@hospital2 | release x1 on=r1 grant=g1",
            "103 | registrar@hospital1 | dispatch r1 grant=g1 release=x1",
            "104 | gateway@hospital2 | acknowledge r1 grant=g1 release=x1")
        let release = ReleaseState(
            reader: Toy.named("gateway@hospital2"), record: record, custodian: hospital,
            grant: world.id("g1"), basis: nil, time: 102, dispatched: true)
        #expect(try value(.release(world.id("x1")), in: world) == release)
        let receiver = StateKey.custody(record, OrganisationName("hospital2")!)
        #expect(try value(receiver, in: world) == custody("owner's again", "custodian's again"))
    }

    @Test("a request on its way")
    func requests() throws {
        var world = world("100 | officer@insurer | request q1 until=900")
        let key = StateKey.request(world.id("q1"))
        var expected = RequestState(
            requester: Toy.named("officer@insurer"), organisation: OrganisationName("insurer")!,
            custodian: hospital, purpose: .claim, notAfter: 900, stage: .open, answeringKey: nil)
        #expect(try value(key, in: world) == expected)
        #expect(world.play(Line("101 | registrar@hospital1 | route q1 permit=a1 | ok")).result == "ok")
        (expected.stage, expected.answeringKey) = (.routed, Toy.named("a1"))
        #expect(try value(key, in: world) == expected)
        let use = PermitState(use: .request(world.id("q1")))
        #expect(try value(.permit(Toy.named("a1")), in: world) == use)
        for (verdict, stage) in [("approved", RequestState.Stage.approved), ("rejected", .rejected)] {
            var answered = world
            let line = Line("102 | a1 | answer q1 verdict=\(verdict) | ok")
            #expect(answered.play(line).result == "ok")
            expected.stage = stage
            #expect(try value(key, in: answered) == expected)
        }
    }

    @Test("a grant, each use of it and its end; a delegation and its end")
    func grants() throws {
        let terms = "kind=append purpose=legal from=90 until=900 releases=7 role=gateway"
        var world = world(deposit, "101 | p1 | grant g1 on=r1 to=all@hospital1 \(terms)")
        let key = StateKey.grant(world.id("g1"))
        var expected = GrantState(
            record: record, organisation: hospital, grantee: nil, role: .gateway, kind: .append,
            purpose: .legal, notBefore: 90, notAfter: 900, releasesAllowed: 7, releasesUsed: 0,
            envelope: nil, revoked: false, contents: try deposited(in: world).contents,
            owner: Toy.named("p1"))
        #expect(try value(key, in: world) == expected)
        #expect(world.play(Line("102 | gateway@hospital1 | append r1 files=c grant=g1 | ok")).result == "ok")
        expected.releasesUsed = 1
        #expect(try value(key, in: world) == expected)
        #expect(world.play(Line("103 | p1 | revoke g1 on=r1 | ok")).result == "ok")
        expected.revoked = true
        #expect(try value(key, in: world) == expected)
        #expect(world.play(Line("104 | p1 | delegate d1 on=r1 scope=decide until=900 | ok")).result == "ok")
        #expect(world.play(Line("105 | p1 | undelegate d1 on=r1 | ok")).result == "ok")
        let ended = DelegationState(
            statement: try id(4, in: world), owner: Toy.named("p1"), scope: .decide, notAfter: 900,
            envelope: nil, sealing: 0, ended: true)
        #expect(try value(.delegation(record, Toy.named("d1")), in: world) == ended)
        #expect(try value(.clock(record), in: world) == ClockState(seen: 105))
    }

    @Test("what a record's owner orders, and that it was done")
    func orders() throws {
        var world = world(deposit, "101 | p1 | instruct r1", "102 | registrar@hospital1 | hold r1 until=200")
        var expected = try deposited(in: world)
        expected.emergencies = .refused
        #expect(try value(.record(record), in: world) == expected)
        var kept = custody("owner's")
        kept.hold = HoldState(reason: .retention, until: 200)
        #expect(try value(.custody(record, hospital), in: world) == kept)
        #expect(world.play(Line("103 | p1 | remove r1 | ok")).result == "ok")
        expected.removed = 103
        #expect(try value(.record(record), in: world) == expected)
        #expect(world.play(Line("201 | registrar@hospital1 | attestErasure r1 | ok")).result == "ok")
        kept.erased = 201
        #expect(try value(.custody(record, hospital), in: world) == kept)
    }

    @Test("a reassignment: who owns the record when, and which envelope opens it")
    func reassigned() throws {
        var world = world(deposit, "0d+110 | registrar@hospital1 | reassign r1 permit=p2")
        var expected = try deposited(in: world)
        expected.reassignment = Reassignment(
            owner: Toy.named("p2"), effective: 110 + Limits.reassignmentSeconds, custodian: hospital,
            ownerEnvelope: Toy.named("new owner's"))
        #expect(try value(.record(record), in: world) == expected)
        let kept: CustodyState = try value(.custody(record, hospital), in: world)
        let effective = 110 + Limits.reassignmentSeconds
        for (time, owner, envelope) in [
            (effective - 1, "p1", "owner's"), (effective, "p2", "new owner's"),
        ] {
            #expect(expected.owner(at: time) == Toy.named(owner))
            #expect(expected.ownerEnvelope(in: kept, of: hospital, at: time) == Toy.named(envelope))
            let elsewhere = OrganisationName("hospital2")!
            #expect(expected.ownerEnvelope(in: kept, of: elsewhere, at: time) == Toy.named("owner's"))
        }
        var vetoed = world
        #expect(vetoed.play(Line("0d+111 | p1 | veto r1 | ok")).result == "ok")
        #expect(try value(.record(record), in: vetoed) == deposited(in: world))
        // Another one: the first has taken effect by then.
        #expect(world.play(Line("4d | registrar@hospital1 | reassign r1 permit=p3 | ok")).result == "ok")
        expected.owner = Toy.named("p2")
        expected.reassignment?.owner = Toy.named("p3")
        expected.reassignment?.effective = 4 * 86_400 + Limits.reassignmentSeconds
        #expect(try value(.record(record), in: world) == expected)
        #expect(try value(.custody(record, hospital), in: world) == custody("new owner's"))
    }

    @Test("a re-sealing after a reassignment leaves one owner")
    func resealedAfterReassignment() throws {
        let world = world(
            deposit, "0d+110 | registrar@hospital1 | reassign r1 permit=p2",
            "4d | clinician@hospital1 | reseal r1 files=x,y approve=p2")
        let record: RecordState = try value(.record(record), in: world)
        #expect(record.owner == Toy.named("p2"))
        #expect(record.reassignment == nil)
    }

    @Test("an emergency, its releases and its review")
    func emergencies() throws {
        let world = world(
            deposit, "101 | clinician@hospital1 | emergency e1 on=r1 until=500 reason=publicHealth",
            "102 | clinician@hospital2 | release x1 on=r1 basis=emergency emergency=e1",
            "500 | p1 | review e1 on=r1 finding=unjustified", "501 | auditor@hospital1 | review e1 on=r1")
        let expected = EmergencyState(
            record: record, custodian: hospital, organisation: OrganisationName("hospital2")!,
            reader: Toy.named("clinician@hospital2"), declared: Toy.named("clinician@hospital1"),
            second: Toy.named("clinician2@hospital1"), reason: .publicHealth, notAfter: 500,
            reviewBy: 500 + Limits.reviewSeconds, envelope: Toy.named("envelope"), sealing: 0,
            findings: [
                EmergencyFinding(organisation: nil, owner: Toy.named("p1"), finding: .unjustified),
                EmergencyFinding(organisation: hospital, owner: nil, finding: .justified),
            ])
        #expect(expected.isReviewed)
        #expect(try value(.emergency(world.id("e1")), in: world) == expected)
        let release = ReleaseState(
            reader: Toy.named("clinician@hospital2"), record: record, custodian: hospital, grant: nil,
            basis: .emergency, emergency: world.id("e1"), time: 102)
        #expect(try value(.release(world.id("x1")), in: world) == release)
    }

    @Test("at the end of all numbers time stands still, and nothing stops who executes it")
    func lastTime() throws {
        let last = "\(LedgerTime.max - 1)"
        var world = world(deposit)
        for member in [
            "clinician@hospital1", "clinician2@hospital1", "clinician@hospital2", "registrar@hospital1",
            "auditor@auditor",
        ] { world.edit(["member", member, "expires", "\(LedgerTime.max)"]) }
        let end = "valid=\(LedgerTime.max) permitUntil=\(LedgerTime.max)"
        for line in [
            "registrar@hospital1 | reassign r1 permit=p2 \(end)",
            "clinician@hospital1 | emergency e1 on=r1 until=\(LedgerTime.max) \(end)",
        ] {
            #expect(world.play(Line("\(last) | \(line) | ok")).result == "ok")
        }
        let record: RecordState = try value(.record(record), in: world)
        #expect(record.reassignment?.effective == .max)
        let emergency: EmergencyState = try value(.emergency(world.id("e1")), in: world)
        #expect(emergency.reviewBy == .max)
    }
}
