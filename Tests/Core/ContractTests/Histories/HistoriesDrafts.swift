import Contract

@testable import ContractCases

// What the people of a history say: members about members, custodians about records.

extension HistoryMaker {
    private static let weights: [(StatementKind, Int)] = [
        (.admit, 2), (.suspend, 2), (.rotateRoot, 2), (.enrol, 3), (.retire, 1), (.deposit, 7), (.append, 8),
        (.reseal, 5), (.dispatch, 4), (.acknowledge, 6), (.adopt, 3), (.remove, 1), (.attestErasure, 5),
        (.hold, 4),
        (.request, 6), (.route, 6), (.answer, 4), (.grant, 14), (.revoke, 3), (.delegate, 5),
        (.undelegate, 2),
        (.instruct, 2), (.reassign, 4), (.veto, 3), (.release, 16), (.emergency, 5), (.review, 4),
    ]
    private static let wheel = weights.flatMap { Array(repeating: $0.0, count: $0.1) }

    mutating func draft(of kind: StatementKind?) -> Draft {
        switch kind ?? source.pick(Self.wheel) {
        case .admit: admit()
        case .suspend: suspend()
        case .rotateRoot: rotateRoot()
        case .enrol: enrol()
        case .retire: retire()
        case .append: append()
        case .reseal: reseal()
        case .dispatch: dispatch()
        case .acknowledge: acknowledge()
        case .adopt: adopt()
        case .remove: remove()
        case .attestErasure: attestErasure()
        case .hold: hold()
        case .request: request()
        case .route: route()
        case .answer: answer()
        case .grant: grant()
        case .revoke: revoke()
        case .delegate: delegate()
        case .undelegate: undelegate()
        case .instruct: instruct()
        case .reassign: reassign()
        case .veto: veto()
        case .release: release()
        case .emergency: emergency()
        case .review: review()
        default: deposit()
        }
    }

    // MARK: Organisations

    func root(of name: OrganisationName) -> PublicKey {
        history.organisation(name)?.root ?? Toy.named("root of nobody")
    }

    /// Organisations that agree, and their roots: more than half, as a rule, and such as take part.
    private mutating func endorsers() -> (names: [OrganisationName], roots: [PublicKey]) {
        let active = history.organisations.filter { history.organisation($0)?.takesPart == true }
        var names = active
        for _ in 0..<min(active.count - 1, source.below(max(1, active.count / 2 + (isSloppy() ? 2 : 0)))) {
            names.remove(at: source.below(names.count))
        }
        if isSloppy() {
            names.append(history.organisations.first { !names.contains($0) } ?? OrganisationName("nobody")!)
        }
        names = Set(names).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        return (names, names.map { root(of: $0) })
    }

    private mutating func agreed(_ says: Assertion, _ roots: [PublicKey], newKeys: [PublicKey] = []) -> Draft
    {
        let signer = source.pick(roots)
        return Draft(
            says: says, signer: signer,
            approvers: (roots + newKeys).filter { $0 != signer })
    }

    private mutating func admit() -> Draft {
        let (names, roots) = endorsers()
        let guest = source.pick(HistoryCast.guests)
        let organisation = HistoryCast.organisation(guest.name, guest.kind)
        return agreed(
            .admit(Admit(organisation: organisation, endorsers: names)), roots,
            newKeys: [organisation.root, organisation.validator])
    }

    private mutating func suspend() -> Draft {
        let suspended = history.organisations.filter { history.organisation($0)?.takesPart == false }
        let isEnd = suspended.isEmpty || source.chance(1, in: 4)
        let name = isEnd ? source.pick(history.organisations) : source.pick(suspended)
        let (names, roots) = endorsers()
        let standing: Standing = isEnd ? .suspended : .restored
        return agreed(
            .suspend(Suspend(organisation: name, endorsers: names, standing: standing)), roots)
    }

    private mutating func rotateRoot() -> Draft {
        let name = source.pick(history.organisations)
        let (names, roots) = endorsers()
        // Now and then the same again, or the root of another one.
        let other = source.chance(1, in: 4) ? source.pick(history.organisations) : name
        let new: PublicKey = isSloppy() || other != name ? root(of: other) : fresh()
        return agreed(
            .rotateRoot(RotateRoot(organisation: name, root: new, endorsers: names)), roots, newKeys: [new])
    }

    func enrolment(of member: HistoryCast.Member) -> Draft {
        let enrol = Enrol(
            organisation: member.organisation, member: member.key, role: member.role,
            recipientHash: Toy.named("recipient"), certificateHash: Toy.named("certificate"),
            expires: now + Limits.enrolmentSecondsMax, suite: member.suite)
        return Draft(says: .enrol(enrol), signer: root(of: member.organisation), approvers: [member.key])
    }

