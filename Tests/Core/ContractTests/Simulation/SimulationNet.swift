import Contract

@testable import ContractCases

/// A network that delays, doubles, reorders and loses what is sent, and timers that fire; the same for the
/// same seed. One tick is a second.
struct SimulatedNet {
    enum Node: Hashable {
        case sequencer
        case validator(Int)
        case clients
    }

    enum Message {
        case submit([UInt8])
        /// It is on the ledger, durably.
        case acknowledged(StatementID)
        case refused(StatementID, RejectionCode)
        /// A validator asks for the log from a position on.
        case fetch(from: Int, by: Int)
        case entries(from: Int, [[UInt8]])
        // Timers, of the node itself.
        case flush
        case poll
        case retry
        case restart
    }

    var source: SplitMix64
    private(set) var now: UInt64 = 0
    private(set) var (lost, doubled) = (0, 0)
    /// Once it is calm nothing is lost any more, so that everything comes to an end.
    var isCalm = false
    private var queue: [(at: UInt64, order: Int, to: Node, message: Message)] = []
    private var sent = 0

    init(seed: UInt64) { source = SplitMix64(state: seed) }

    mutating func send(_ message: Message, to node: Node) {
        if !isCalm, source.chance(1, in: 8) {
            lost += 1
            return
        }
        let copies = source.chance(1, in: 8) ? 2 : 1
        doubled += copies - 1
        for _ in 0..<copies {
            // Most arrive soon; a few much later than what was sent after them.
            let delay = source.chance(1, in: 10) ? source.below(60) : 1 + source.below(4)
            enqueue(message, to: node, after: UInt64(delay))
        }
    }

    mutating func wake(_ node: Node, by timer: Message, after ticks: Int) {
        enqueue(timer, to: node, after: UInt64(ticks))
    }

    private mutating func enqueue(_ message: Message, to node: Node, after ticks: UInt64) {
        queue.append((now + ticks, sent, node, message))
        sent += 1
    }

    /// The next that arrives; time goes on until then.
    mutating func next() -> (node: Node, message: Message)? {
        guard
            let first = queue.indices.min(by: {
                (queue[$0].at, queue[$0].order) < (queue[$1].at, queue[$1].order)
            })
        else { return nil }
        let event = queue.remove(at: first)
        now = max(now, event.at)
        return (event.to, event.message)
    }
}

/// What one patient, two hospitals and an insurer have to say about one record: waves of statements, those of
/// a wave said by several people at once, in whatever order they arrive.
struct SimulatedStory {
    struct Said {
        let id: StatementID
        let bytes: [UInt8]
    }

    private(set) var waves: [[Said]] = []
    private let until: LedgerTime
    private let number: Int
    private var nonces: UInt64 = 0

    static let clinician = HistoryCast.members[0]
    static let gateway = HistoryCast.members.first {
        $0.organisation.description == "hospital2" && $0.role == .gateway
    }!
    static let officer = HistoryCast.members.first {
        $0.organisation.description == "insurer1" && $0.role == .officer
    }!

    /// Everybody is enrolled before anything else.
    static func enrolments(until: LedgerTime) -> SimulatedStory {
        var story = SimulatedStory(number: -1, until: until)
        let members = [clinician, gateway, officer]
        let said = members.map { member in
            let enrol = Enrol(
                organisation: member.organisation, member: member.key, role: member.role,
                recipientHash: Toy.named("recipient"), certificateHash: Toy.named("certificate"),
                expires: until,
                suite: .hybrid)
            return story.said(
                .enrol(enrol), by: Toy.named("root of \(member.organisation)"), with: [member.key])
        }
        story.waves = [said]
        return story
    }

    private init(number: Int, until: LedgerTime) {
        self.number = number
        self.until = until
    }

