import Contract

/// What must hold whatever the rules say in detail, followed statement by statement beside both the contract
/// and the model.
struct HistoryWatch {
    private struct Granted {
        let terms: Grant
        var left: UInt64
        var isRevoked = false
    }
    private struct Proxy: Hashable {
        let record: RecordHandle
        let key: PublicKey
    }

    private var ids: Set<StatementID> = []
    private var permits: [PublicKey: Assertion] = [:]
    private var grants: [StatementID: Granted] = [:]
    private var proxies: [Proxy: Delegate] = [:]
    private var emergencies: [StatementID: Emergency] = [:]
    private var removed: Set<RecordHandle> = []
    private var suspended: Set<OrganisationName> = []
    private var homes: [PublicKey: OrganisationName] = [:]
    private(set) var broken: [String] = []

    /// `owner` is the record's before the statement, as the state says.
    mutating func accepted(
        _ said: VerifiedStatement, at time: LedgerTime, owner: PublicKey?, writes: [Write]
    ) {
        demand(ids.insert(said.id).inserted, "one statement, applied once")
        if let permit = said.permit {
            demand(permits.updateValue(said.assertion, forKey: permit.key) == nil, "one permit, used once")
            demand(time < permit.notAfter, "a permit is used in its time")
        }
        if Self.isByMember(said.assertion) {
            demand(homes[said.caller].map { !suspended.contains($0) } ?? false, "the suspended are silent")
        }
        follow(said, at: time, owner: owner)
        for write in writes { look(at: write) }
    }

    /// A root, an owner or a proxy may have been enrolled as well; as such they speak for themselves.
    private static func isByMember(_ says: Assertion) -> Bool {
        switch says {
        case .admit, .suspend, .rotateRoot, .enrol, .retire, .answer, .grant, .revoke, .delegate, .undelegate,
            .instruct, .veto, .remove:
            false
        case .release(let it): it.organisation != nil
        case .review(let it): it.organisation != nil
        case .deposit, .append, .reseal, .dispatch, .acknowledge, .adopt, .attestErasure, .hold, .request,
            .route,
            .reassign, .emergency:
            true
        }
    }

    private mutating func demand(_ holds: Bool, _ what: String) {
        if !holds { broken.append(what) }
    }

    private mutating func follow(_ said: VerifiedStatement, at time: LedgerTime, owner: PublicKey?) {
        switch said.assertion {
        case .enrol(let it): homes[it.member] = it.organisation
        case .suspend(let it):
            if it.standing == .suspended {
                suspended.insert(it.organisation)
            } else {
                suspended.remove(it.organisation)
            }
        case .remove(let it):
            demand(said.caller == owner, "the owner alone removes")
            removed.insert(it.record)
        case .grant(let it):
            mustDecide(said, it.record, at: time, owner: owner)
            demand(!removed.contains(it.record), "nothing is granted after removal")
            grants[said.id] = Granted(terms: it, left: it.releases)
        case .revoke(let it):
            mustDecide(said, it.record, at: time, owner: owner)
            grants[it.grant]?.isRevoked = true
        case .delegate(let it):
            demand(said.caller == owner, "the owner alone delegates")
            proxies[Proxy(record: it.record, key: it.delegate)] = it
        case .undelegate(let it): proxies[Proxy(record: it.record, key: it.delegate)] = nil
        case .append(let it):
            demand(!removed.contains(it.record), "nothing is added after removal")
            if let id = it.grant {
                mustHave(id, it.record, said, at: time, kinds: [.append])
            } else {
                demand(
                    said.statement.approvals.contains { $0.key == owner }, "the owner agrees to an addition")
            }
        case .reseal(let it):
            demand(!removed.contains(it.record), "nothing is sealed anew after removal")
            demand(said.statement.approvals.contains { $0.key == owner }, "the owner agrees to a re-sealing")
        case .release(let it): follow(it, said, at: time, owner: owner)
        case .emergency(let it):
            demand(!removed.contains(it.record), "no emergency opens what was removed")
            demand(
                it.second != said.caller && homes[it.second] == homes[said.caller], "two clinicians declare")
            emergencies[said.id] = it
        default: break
        }
    }

    private mutating func follow(
        _ it: Release, _ said: VerifiedStatement, at time: LedgerTime, owner: PublicKey?
    ) {
        demand(!removed.contains(it.record), "nothing is served after removal")
        if let id = it.grant {
            mustHave(id, it.record, said, at: time, kinds: [.read, .transfer])
            return
        }
        switch it.basis {
        case .care, .administration: demand(homes[said.caller] == it.custodian, "a basis is for staff")
        case .owner: demand(said.caller == owner, "an owner reads as owner")
        case .delegate:
            let proxy = proxies[Proxy(record: it.record, key: said.caller)]
            demand(
                proxy.map { time < $0.notAfter && $0.scope.allowsReading } ?? false, "a live delegate reads")
        case .emergency:
            let declared = it.emergency.flatMap { emergencies[$0] }
            let isOpen = declared.map {
                $0.reader == said.caller && $0.record == it.record && time < $0.notAfter
            }
            demand(isOpen ?? false, "a live emergency opens")
        case nil: demand(false, "a release has a reason")
        }
    }

    private mutating func mustDecide(
        _ said: VerifiedStatement, _ record: RecordHandle, at time: LedgerTime, owner: PublicKey?
    ) {
        let proxy = proxies[Proxy(record: record, key: said.caller)]
        let decides = proxy.map { time < $0.notAfter && $0.scope.allowsDeciding } ?? false
        demand(owner != nil && said.caller == owner || decides, "owner or live delegate decides on a grant")
    }

    private mutating func mustHave(
        _ id: StatementID, _ record: RecordHandle, _ said: VerifiedStatement, at time: LedgerTime,
        kinds: [GrantKind]
    ) {
        guard let grant = grants[id] else { return demand(false, "there is a grant") }
        let terms = grant.terms
        demand(terms.record == record && kinds.contains(terms.kind), "a grant opens what it names")
        demand(homes[said.caller] == terms.organisation, "a grant is for one organisation")
        demand(terms.grantee == nil || terms.grantee == said.caller, "a grant is for whom it names")
        demand(terms.notBefore <= time && time < terms.notAfter, "a grant is used in its time")
        demand(!grant.isRevoked, "a revoked grant opens nothing")
        demand(grant.left > 0, "no more releases than were allowed")
        if grant.left > 0 { grants[id]?.left -= 1 }
    }

    /// What the contract wrote.
    private mutating func look(at write: Write) {
        let id = write.key.bytes.dropFirst()
        switch write.key.bytes[0] {
        case 0x04:
            guard let handle = RecordHandle(id), let record = RecordState(bytes: write.value) else {
                return demand(false, "a record can be read")
            }
            for key in [record.owner, record.reassignment?.owner].compactMap({ $0 }) {
                demand(permits[key]?.record == handle, "an owner is the key of a permit used for the record")
            }
            demand((record.removed != nil) == removed.contains(handle), "a removed record stays removed")
        case 0x08:
            guard let id = StatementID(id), let grant = GrantState(bytes: write.value) else {
                return demand(false, "a grant can be read")
            }
            let told = grants[id]
            demand(
                told.map { $0.terms.releases - $0.left == grant.releasesUsed } ?? false, "uses are counted")
            demand(grant.releasesUsed <= grant.releasesAllowed, "no more uses than were allowed")
            demand(told?.isRevoked == grant.revoked, "a revocation stays")
        default: break
        }
    }
}
