import Contract

@testable import ContractCases

/// Makes up statements, the same for the same seed: most of them such as the people of a network would sign
/// at that moment, some wrong in one thing or another.
struct HistoryMaker {
    /// What somebody means to say.
    struct Draft {
        var says: Assertion
        var signer: PublicKey
        var approvers: [PublicKey] = []
    }

    /// A message, and what is known to be wrong with its bytes.
    struct Attempt {
        let bytes: [UInt8]
        let time: LedgerTime
        let flaw: RejectionCode?
    }

    var source: SplitMix64
    var now = HistoryCast.genesis.created
    /// What was accepted so far; the maker looks there as people would ask the ledger.
    private(set) var history = ModelHistory(HistoryCast.genesis)

    // What there is to speak of.
    private(set) var members: [HistoryCast.Member] = []
    private(set) var records: [RecordHandle] = []
    private(set) var requests: [StatementID] = []
    private(set) var grants: [(id: StatementID, terms: Grant)] = []
    private(set) var releases: [(id: StatementID, terms: Release)] = []
    private(set) var emergencies: [(id: StatementID, terms: Emergency)] = []
    private(set) var delegations: [Delegate] = []
    private var ends: [LedgerTime] = []
    private var sent: [(statement: Statement, draft: Draft, bytes: [UInt8])] = []
    /// What people say soon after something else.
    private var urged: [StatementKind] = []
    private var joining: [HistoryCast.Member] = HistoryCast.members.reversed()

    /// Whether the ledger's clock is now and then ahead or behind, as a log's may not be.
    private let hasUnsteadyClock: Bool

    init(seed: UInt64, hasUnsteadyClock: Bool = true) {
        source = SplitMix64(state: seed)
        self.hasUnsteadyClock = hasUnsteadyClock
    }

    mutating func accepted(_ said: VerifiedStatement, at time: LedgerTime) {
        history.add(said, at: time)
        switch said.assertion {
        case .enrol(let it):
            members.removeAll { $0.key == it.member || $0.key == it.replaces }
            members.append(
                .init(key: it.member, organisation: it.organisation, role: it.role, suite: it.suite))
        case .deposit(let it): records.append(it.record)
        case .request:
            requests.append(said.id)
            urged.append(.route)
        case .route: urged.append(.answer)
        case .grant(let it):
            grants.append((said.id, it))
            if it.kind == .transfer { urged.append(.release) }
        case .release(let it):
            releases.append((said.id, it))
            if grants.contains(where: { $0.id == it.grant && $0.terms.kind == .transfer }) {
                urged += [.acknowledge, .dispatch]
            }
        case .reassign: urged.append(.veto)
        case .emergency(let it): emergencies.append((said.id, it))
        case .delegate(let it): delegations.append(it)
        default: break
        }
    }

    // MARK: The next message

    mutating func next() -> Attempt {
        passTime()
        var time = now
        switch hasUnsteadyClock ? source.below(30) : 30 {
        case 0: time -= UInt64(source.below(100))
        case 1: time += UInt64(source.below(900))
        default: break
        }
        if !sent.isEmpty, source.chance(1, in: 40) { return again(at: time) }
        var draft =
            joining.popLast().map(enrolment) ?? draft(of: source.chance(1, in: 2) ? urged.popLast() : nil)
        if isSloppy() { draft.signer = anyone() }
        if !draft.approvers.isEmpty, isSloppy() {
            draft.approvers.remove(at: source.below(draft.approvers.count))
        }
        let validity: UInt64 =
            switch source.below(100) {
            case 0: 0
            case 1: Limits.validitySecondsMax + 1
            case 2: Limits.validitySecondsMax
            default: 600
            }
        let statement = Statement(draft.says, validUntil: time + validity, nonce: source.bytes(16))
        return send(statement, draft, at: time)
    }

    /// Something that was said before, with the same signatures under it or with others.
    private mutating func again(at time: LedgerTime) -> Attempt {
        let (statement, draft, bytes) = source.pick(sent.suffix(30))
        guard !draft.approvers.isEmpty, source.chance(1, in: 2) else {
            return Attempt(bytes: bytes, time: time, flaw: nil)
        }
        var other = draft
        other.approvers.append(anyone())
        return send(statement, other, at: time)
    }

    private mutating func send(_ statement: Statement, _ draft: Draft, at time: LedgerTime) -> Attempt {
        var bytes = HistoryCast.message(statement, by: draft.signer, approvers: draft.approvers)
        switch source.below(150) {
        case 0:
            bytes[bytes.count - 1 - source.below(64)] ^= 1
            return Attempt(bytes: bytes, time: time, flaw: .signatureInvalid)
        case 1:
            bytes = HistoryCast.message(
                statement, by: draft.signer, approvers: draft.approvers, network: Toy.named("another"))
            return Attempt(bytes: bytes, time: time, flaw: .signatureInvalid)
        case 2: return Attempt(bytes: bytes.dropLast(1 + source.below(9)), time: time, flaw: .malformed)
        default:
            sent.append((statement, draft, bytes))
            return Attempt(bytes: bytes, time: time, flaw: nil)
        }
    }

