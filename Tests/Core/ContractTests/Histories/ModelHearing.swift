import Contract

/// One statement before the model: every objection that holds is collected, in whatever order; the lowest is
/// the answer.
struct ModelHearing {
    let history: ModelHistory
    let said: VerifiedStatement
    let now: LedgerTime
    private var objections: Set<UInt64> = []

    private init(_ said: VerifiedStatement, at now: LedgerTime, in history: ModelHistory) {
        (self.said, self.now, self.history) = (said, now, history)
    }

    /// Why the statement would be refused; nil when it would be accepted.
    static func objection(
        to said: VerifiedStatement, at now: LedgerTime, in history: ModelHistory
    ) -> RejectionCode? {
        var hearing = ModelHearing(said, at: now, in: history)
        hearing.hear()
        return hearing.objections.min().flatMap(RejectionCode.init)
    }

    var caller: PublicKey { said.caller }

    mutating func object(_ code: RejectionCode, if wrong: Bool) {
        if wrong { objections.insert(code.rawValue) }
    }

    /// What cannot be found is objected to; what there is is looked at.
    mutating func found<Thing>(_ thing: Thing?, else code: RejectionCode) -> Thing? {
        object(code, if: thing == nil)
        return thing
    }

    private mutating func hear() {
        object(.replayed, if: history.wasSaid(said))
        let end = said.statement.validUntil
        object(.stale, if: now >= end)
        object(.validityTooLong, if: end > now + Limits.validitySecondsMax)
        switch said.assertion {
        case .admit(let it): hear(it)
        case .suspend(let it): hear(it)
        case .rotateRoot(let it): hear(it)
        case .enrol(let it): hear(it)
        case .retire(let it): hear(it)
        case .deposit(let it): hear(it)
        case .append(let it): hear(it)
        case .reseal(let it): hear(it)
        case .dispatch(let it): hear(it)
        case .acknowledge(let it): hear(it)
        case .adopt(let it): hear(it)
        case .remove(let it): hear(it)
        case .attestErasure(let it): hear(it)
        case .hold(let it): hear(it)
        case .request(let it): hear(it)
        case .route(let it): hear(it)
        case .answer(let it): hear(it)
        case .grant(let it): hear(it)
        case .revoke(let it): hear(it)
        case .delegate(let it): hear(it)
        case .undelegate(let it): hear(it)
        case .instruct(let it): hear(it)
        case .reassign(let it): hear(it)
        case .veto(let it): hear(it)
        case .release(let it): hear(it)
        case .emergency(let it): hear(it)
        case .review(let it): hear(it)
        }
    }

    // MARK: Who speaks

    mutating func takesPart(_ name: OrganisationName) -> ModelHistory.Organisation? {
        let organisation = found(history.organisation(name), else: .organisationUnknown)
        object(.organisationSuspended, if: organisation?.takesPart == false)
        return organisation
    }

    /// The caller speaks for `name`. Whoever names no kinds means all.
    @discardableResult
    mutating func isMember(
        of name: OrganisationName, custodian: Bool = false, as roles: Set<Role> = Set(Role.allCases)
    ) -> ModelHistory.Member? {
        let organisation = takesPart(name)
        object(.organisationKindNotAllowed, if: custodian && organisation?.kind.isCustodian == false)
        guard let member = found(history.member(caller), else: .memberUnknown) else { return nil }
        object(.memberOfOtherOrganisation, if: member.enrolled.organisation != name)
        object(.memberRetired, if: member.isRetired)
        object(.memberExpired, if: now >= member.enrolled.expires)
        object(.roleNotAllowed, if: !roles.contains(member.enrolled.role))
        return member
    }

    /// A member of an organisation that takes part, there now.
    func present(_ key: PublicKey, of name: OrganisationName) -> (ModelHistory.Organisation, Enrol)? {
        guard let organisation = history.organisation(name), organisation.takesPart,
            let member = history.member(key), member.isActive(at: now), member.enrolled.organisation == name
        else { return nil }
        return (organisation, member.enrolled)
    }

    func agrees(_ key: PublicKey) -> Bool { said.statement.approvals.contains { $0.key == key } }

