import Contract

@testable import ContractCases

// What the people of a history say: who asks, patients and those who act for them, readers.

extension HistoryMaker {
    mutating func request() -> Draft {
        let asker = member(of: nil, .clinician, .registrar, .gateway, .officer)
        let isInsurer = history.organisation(asker.organisation)?.kind == .insurer
        let custodian = custodian()
        let isOwn = asker.organisation == custodian
        let purposes: [Purpose] =
            isInsurer
            ? [.claim, .coverage] : isOwn ? [.treatment, .removal] : [.treatment, .research, .legal, .claim]
        let request = Request(
            organisation: isSloppy() ? self.custodian() : asker.organisation,
            custodian: isSloppy() ? source.pick(history.organisations) : custodian,
            purpose: isSloppy() ? source.pick(Purpose.allCases) : source.pick(purposes),
            notAfter: end(within: Limits.requestSecondsMax), letter: fresh())
        return Draft(says: .request(request), signer: asker.key)
    }

    private mutating func request(where suits: (ModelHistory.Asked) -> Bool) -> (
        StatementID, ModelHistory.Asked?
    ) {
        let history = history
        let now = now
        let id =
            choose(Array(requests.suffix(8))) {
                history.request($0).map { now < $0.request.notAfter && suits($0) } ?? false
            }
        return id.map { ($0, history.request($0)) } ?? (fresh(), nil)
    }

    mutating func route() -> Draft {
        let (id, asked) = request { $0.answerer == nil }
        let name = isSloppy() ? custodian() : asked?.request.custodian ?? custodian()
        let route = Route(organisation: name, request: id, permit: permit(for: name), letter: fresh())
        return Draft(says: .route(route), signer: member(of: name, .clinician, .registrar, .gateway).key)
    }

    mutating func answer() -> Draft {
        let (id, asked) = request { $0.answerer != nil && !$0.isAnswered }
        let answer = Answer(request: id, verdict: source.pick(Verdict.allCases), letter: fresh())
        return Draft(says: .answer(answer), signer: asked?.answerer ?? anyone())
    }

    /// The owner, or now and then one who may act for the owner, with the end that this has.
    private mutating func decider(of handle: RecordHandle, _ record: ModelRecord?) -> (PublicKey, LedgerTime)
    {
        let owner = owner(of: record) ?? anyone()
        guard source.chance(1, in: 4), let proxy = choose(delegations.filter { $0.record == handle }) else {
            return (owner, .max)
        }
        let isFit = proxy.notAfter > now && proxy.scope.allowsDeciding
        return isFit || isSloppy() ? (proxy.delegate, proxy.notAfter) : (owner, .max)
    }

    mutating func grant() -> Draft {
        let now = now
        let (handle, record) = record { $0.owner(at: now) != nil }
        let (decider, last) = decider(of: handle, record)
        var (named, asked): (StatementID?, ModelHistory.Asked?) = (nil, nil)
        if source.chance(1, in: 4), !requests.isEmpty {
            (named, asked) = request { $0.answerer != nil && !$0.isAnswered }
        }
        let kind = source.pick([GrantKind.read, .read, .transfer, .transfer, .append])
        var grantee =
            kind == .read
            ? member() : member(of: custodian(otherThan: record?.birth.organisation), .clinician, .gateway)
        if let asked, !isSloppy(), let asker = members.first(where: { $0.key == asked.requester }) {
            grantee = asker
        }
        let isInsurer = history.organisation(grantee.organisation)?.kind == .insurer
        let isByRole = source.chance(1, in: isInsurer ? 15 : 5)
        let purpose: Purpose = isInsurer ? .claim : source.pick([.treatment, .research, .claim])
        let longest = isInsurer ? Limits.insurerGrantSecondsMax : Limits.grantSecondsMax
        let ending = end(within: longest)
        let coverage: Coverage =
            kind == .append ? .present : source.chance(1, in: 3) ? .growing : .present
        let isForSome = kind == .read && source.chance(1, in: 8)
        let grant = Grant(
            record: handle, organisation: grantee.organisation, grantee: isByRole ? nil : grantee.key,
            kind: kind,
            purpose: isSloppy() ? source.pick(Purpose.allCases) : asked?.request.purpose ?? purpose,
            notBefore: beginning(), notAfter: isSloppy() ? ending : min(ending, last),
            releases: source.pick([1, 1, 2, 3, 5, source.pick([5, 10_000, 10_001, 0])]),
            envelope: kind == .append ? nil : fresh(), request: named, role: isByRole ? grantee.role : nil,
            coverage: isForSome ? .part : coverage, manifest: isForSome ? fresh() : nil,
            root: isForSome ? fresh() : nil)
        return Draft(says: .grant(grant), signer: decider)
    }

