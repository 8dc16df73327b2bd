/// What the contract makes of a statement.
public enum Decision: Hashable, Sendable {
    /// The writes in a fixed order, the statement's own mark first.
    case accepted([Write])
    case rejected(RejectionCode)
}

/// Decides on one statement: the whole rule book, pure and deterministic (design, section 4).
///
/// `reads` holds the present values of exactly `statement.readKeys`; a key without a value is absent. `time`
/// is the ledger's, in seconds. Of several reasons to refuse the lowest code is given.
public func decide(_ statement: VerifiedStatement, at time: LedgerTime, reads: [StateKey: [UInt8]])
    -> Decision
{
    let before = Case(statement: statement, time: time, reads: reads)
    do throws(RejectionCode) {
        return .accepted([before.mark] + (try before.writes()))
    } catch {
        return .rejected(error)
    }
}

extension VerifiedStatement {
    /// Every key of the state that the decision may look at; computed from the statement alone.
    public var readKeys: [StateKey] {
        var keys = [StateKey.statement(id)]
        func member(_ organisation: OrganisationName) {
            keys += [.organisation(organisation), .member(caller)]
        }
        switch assertion {
        case .enrol(let it): keys += [.organisation(it.organisation), .member(it.member), .permit(it.member)]
        case .retire(let it): keys += [.organisation(it.organisation), .member(it.member)]
        case .deposit(let it):
            member(it.organisation)
            if let permit { keys += [.permit(permit.key), .member(permit.key)] }
            keys += [.record(it.record)]
        case .request(let it):
            member(it.organisation)
            keys += [.organisation(it.custodian)]
        case .route(let it):
            member(it.organisation)
            if let permit { keys += [.permit(permit.key), .member(permit.key)] }
            keys += [.request(it.request)]
        case .answer(let it): keys += [.request(it.request)]
        case .grant(let it):
            keys += [
                .record(it.record), .clock(it.record), .organisation(it.organisation), .member(it.grantee),
            ]
            if let request = it.request { keys += [.request(request)] }
        case .revoke(let it): keys += [.record(it.record), .clock(it.record), .grant(it.grant)]
        case .release(let it):
            if let organisation = it.organisation { member(organisation) }
            keys += [.record(it.record), .clock(it.record), .custody(it.record, it.custodian)]
            if let grant = it.grant { keys += [.grant(grant)] }
        case .acknowledge(let it):
            member(it.organisation)
            keys += [
                .record(it.record), .clock(it.record), .custody(it.record, it.organisation), .grant(it.grant),
                .release(it.release),
            ]
        }
        return keys
    }
}

/// One statement before the contract. Each check throws the code it stands for; checks stand in the order of
/// their codes.
struct Case {
    let statement: VerifiedStatement
    let time: LedgerTime
    let reads: [StateKey: [UInt8]]

    var mark: Write {
        write(.statement(statement.id), StatementState(kind: statement.assertion.kind, time: time))
    }

    func writes() throws(RejectionCode) -> [Write] {
        try require(reads[.statement(statement.id)] == nil, .replayed)
        try require(time < statement.statement.validUntil, .stale)
        try require(statement.statement.validUntil - time <= Limits.validitySecondsMax, .validityTooLong)
        switch statement.assertion {
        case .enrol(let enrol): return try self.enrol(enrol)
        case .retire(let retire): return try self.retire(retire)
        case .deposit(let deposit): return try self.deposit(deposit)
        case .request(let request): return try self.request(request)
        case .route(let route): return try self.route(route)
        case .answer(let answer): return try self.answer(answer)
        case .grant(let grant): return try self.grant(grant)
        case .revoke(let revoke): return try self.revoke(revoke)
        case .release(let release): return try self.release(release)
        case .acknowledge(let acknowledge): return try self.acknowledge(acknowledge)
        }
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

    /// The permit that the statement carries: for `name`, in force, never used, not a member's key.
    func permit(for name: OrganisationName) throws(RejectionCode) -> Permit {
        guard let permit = statement.permit else { throw .permitMissing }
        try require(permit.organisation == name, .permitForOtherOrganisation)
        try require(time < permit.notAfter, .permitExpired)
        try require(reads[.permit(permit.key)] == nil, .permitUsed)
        return permit
    }

    /// The record, at a time that is not before what it has seen.
    func record(_ handle: RecordHandle) throws(RejectionCode) -> RecordState {
        let record = try value(.record(handle), as: RecordState.self, else: .recordUnknown)
        let clock: ClockState? = value(.clock(handle))
        try require(clock.map { $0.seen <= time } ?? true, .clockBehindRecord)
        return record
    }

    /// The record has now seen this time; a later one that it saw before stays.
    func clock(_ handle: RecordHandle) -> Write {
        let clock: ClockState? = value(.clock(handle))
        return write(.clock(handle), ClockState(seen: max(clock?.seen ?? 0, time)))
    }
}