    /// `wish` chooses among what may happen.
    init(number: Int, until: LedgerTime, wish: inout SplitMix64) {
        self.init(number: number, until: until)
        let (home, other) = (Self.clinician.organisation, Self.gateway.organisation)
        let (owner, answerer): (PublicKey, PublicKey) = (name("owner"), name("answerer"))
        let record: RecordHandle = name("record")
        let deposit = Deposit(
            organisation: home, record: record, permit: HistoryCast.permit(owner, for: home, until: until),
            recipientHash: name("recipient"), descriptor: name("descriptor"),
            ownerEnvelope: name("owner's envelope"),
            custodianEnvelope: name("custodian's envelope"), manifest: name("manifest"), root: name("root"),
            suite: .hybrid, additionsHash: name("additions"))
        let request = said(
            .request(
                Request(
                    organisation: Self.officer.organisation, custodian: home, purpose: .claim,
                    notAfter: until,
                    letter: name("letter"))), by: Self.officer.key)
        let deposited = said(.deposit(deposit), by: Self.clinician.key)
        waves = [[deposited, request]]
        let route = Route(
            organisation: home, request: request.id,
            permit: HistoryCast.permit(answerer, for: home, until: until),
            letter: name("letter"))
        waves.append([said(.route(route), by: Self.clinician.key)])
        let read = said(
            .grant(grant(of: record, to: Self.officer, .read, releases: 2, request: request.id)), by: owner)
        waves.append([read])
        let answer = said(.answer(Answer(request: request.id, verdict: .approved)), by: answerer)
        waves.append([answer, release(record, by: Self.officer, read)])
        // The patient takes it back while the insurer goes on.
        let revoke = said(.revoke(Revoke(record: record, grant: read.id)), by: owner)
        waves.append([
            release(record, by: Self.officer, read), revoke, release(record, by: Self.officer, read),
        ])
        waves.append([release(record, by: Self.officer, read)])
        if wish.chance(1, in: 2) {
            let transfer = said(
                .grant(grant(of: record, to: Self.gateway, .transfer, releases: 1)), by: owner)
            let taken = release(record, by: Self.gateway, transfer)
            let acknowledge = Acknowledge(
                organisation: other, record: record, grant: transfer.id, release: taken.id,
                contents: deposited.id, ownerEnvelope: name("e1"), custodianEnvelope: name("e2"))
            waves += [[transfer], [taken], [said(.acknowledge(acknowledge), by: Self.gateway.key)]]
        }
        if wish.chance(1, in: 2) {
            let remove = said(.remove(Remove(record: record)), by: owner)
            let care = Release(organisation: home, record: record, custodian: home, basis: .care)
            waves.append([remove, said(.release(care), by: Self.clinician.key)])
            let erasure = AttestErasure(organisation: home, record: record)
            waves.append([
                said(.release(care), by: Self.clinician.key),
                said(.attestErasure(erasure), by: Self.clinician.key),
            ])
        }
    }

    private func name<Meaning>(_ what: String) -> Bytes32<Meaning> { Toy.named("\(what) \(number)") }

    private mutating func said(
        _ says: Assertion, by signer: PublicKey, with approvers: [PublicKey] = []
    ) -> Said {
        nonces += 1
        let nonce = Array(Toy.hash(Array("\(number) \(nonces)".utf8)).prefix(16))
        let bytes = HistoryCast.message(
            Statement(says, validUntil: until, nonce: nonce), by: signer, approvers: approvers)
        return Said(id: Simulation.read(bytes)!.id, bytes: bytes)
    }

    private func grant(
        of record: RecordHandle, to member: HistoryCast.Member, _ kind: GrantKind, releases: UInt64,
        request: StatementID? = nil
    ) -> Grant {
        Grant(
            record: record, organisation: member.organisation, grantee: member.key, kind: kind,
            purpose: .claim,
            notBefore: 0, notAfter: until, releases: releases, envelope: name("envelope"), request: request)
    }

    private mutating func release(
        _ record: RecordHandle, by member: HistoryCast.Member, _ grant: Said
    ) -> Said {
        let home = Self.clinician.organisation
        return said(
            .release(
                Release(organisation: member.organisation, record: record, custodian: home, grant: grant.id)),
            by: member.key)
    }
}