    private mutating func beginning() -> LedgerTime {
        switch source.below(20) {
        case 0: visit(now + UInt64(source.below(3_600)))
        case 1: now - UInt64(source.below(3_600))
        default: now
        }
    }

    mutating func revoke() -> Draft {
        let history = history
        let grant = choose(Array(grants.suffix(12))) {
            history.record($0.terms.record)?.grant($0.id)?.isRevoked == false
        }
        guard let grant else { return remove(of: record()) }
        let handle = isSloppy() ? record().0 : grant.terms.record
        let (decider, _) = decider(of: handle, history.record(handle))
        return Draft(
            says: .revoke(Revoke(record: handle, grant: isSloppy() ? fresh() : grant.id)), signer: decider)
    }

    /// Where there is nothing to revoke, nothing can be said but what is refused.
    private mutating func remove(of record: (RecordHandle, ModelRecord?)) -> Draft {
        Draft(
            says: .revoke(Revoke(record: record.0, grant: fresh())), signer: owner(of: record.1) ?? anyone())
    }

    mutating func delegate() -> Draft {
        let (handle, record) = record()
        let scope = source.pick(DelegateScope.allCases)
        let key: PublicKey =
            isSloppy() ? anyone() : choose(delegations, where: { $0.record == handle })?.delegate ?? fresh()
        let delegate = Delegate(
            record: handle, delegate: source.chance(1, in: 2) ? fresh() : key, scope: scope,
            notAfter: end(within: Limits.delegationSecondsMax), envelope: scope.allowsReading ? fresh() : nil)
        return Draft(says: .delegate(delegate), signer: owner(of: record) ?? anyone())
    }

    mutating func undelegate() -> Draft {
        let (now, history) = (now, history)
        let proxy = choose(delegations) {
            history.record($0.record)?.isDelegated(to: $0.delegate, at: now) == true
        }
        let handle = proxy?.record ?? record().0
        return Draft(
            says: .undelegate(Undelegate(record: handle, delegate: proxy?.delegate ?? fresh())),
            signer: owner(of: history.record(handle)) ?? anyone())
    }

    mutating func instruct() -> Draft {
        let (handle, record) = record()
        let rule: EmergencyRule = source.chance(1, in: 3) ? .refused : .allowed
        return Draft(
            says: .instruct(Instruct(record: handle, emergencies: rule)),
            signer: owner(of: record) ?? anyone())
    }

    // MARK: Another owner

    mutating func reassign() -> Draft {
        let now = now
        let isSecond = source.chance(1, in: 8)
        let (handle, record) = record { $0.owner(at: now) != nil && $0.awaitsOwner(at: now) == isSecond }
        let name = custodian(of: record)
        var second = member(of: nil, .registrar, .officer, .auditor)
        for _ in 0..<5
        where second.organisation == name || history.organisation(second.organisation)?.kind == .insurer {
            second = member(of: nil, .registrar, .officer, .auditor)
        }
        let reassign = Reassign(
            organisation: name, record: handle, permit: permit(for: name), ownerEnvelope: fresh(),
            secondOrganisation: isSloppy() ? name : second.organisation, second: second.key)
        _ = visit(now + Limits.reassignmentSeconds)
        return Draft(
            says: .reassign(reassign), signer: member(of: name, .registrar, .gateway).key,
            approvers: [second.key])
    }

    mutating func veto() -> Draft {
        let now = now
        let (handle, record) = record { $0.awaitsOwner(at: now) }
        return Draft(says: .veto(Veto(record: handle)), signer: owner(of: record) ?? anyone())
    }

    // MARK: Reading

    mutating func release() -> Draft {
        switch source.below(10) {
        case 0..<5: releaseByGrant()
        case 5: releaseByEmergency()
        case 6: releaseToDelegate()
        default: releaseToHouse()
        }
    }

