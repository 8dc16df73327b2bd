import Contract

/// What was accepted, as a list of facts, and the questions that can be asked of it: the reference that the
/// contract is held against.
///
/// Unlike the contract it keeps no state: it answers by looking through what happened to a subject. So both
/// err alike only where the meaning of a rule was misread, not where it was written down.
struct ModelHistory {
    final class Fact: Sendable {
        let said: VerifiedStatement
        let time: LedgerTime

        var says: Assertion { said.assertion }
        var permitted: PublicKey? { said.permit?.key }

        init(_ said: VerifiedStatement, at time: LedgerTime) {
            self.said = said
            self.time = time
        }
    }

    private enum Subject: Hashable {
        case network
        case organisation(OrganisationName)
        case member(PublicKey)
        case oneTime(PublicKey)
        case networkKey(PublicKey)
        case record(RecordHandle)
        case request(StatementID)
        case id(StatementID)
        case saying([UInt8])
    }

    let genesis: Genesis
    private var filed: [Subject: [Fact]] = [:]

    init(_ genesis: Genesis) { self.genesis = genesis }

    mutating func add(_ said: VerifiedStatement, at time: LedgerTime) {
        let fact = Fact(said, at: time)
        for subject in Set(Self.subjects(of: said)) { filed[subject, default: []].append(fact) }
    }

    private static func subjects(of said: VerifiedStatement) -> [Subject] {
        var all: [Subject] = [.id(said.id), .saying(saying(said))]
        if let permit = said.permit { all.append(.oneTime(permit.key)) }
        switch said.assertion {
        case .admit(let it):
            all += [.network, .organisation(it.organisation.name)]
            all += [.networkKey(it.organisation.root), .networkKey(it.organisation.validator)]
        case .suspend(let it): all.append(.organisation(it.organisation))
        case .rotateRoot(let it): all += [.organisation(it.organisation), .networkKey(it.root)]
        case .enrol(let it): all += [.member(it.member)] + (it.replaces.map { [.member($0)] } ?? [])
        case .retire(let it): all.append(.member(it.member))
        case .request: all.append(.request(said.id))
        case .route(let it): all.append(.request(it.request))
        case .answer(let it): all.append(.request(it.request))
        default: all += said.assertion.record.map { [.record($0)] } ?? []
        }
        return all
    }

    /// Whoever agrees besides: a statement is the same with more or fewer signatures under it.
    private static func saying(_ said: VerifiedStatement) -> [UInt8] {
        said.caller.bytes + said.statement.approvedContent()
    }

    private func facts(_ subject: Subject) -> [Fact] { filed[subject] ?? [] }

    // MARK: Questions

    func wasSaid(_ said: VerifiedStatement) -> Bool { filed[.saying(Self.saying(said))] != nil }

    func fact(_ id: StatementID) -> Fact? { facts(.id(id)).first }

    func isUsedUp(_ oneTimeKey: PublicKey) -> Bool { filed[.oneTime(oneTimeKey)] != nil }

    /// Whether the key is or was somebody's: a member's, a patient's, or one that the network speaks by.
    func hasPart(_ key: PublicKey) -> Bool {
        let founding = [genesis.ledgerKey] + genesis.organisations.flatMap { [$0.root, $0.validator] }
        return isUsedUp(key) || member(key) != nil || filed[.networkKey(key)] != nil
            || founding.contains(key)
    }

    func record(_ handle: RecordHandle) -> ModelRecord? { ModelRecord(facts(.record(handle))) }

    struct Organisation {
        var kind: OrganisationKind
        var root: PublicKey
        var takesPart = true
    }

    func organisation(_ name: OrganisationName) -> Organisation? {
        var organisation: Organisation?
        if let founder = genesis.organisations.first(where: { $0.name == name }) {
            organisation = Organisation(kind: founder.kind, root: founder.root)
        }
        for fact in facts(.organisation(name)) {
            switch fact.says {
            case .admit(let it):
                organisation = Organisation(kind: it.organisation.kind, root: it.organisation.root)
            case .suspend(let it): organisation?.takesPart = it.standing == .restored
            case .rotateRoot(let it): organisation?.root = it.root
            default: break
            }
        }
        return organisation
    }

    /// All that were ever part of it.
    var organisations: [OrganisationName] {
        genesis.organisations.map(\.name)
            + facts(.network).compactMap {
                if case .admit(let it) = $0.says { it.organisation.name } else { nil }
            }
    }

    var activeOrganisations: Int { organisations.count { organisation($0)?.takesPart == true } }

    struct Member {
        let enrolled: Enrol
        let isRetired: Bool

        func isActive(at time: LedgerTime) -> Bool { !isRetired && time < enrolled.expires }
    }

    func member(_ key: PublicKey) -> Member? {
        let all = facts(.member(key))
        let own = all.last { if case .enrol(let it) = $0.says { it.member == key } else { false } }
        guard let own, case .enrol(let enrolled) = own.says else { return nil }
        return Member(enrolled: enrolled, isRetired: all.last !== own)
    }

    struct Asked {
        let request: Request
        let requester: PublicKey
        /// The key that it was routed to.
        let answerer: PublicKey?
        let isAnswered: Bool
    }

    func request(_ id: StatementID) -> Asked? {
        let all = facts(.request(id))
        guard let first = all.first, case .request(let request) = first.says else { return nil }
        return Asked(
            request: request, requester: first.said.caller, answerer: all.dropFirst().first?.permitted,
            isAnswered: all.count > 2)
    }
}