    /// Mostly seconds and minutes, sometimes to the very end of something: one before, then, or one after.
    private mutating func passTime() {
        switch source.below(20) {
        case _ where !urged.isEmpty && source.chance(2, in: 3), 0..<14: now += UInt64(source.below(30))
        case 14..<18: now += UInt64(source.below(1_800))
        default:
            ends.removeAll { $0 <= now }
            let near = ends.filter { $0 < now + 5 * 86_400 }
            if let end = near.isEmpty ? ends.min() : source.pick(near), end < now + 400 * 86_400 {
                now = max(now, end - 1 + UInt64(source.below(3)))
            }
        }
    }

    // MARK: Choosing

    /// Once in a while somebody errs.
    mutating func isSloppy() -> Bool { source.chance(1, in: 35) }

    mutating func fresh<Meaning>() -> Bytes32<Meaning> { Bytes32(source.bytes(32))! }

    /// One that suits, as a rule. Nil where there are none at all.
    mutating func choose<Thing>(_ all: [Thing], where suits: (Thing) -> Bool = { _ in true }) -> Thing? {
        if all.isEmpty { return nil }
        var choice = source.pick(all)
        if isSloppy() { return choice }
        for _ in 0..<10 where !suits(choice) { choice = source.pick(all) }
        return choice
    }

    /// A record that suits, or now and then one that nobody knows.
    mutating func record(where suits: (ModelRecord) -> Bool = { _ in true }) -> (RecordHandle, ModelRecord?) {
        let history = history
        let handle =
            source.chance(1, in: 80)
            ? nil
            : choose(Array(records.suffix(8))) {
                history.record($0).map { !$0.isRemoved && suits($0) } ?? false
            }
        return handle.map { ($0, history.record($0)) } ?? (fresh(), nil)
    }

    mutating func member(of name: OrganisationName? = nil, _ roles: Role...) -> HistoryCast.Member {
        let fitting = members.filter {
            (name == nil || $0.organisation == name) && (roles.isEmpty || roles.contains($0.role))
        }
        if !fitting.isEmpty, !isSloppy() { return source.pick(fitting) }
        let others = members.filter { $0.organisation == name }
        if !others.isEmpty, !isSloppy() { return source.pick(others) }
        return members.isEmpty ? HistoryCast.members[0] : source.pick(members)
    }

    /// Once in a while one that nobody knows, or any, whatever its kind.
    private mutating func wrongOrganisation() -> OrganisationName? {
        switch source.below(100) {
        case 0: OrganisationName("nobody")
        case 1: source.pick(history.organisations)
        default: nil
        }
    }

    /// A custodian that has members and is not suspended, as a rule.
    mutating func custodian(otherThan present: OrganisationName? = nil) -> OrganisationName {
        if let wrong = wrongOrganisation() { return wrong }
        let (history, members) = (history, members)
        let all = history.organisations.filter { history.organisation($0)?.kind.isCustodian == true }
        return choose(all) { name in
            name != present && history.organisation(name)?.takesPart == true
                && members.contains { $0.organisation == name && $0.role == .clinician }
        }!
    }

    /// One of those who keep the record.
    mutating func custodian(of record: ModelRecord?, where suits: (ModelRecord.Copy) -> Bool = { _ in true })
        -> OrganisationName
    {
        if let wrong = wrongOrganisation() { return wrong }
        let isAny = source.chance(1, in: 10)
        let all = record.map { record in
            history.organisations.filter { record.copy(of: $0).map { isAny || suits($0) } ?? false }
        }
        return choose(all ?? []) ?? record?.birth.organisation ?? custodian()
    }

    func owner(of record: ModelRecord?) -> PublicKey? { record?.owner(at: now) }

    /// Any key that was ever heard of.
    mutating func anyone() -> PublicKey {
        switch source.below(5) {
        case 0: source.pick(HistoryCast.genesis.organisations).root
        case 1: choose(delegations)?.delegate ?? fresh()
        case 2: choose(records).flatMap { owner(of: history.record($0)) } ?? fresh()
        case 3: fresh()
        default: member().key
        }
    }

    /// An end that lies ahead: soon, or as far as it may, or now and then just too far. It will be visited.
    mutating func end(within seconds: UInt64) -> LedgerTime {
        let short: [UInt64] = [1, 60, 900, 3_600, 21_600, 86_400, 3 * 86_400, 30 * 86_400]
        let length =
            switch source.below(60) {
            case 0: UInt64(0)
            case 1: seconds + 1
            case 2..<6: seconds
            default: min(seconds, source.pick(short))
            }
        return visit(now + length)
    }

    mutating func visit(_ time: LedgerTime) -> LedgerTime {
        ends.append(time)
        return time
    }

    /// A patient's permit: mostly for whoever asks, in force and new.
    mutating func permit(for name: OrganisationName) -> [UInt8]? {
        if isSloppy() { return nil }
        let key: PublicKey =
            switch source.below(25) {
            case 0: anyone()
            case 1: member().key
            default: fresh()
            }
        let end = source.chance(1, in: 30) ? now + UInt64(source.below(2)) : now + 86_400
        return HistoryCast.permit(key, for: isSloppy() ? custodian() : name, until: end)
    }
}
