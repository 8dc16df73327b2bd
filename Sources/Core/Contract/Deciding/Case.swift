/// What the contract makes of a statement.
public enum Decision: Hashable, Sendable {
    /// The writes in a fixed order, the statement's own mark first.
    case accepted([Write])
    case rejected(RejectionCode)
}

/// Decides on one statement: the whole rule book, pure and deterministic.
///
/// `reads` holds the present values of `statement.readKeys`. `time` is the ledger's, in seconds. Of several
/// reasons to refuse the lowest code is given.
public func decide(_ statement: VerifiedStatement, at time: LedgerTime, reads: Reads) -> Decision {
    var before = Case(statement: statement, time: time, reads: reads)
    do throws(RejectionCode) {
        try before.requireNew()
        return .accepted([before.mark] + (try statement.assertion.open(&before)))
    } catch {
        return .rejected(error)
    }
}

/// One statement before the contract. Each check throws the code it stands for; checks stand in the order of
/// their codes.
struct Case: ContentVisitor {
    let statement: VerifiedStatement
    let time: LedgerTime
    let reads: Reads

    var mark: Write {
        write(.statement(statement.id), StatementState(kind: statement.assertion.kind, time: time))
    }

    /// What is asked of every statement, whatever its kind.
    func requireNew() throws(RejectionCode) {
        try require(reads[.statement(statement.id)] == nil, .replayed)
        try require(time < statement.statement.validUntil, .stale)
        try require(statement.statement.validUntil - time <= Limits.validitySecondsMax, .validityTooLong)
    }

    /// Decides by the rule of the statement's kind.
    func visit<Content: StatementContent>(_ it: Content) throws(RejectionCode) -> [Write] {
        try it.writes(self)
    }

    // MARK: What every rule is made of

    func require(_ holds: Bool, _ code: RejectionCode) throws(RejectionCode) {
        guard holds else { throw code }
    }

    func value<Value: StateValue>(_ key: StateKey, as type: Value.Type = Value.self) -> Value? {
        guard let bytes = reads[key] else { return nil }
        guard let value = Value(bytes: bytes) else { preconditionFailure("damaged state") }
        return value
    }

    func value<Value: StateValue>(
        _ key: StateKey, as type: Value.Type = Value.self, else code: RejectionCode
    ) throws(RejectionCode) -> Value {
        guard let value: Value = value(key) else { throw code }
        return value
    }

    func write(_ key: StateKey, _ value: some StateValue) -> Write { Write(key: key, value: value.encoded()) }

    // MARK: Who speaks

    /// The organisation, active.
    func organisation(_ name: OrganisationName) throws(RejectionCode) -> OrganisationState {
        let organisation = try value(
            .organisation(name), as: OrganisationState.self, else: .organisationUnknown)
        try require(!organisation.suspended, .organisationSuspended)
        return organisation
    }

    /// The caller, an active member of `name`, an organisation of one of `kinds`, in one of `roles`.
    func caller(
        of name: OrganisationName, kinds: [OrganisationKind] = OrganisationKind.allCases,
        roles: [Role] = Role.allCases
    ) throws(RejectionCode) -> (organisation: OrganisationState, member: MemberState) {
        let organisation = try organisation(name)
        let member = try value(.member(statement.caller), as: MemberState.self, else: .memberUnknown)
        try require(member.organisation == name, .memberOfOtherOrganisation)
        try require(!member.retired, .memberRetired)
        try require(time < member.expires, .memberExpired)
        try require(kinds.contains(organisation.kind), .organisationKindNotAllowed)
        try require(roles.contains(member.role), .roleNotAllowed)
        return (organisation, member)
    }

    /// The caller, a member of a hospital or laboratory.
    func custodian(_ name: OrganisationName, roles: [Role]) throws(RejectionCode) {
        _ = try caller(of: name, kinds: OrganisationKind.allCases.filter { $0.isCustodian }, roles: roles)
    }

    /// The member of `key` and its organisation `name`, if both are active.
    func activeMember(
        _ key: PublicKey, of name: OrganisationName
    ) -> (organisation: OrganisationState, member: MemberState)? {
        guard let organisation: OrganisationState = value(.organisation(name)), !organisation.suspended,
            let member: MemberState = value(.member(key)), member.organisation == name, !member.retired,
            time < member.expires
        else { return nil }
        return (organisation, member)
    }

    /// Another than the caller has agreed: an active member of `name`, an organisation of one of `kinds`, in
    /// one of `roles`.
    func approver(
        _ key: PublicKey, of name: OrganisationName, kinds: [OrganisationKind], roles: [Role]
    ) throws(RejectionCode) {
        try require(statement.isApproved(by: key), .approvalMissing)
        guard key != statement.caller, let (organisation, member) = activeMember(key, of: name),
            kinds.contains(organisation.kind), roles.contains(member.role)
        else { throw .approverNotAllowed }
    }