    private mutating func releaseByGrant() -> Draft {
        let (now, history) = (now, history)
        let grant = choose(Array(grants.suffix(12))) { grant in
            guard let record = history.record(grant.terms.record), !record.isRemoved else { return false }
            return record.grant(grant.id).map {
                !$0.isRevoked && $0.uses < $0.terms.releases && now < $0.terms.notAfter
            }
                ?? false
        }
        guard let grant else { return releaseToHouse() }
        let terms = grant.terms
        let handle = isSloppy() ? record().0 : terms.record
        let reader = terms.grantee ?? member(of: terms.organisation, terms.role ?? .officer).key
        let release = Release(
            organisation: isSloppy() ? nil : isSloppy() ? custodian() : terms.organisation, record: handle,
            custodian: custodian(of: history.record(handle)) { $0.isOfThisSealing },
            grant: isSloppy() ? fresh() : grant.id,
            basis: isSloppy() ? .care : nil)
        return Draft(says: .release(release), signer: isSloppy() ? member().key : reader)
    }

    private mutating func releaseByEmergency() -> Draft {
        let now = now
        guard let emergency = choose(emergencies, where: { now < $0.terms.notAfter }) else {
            return releaseToHouse()
        }
        let terms = emergency.terms
        let release = Release(
            organisation: terms.readerOrganisation, record: isSloppy() ? record().0 : terms.record,
            custodian: isSloppy() ? custodian() : terms.organisation, basis: isSloppy() ? .care : .emergency,
            emergency: isSloppy() ? fresh() : emergency.id)
        return Draft(says: .release(release), signer: isSloppy() ? member().key : terms.reader)
    }

    private mutating func releaseToDelegate() -> Draft {
        let (now, history) = (now, history)
        let proxy = choose(delegations) {
            history.record($0.record)?.isDelegated(to: $0.delegate, at: now) == true
        }
        guard let proxy else { return releaseToHouse() }
        let release = Release(
            record: proxy.record, custodian: custodian(of: history.record(proxy.record)), basis: .delegate)
        return Draft(says: .release(release), signer: proxy.delegate)
    }

    /// The owner, or the custodian's own staff.
    private mutating func releaseToHouse() -> Draft {
        let (handle, record) = record()
        let name = custodian(of: record) { $0.isOfThisSealing }
        var basis: Basis? = source.pick([.care, .administration, .owner])
        let isOwners = basis == .owner
        let staff =
            basis == .care ? member(of: name, .clinician, .gateway) : member(of: name, .registrar, .gateway)
        if isSloppy() { basis = isSloppy() ? nil : source.pick(Basis.allCases) }
        let release = Release(
            organisation: isOwners ? nil : staff.organisation, record: handle, custodian: name, basis: basis)
        return Draft(says: .release(release), signer: isOwners ? owner(of: record) ?? anyone() : staff.key)
    }

    // MARK: Emergencies

    mutating func emergency() -> Draft {
        let (handle, record) = record { !$0.refusesEmergencies }
        let name = custodian(of: record) { $0.isOfThisSealing }
        let first = member(of: name, .clinician)
        var second = member(of: name, .clinician)
        for _ in 0..<4 where second.key == first.key { second = member(of: name, .clinician) }
        let reader = source.chance(1, in: 2) ? first : member(of: custodian(), .clinician)
        let emergency = Emergency(
            organisation: name, record: handle, readerOrganisation: reader.organisation, reader: reader.key,
            second: second.key, reason: source.pick(EmergencyReason.allCases),
            notAfter: end(within: Limits.emergencySecondsMax),
            envelope: source.chance(1, in: 2) ? fresh() : nil)
        return Draft(says: .emergency(emergency), signer: first.key, approvers: [second.key])
    }

    mutating func review() -> Draft {
        let history = history
        let now = now
        let emergency = choose(emergencies) {
            now >= $0.terms.notAfter && (history.record($0.terms.record)?.reviewers(of: $0.id).count ?? 9) < 2
        }
        let handle = isSloppy() ? record().0 : emergency?.terms.record ?? record().0
        let isOwner = source.chance(1, in: 2)
        let reviewer = member(of: nil, .auditor)
        let review = Review(
            organisation: isOwner ? nil : isSloppy() ? custodian() : reviewer.organisation, record: handle,
            emergency: emergency?.id ?? fresh(),
            finding: source.pick(ReviewFinding.allCases))
        return Draft(
            says: .review(review),
            signer: isOwner ? owner(of: history.record(handle)) ?? anyone() : reviewer.key)
    }
}