    /// More than half of those who take part agree, one of them being the caller, and so do new keys.
    mutating func isAgreed(by names: [OrganisationName], newKeys: [PublicKey] = []) {
        let roots = names.compactMap { takesPart($0)?.root }
        object(.notTheRoot, if: !roots.contains(caller))
        for key in roots + newKeys {
            object(.approvalMissing, if: key != caller && !agrees(key))
        }
        object(.tooFewRoots, if: 2 * Set(roots).count <= history.activeOrganisations)
    }

    mutating func isRoot(of name: OrganisationName) {
        let organisation = takesPart(name)
        object(.notTheRoot, if: organisation.map { $0.root != caller } ?? false)
    }

    /// A one-time key of a patient's, given to `name` and not used for anything.
    mutating func bringsPermit(for name: OrganisationName) {
        guard let permit = found(said.permit, else: .permitMissing) else { return }
        object(.permitForOtherOrganisation, if: permit.organisation != name)
        object(.permitExpired, if: now >= permit.notAfter)
        object(.permitUsed, if: history.isUsedUp(permit.key))
        object(.keyNotOneTime, if: history.hasPart(permit.key))
    }

    // MARK: The record

    /// `atAnyTime`: what ends something is heard even when the ledger's clock was ahead before.
    mutating func record(_ handle: RecordHandle, atAnyTime: Bool = false) -> ModelRecord? {
        let record = found(history.record(handle), else: .recordUnknown)
        object(.clockBehindRecord, if: !atAnyTime && record.map { now < $0.seen } ?? false)
        return record
    }

    func isOwner(of record: ModelRecord) -> Bool { record.owner(at: now) == caller }

    mutating func mustOwn(_ record: ModelRecord) { object(.notTheOwner, if: !isOwner(of: record)) }

    /// The owner, or who stands in for the owner in this. Nil for the owner.
    @discardableResult
    mutating func speaksFor(_ record: ModelRecord, in scope: KeyPath<DelegateScope, Bool>) -> ModelRecord
        .Delegation?
    {
        if isOwner(of: record) { return nil }
        guard let delegation = found(record.delegation(caller), else: .notTheOwner) else { return nil }
        object(.delegationEnded, if: record.isOver(delegation, at: now))
        object(.delegationTooNarrow, if: !delegation.terms.scope[keyPath: scope])
        return delegation
    }

    /// The owner has signed this very statement too.
    mutating func ownerAgrees(_ record: ModelRecord) {
        object(.consentMissing, if: record.owner(at: now).map { !agrees($0) } ?? true)
    }

    mutating func mustBeThere(_ record: ModelRecord) { object(.recordRemoved, if: record.isRemoved) }

    /// A grant of this record and one of `kinds`; nil where there is none to look at.
    mutating func grant(
        _ id: StatementID, of record: ModelRecord, _ handle: RecordHandle, kinds: Set<GrantKind>
    ) -> ModelRecord.Granted? {
        guard case .grant(let terms)? = history.fact(id)?.says else {
            object(.grantUnknown, if: true)
            return nil
        }
        object(.grantForOtherRecord, if: terms.record != handle)
        object(.grantOfOtherKind, if: !kinds.contains(terms.kind))
        return record.grant(id)
    }

    mutating func isInForce(_ granted: ModelRecord.Granted) {
        object(.grantRevoked, if: granted.isRevoked)
        object(.grantNotYetValid, if: now < granted.terms.notBefore)
        object(.grantExpired, if: now >= granted.terms.notAfter)
    }

    /// The caller uses the grant, which must have a use left.
    mutating func uses(
        _ granted: ModelRecord.Granted, _ member: ModelHistory.Member?, of record: ModelRecord
    ) {
        let terms = granted.terms
        let isNamed = terms.grantee.map { $0 == caller } ?? (terms.role == member?.enrolled.role)
        object(.notTheGrantee, if: !isNamed || terms.organisation != member?.enrolled.organisation)
        isInForce(granted)
        object(.releasesUsedUp, if: granted.uses >= terms.releases)
        object(.grantLapsed, if: record.hasLapsed(granted.id, at: now))
    }
}