    private mutating func enrol() -> Draft {
        let present = member()
        let name = isSloppy() ? custodian() : present.organisation
        let isNew = source.chance(1, in: 3)
        let isSameKey = source.chance(1, in: isNew ? 15 : 2)
        let key: PublicKey = isSloppy() ? anyone() : isSameKey ? present.key : fresh()
        let enrol = Enrol(
            organisation: name, member: key, role: isNew ? source.pick(Role.allCases) : present.role,
            recipientHash: fresh(), certificateHash: fresh(),
            expires: source.chance(1, in: 4) ? end(within: Limits.enrolmentSecondsMax) : now + 3_000 * 86_400,
            suite: source.chance(1, in: 3) ? .classical : .hybrid, replaces: isNew ? nil : present.key)
        return Draft(says: .enrol(enrol), signer: root(of: name), approvers: isSloppy() ? [] : [key])
    }

    private mutating func retire() -> Draft {
        let present = member()
        let name = isSloppy() ? custodian() : present.organisation
        return Draft(
            says: .retire(Retire(organisation: name, member: isSloppy() ? anyone() : present.key)),
            signer: root(of: name))
    }

    // MARK: Records

    private mutating func deposit() -> Draft {
        let name = isSloppy() ? source.pick(history.organisations) : custodian()
        let isCustodial = source.chance(1, in: 4)
        let deposit = Deposit(
            organisation: name, record: isSloppy() ? choose(records) ?? fresh() : fresh(),
            permit: isCustodial ? nil : permit(for: name), recipientHash: fresh(), descriptor: fresh(),
            ownerEnvelope: isCustodial ? nil : fresh(), custodianEnvelope: fresh(),
            manifest: fresh(), root: fresh(),
            suite: source.chance(1, in: 3) ? .classical : .hybrid,
            custodial: isCustodial ? source.pick(CustodialReason.allCases) : nil, additionsHash: fresh())
        return Draft(says: .deposit(deposit), signer: member(of: name, .clinician, .gateway).key)
    }

    private mutating func append() -> Draft {
        let appending = grants.filter { $0.terms.kind == .append }
        if source.chance(2, in: 3), let grant = choose(isSloppy() ? grants : appending) {
            let handle = isSloppy() ? record().0 : grant.terms.record
            let name = isSloppy() ? custodian() : grant.terms.organisation
            let append = Append(
                organisation: name, record: handle, grant: isSloppy() ? fresh() : grant.id,
                after: history.record(handle)?.parts.last?.id ?? fresh(), descriptor: fresh(),
                manifest: fresh(), root: fresh(), recipientHash: fresh(), envelope: fresh())
            let signer = grant.terms.grantee ?? member(of: name, grant.terms.role ?? .clinician).key
            return Draft(says: .append(append), signer: isSloppy() ? member(of: name).key : signer)
        }
        let (handle, record) = record { $0.owner(at: 0) != nil }
        let name = custodian(of: record) { $0.isNewest }
        let old = isSloppy() ? record?.parts.last : nil
        let append = Append(
            organisation: name, record: handle,
            after: isSloppy() ? fresh() : record?.parts.last?.id ?? fresh(), descriptor: fresh(),
            manifest: old?.manifest ?? fresh(), root: isSloppy() ? old?.root ?? fresh() : fresh(),
            recipientHash: isSloppy() ? record?.keys.last ?? fresh() : fresh(), envelope: fresh())
        return Draft(
            says: .append(append), signer: member(of: name, .clinician, .gateway).key,
            approvers: owner(of: record).map { [$0] } ?? [])
    }

    private mutating func reseal() -> Draft {
        let now = now
        let (handle, record) = record { $0.owner(at: 0) != nil && !$0.awaitsOwner(at: now) }
        let name = custodian(of: record) { $0.isNewest }
        var live = grants.filter { $0.terms.record == handle }.filter { grant in
            record?.grant(grant.id).map {
                !$0.isRevoked && record?.hasLapsed(grant.id, at: now) == false && now < $0.terms.notAfter
                    && $0.terms.kind != .append && $0.isForAll
            } ?? false
        }
        if isSloppy() { live += grants.suffix(1) }
        var proxies = Set(delegations.filter { $0.record == handle }.map(\.delegate)).filter { key in
            record?.isDelegated(to: key, at: now) == true
                && record?.delegation(key)?.terms.scope.allowsReading == true
        }
        if isSloppy() { proxies.formUnion(delegations.suffix(1).map(\.delegate)) }
        let suite = record?.suite ?? .hybrid
        let reseal = Reseal(
            organisation: name, record: handle, recipientHash: fresh(),
            suite: isSloppy() ? .classical : source.chance(1, in: 3) ? .hybrid : suite, descriptor: fresh(),
            ownerEnvelope: fresh(), custodianEnvelope: fresh(),
            manifest: isSloppy() ? record?.parts.last?.manifest ?? fresh() : fresh(), root: fresh(),
            grants: Set(live.map(\.id)).sorted().map { Rewrapped(of: $0, envelope: fresh()) },
            delegates: proxies.sorted().map { Rewrapped(of: $0, envelope: fresh()) }, additionsHash: fresh())
        return Draft(
            says: .reseal(reseal), signer: member(of: name, .clinician, .gateway).key,
            approvers: owner(of: record).map { [$0] } ?? [])
    }