    /// The permit that the statement carries: for `name`, in force, never used, not a member's key.
    func permit(for name: OrganisationName) throws(RejectionCode) -> Permit {
        guard let permit = statement.permit else { throw .permitMissing }
        try require(permit.organisation == name, .permitForOtherOrganisation)
        try require(time < permit.notAfter, .permitExpired)
        try require(reads[.permit(permit.key)] == nil, .permitUsed)
        return permit
    }

    /// The key has no part in the network yet: it is no member's, no patient's, no root's, no validator's and
    /// not the ledger's.
    func requireNoPart(_ key: PublicKey) throws(RejectionCode) {
        try require(
            reads[.member(key)] == nil && reads[.permit(key)] == nil && reads[.networkKey(key)] == nil,
            .keyNotOneTime)
    }

    /// More than half of the organisations agree, each by its root, and whoever has `newKeys` does; the
    /// caller is one of the roots.
    func endorsed(
        by names: [OrganisationName], and newKeys: [PublicKey] = []
    ) throws(RejectionCode) -> NetworkState {
        guard let network: NetworkState = value(.network) else { preconditionFailure("damaged state") }
        var roots = [PublicKey]()
        for name in names {
            roots.append(
                try value(.organisation(name), as: OrganisationState.self, else: .organisationUnknown).root)
        }
        for name in names { _ = try organisation(name) }
        try require(roots.contains(statement.caller), .notTheRoot)
        for key in roots + newKeys where key != statement.caller {
            try require(statement.isApproved(by: key), .approvalMissing)
        }
        // A root that two organisations have come to share counts once.
        try require(UInt64(Set(roots).count) >= network.majority, .tooFewRoots)
        return network
    }

    // MARK: The record

    /// The record, at a time that is not before what it has seen.
    func record(_ handle: RecordHandle) throws(RejectionCode) -> RecordState {
        let record = try value(.record(handle), as: RecordState.self, else: .recordUnknown)
        let clock: ClockState? = value(.clock(handle))
        try require(clock.map { $0.seen <= time } ?? true, .clockBehindRecord)
        return record
    }

    /// The record, whatever its clock says: a statement that was stamped ahead must not hold off an end that
    /// its owner orders.
    func recordAtAnyTime(_ handle: RecordHandle) throws(RejectionCode) -> RecordState {
        try value(.record(handle), as: RecordState.self, else: .recordUnknown)
    }

    /// The record has now seen this time; a later one that it saw before stays.
    func clock(_ handle: RecordHandle) -> Write {
        write(.clock(handle), ClockState(seen: moment(of: handle)))
    }

    /// The latest time that the record has seen, this one included: by it goes who owns the record, so that
    /// no clock that is set back gives it back to who owned it before.
    func moment(of handle: RecordHandle) -> LedgerTime {
        let clock: ClockState? = value(.clock(handle))
        return max(clock?.seen ?? 0, time)
    }

    /// What this statement brings to the record.
    func part(descriptor: Digest, manifest: Digest, root: Digest) -> RecordPart {
        RecordPart(statement: statement.id, descriptor: descriptor, manifest: manifest, root: root)
    }

    /// The owner has agreed to this very statement.
    func requireConsent(of record: RecordState) throws(RejectionCode) {
        guard let owner = record.owner(at: time), statement.isApproved(by: owner) else {
            throw .consentMissing
        }
    }

    /// What `name` keeps of the record.
    func custody(
        _ handle: RecordHandle, of name: OrganisationName
    ) throws(RejectionCode) -> CustodyState {
        let custody = try value(.custody(handle, name), as: CustodyState.self, else: .notACustodian)
        try require(custody.erased == nil, .notACustodian)
        return custody
    }

    func requireOwner(of record: RecordState, _ handle: RecordHandle) throws(RejectionCode) {
        try require(record.owner(at: moment(of: handle)) == statement.caller, .notTheOwner)
    }

    /// Nil when the caller is the owner; otherwise the delegation by which it acts, which may be over.
    func delegation(for record: RecordState, _ handle: RecordHandle) throws(RejectionCode) -> DelegationState?
    {
        if record.owner(at: moment(of: handle)) == statement.caller { return nil }
        return try delegated(to: statement.caller, of: record, handle, else: .notTheOwner)
    }

    /// The delegation to `key`, which may be over: one that an earlier owner gave ended with the ownership.
    func delegated(
        to key: PublicKey, of record: RecordState, _ handle: RecordHandle, else code: RejectionCode
    ) throws(RejectionCode) -> DelegationState {
        var delegation = try value(.delegation(handle, key), as: DelegationState.self, else: code)
        if delegation.owner != record.owner(at: moment(of: handle)) { delegation.ended = true }
        return delegation
    }

    /// The delegation is in force and covers what is done.
    func require(
        _ delegation: DelegationState?, allows: (DelegateScope) -> Bool
    ) throws(RejectionCode) {
        guard let delegation else { return }
        try require(!delegation.isOver(at: time), .delegationEnded)
        try require(allows(delegation.scope), .delegationTooNarrow)
    }
}