    // MARK: Transfers

    /// A release under a grant to take the record over, mostly one of which something is still to be said.
    private mutating func transfer(
        where suits: (ModelRecord, StatementID, Grant) -> Bool
    ) -> (id: StatementID, terms: Release, record: ModelRecord?) {
        let (history, grants) = (history, grants)
        let release = choose(releases) { release in
            guard let grant = grants.first(where: { $0.id == release.terms.grant })?.terms,
                grant.kind == .transfer,
                let record = history.record(release.terms.record), !record.isRemoved
            else { return false }
            return suits(record, release.id, grant)
        }
        if let release { return (release.id, release.terms, history.record(release.terms.record)) }
        let (handle, record) = record()
        return (fresh(), Release(record: handle, custodian: custodian()), record)
    }

    private mutating func dispatch() -> Draft {
        let (id, release, record) = transfer { record, id, _ in !record.isDispatched(id) }
        let name = isSloppy() ? custodian() : release.custodian
        let dispatch = Dispatch(
            organisation: name, record: release.record, grant: release.grant ?? fresh(),
            release: isSloppy() ? fresh() : id,
            contents: isSloppy() ? fresh() : record?.parts.last?.id ?? fresh())
        return Draft(
            says: .dispatch(dispatch), signer: member(of: name, .clinician, .registrar, .gateway).key)
    }

    private mutating func acknowledge() -> Draft {
        let now = now
        let (id, release, record) = transfer { record, _, grant in
            now < grant.notAfter && record.copy(of: grant.organisation)?.isNewest != true
        }
        let granted = grants.first { $0.id == release.grant }?.terms
        let name = isSloppy() ? custodian() : granted?.organisation ?? custodian()
        let acknowledge = Acknowledge(
            organisation: name, record: isSloppy() ? self.record().0 : release.record,
            grant: release.grant ?? fresh(),
            release: isSloppy() ? fresh() : id,
            contents: isSloppy() ? fresh() : record?.parts.last?.id ?? fresh(), ownerEnvelope: fresh(),
            custodianEnvelope: fresh())
        return Draft(says: .acknowledge(acknowledge), signer: member(of: name, .clinician, .gateway).key)
    }

    // MARK: Ends of records

    private mutating func adopt() -> Draft {
        let now = now
        let (handle, record) = record { $0.owner(at: now) == nil }
        let name = custodian(of: record)
        let adopt = Adopt(
            organisation: name, record: handle, permit: permit(for: name), ownerEnvelope: fresh())
        return Draft(says: .adopt(adopt), signer: member(of: name, .clinician, .registrar, .gateway).key)
    }

    private mutating func remove() -> Draft {
        let (handle, record) = record()
        return Draft(says: .remove(Remove(record: handle)), signer: owner(of: record) ?? anyone())
    }

    private mutating func attestErasure() -> Draft {
        // Of those that were removed or sealed anew, as a rule.
        let history = history
        let handle =
            choose(records) { handle in
                let facts = history.record(handle)?.facts ?? []
                return facts.contains { $0.says.kind == .remove || $0.says.kind == .reseal }
            } ?? fresh()
        let name = custodian(of: history.record(handle)) { $0.owesErasure || !$0.isOfThisSealing }
        return Draft(
            says: .attestErasure(AttestErasure(organisation: name, record: handle)),
            signer: member(of: name, .clinician, .registrar, .gateway).key)
    }

    private mutating func hold() -> Draft {
        let handle = source.chance(1, in: 4) ? choose(records) ?? fresh() : record().0
        let name = custodian(of: history.record(handle))
        let isLifted = source.chance(1, in: 3)
        let hold = Hold(
            organisation: name, record: handle, reason: source.pick(HoldReason.allCases),
            until: isLifted ? nil : end(within: Limits.holdSecondsMax))
        return Draft(says: .hold(hold), signer: member(of: name, .registrar).key)
    }
}
