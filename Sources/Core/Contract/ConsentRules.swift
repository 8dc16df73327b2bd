// One function a kind of statement. Every `require` is a line of the decision tables in ContractTests.

extension Case {
    func request(_ it: Request) throws(RejectionCode) -> [Write] {
        let (organisation, _) = try caller(
            of: it.organisation, roles: [.clinician, .registrar, .gateway, .officer])
        let custodian = try value(
            .organisation(it.custodian), as: OrganisationState.self, else: .custodianUnknown)
        try require(custodian.kind.isCustodian && !custodian.suspended, .custodianUnknown)
        try require(time < it.notAfter && it.notAfter - time <= Limits.requestSecondsMax, .expiryInvalid)
        try require(
            it.purpose == .removal
                ? it.organisation == it.custodian : it.purpose.isOpen(to: organisation.kind),
            .purposeNotAllowed)
        let request = RequestState(
            requester: statement.caller, organisation: it.organisation, custodian: it.custodian,
            purpose: it.purpose, notAfter: it.notAfter, stage: .open, answeringKey: nil)
        return [write(.request(statement.id), request)]
    }

    func route(_ it: Route) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let permit = try permit(for: it.organisation)
        var request = try value(.request(it.request), as: RequestState.self, else: .requestUnknown)
        try require(request.custodian == it.organisation, .requestOfOtherCustodian)
        try require(request.stage == .open, .requestAlreadyRouted)
        try require(time < request.notAfter, .requestExpired)
        try require(reads[.member(permit.key)] == nil, .keyNotOneTime)
        request.stage = .routed
        request.answeringKey = permit.key
        return [
            write(.permit(permit.key), PermitState(use: .request(it.request))),
            write(.request(it.request), request),
        ]
    }

    func answer(_ it: Answer) throws(RejectionCode) -> [Write] {
        var request = try value(.request(it.request), as: RequestState.self, else: .requestUnknown)
        try require(request.stage != .open, .requestNotRouted)
        try require(request.answeringKey == statement.caller, .notTheAnsweringKey)
        try require(request.stage == .routed, .requestAlreadyAnswered)
        try require(time < request.notAfter, .requestExpired)
        request.stage = it.verdict == .approved ? .approved : .rejected
        return [write(.request(it.request), request)]
    }

    func grant(_ it: Grant) throws(RejectionCode) -> [Write] {
        let record = try record(it.record)
        let delegation = try delegation(for: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        try require(delegation, allows: { $0.allowsDeciding })
        if let id = it.request {
            let request = try value(.request(id), as: RequestState.self, else: .requestUnknown)
            try require(request.stage != .open, .requestNotRouted)
            try require(request.stage == .routed, .requestAlreadyAnswered)
            try require(time < request.notAfter, .requestExpired)
            try require(
                request.organisation == it.organisation
                    && (it.grantee ?? request.requester) == request.requester,
                .requestOfOtherMember)
            try require(request.purpose == it.purpose, .purposeDiffers)
        }
        let organisation = try value(
            .organisation(it.organisation), as: OrganisationState.self, else: .granteeUnknown)
        try require(!organisation.suspended, .granteeUnknown)
        var member: MemberState?
        if let grantee = it.grantee {
            member = activeMember(grantee, of: it.organisation)?.member
            try require(member != nil, .granteeUnknown)
        }
        try require(it.kind == .read || organisation.kind.isCustodian, .grantOfOtherKind)
        try require(it.notBefore < it.notAfter && time < it.notAfter, .expiryInvalid)
        let isInsurer = organisation.kind == .insurer
        let longest = isInsurer ? Limits.insurerGrantSecondsMax : Limits.grantSecondsMax
        try require(it.notAfter - min(it.notBefore, time) <= longest, .grantTooWide)
        try require(it.notAfter <= delegation?.notAfter ?? it.notAfter, .grantTooWide)
        try require((1...Limits.releasesPerGrantMax).contains(it.releases), .grantTooWide)
        try require(it.role == nil || !isInsurer, .grantTooWide)
        try require(it.purpose.isOpen(to: organisation.kind), .purposeNotAllowed)
        try require(it.kind == .append || (member?.suite ?? record.suite) >= record.suite, .suiteTooWeak)
        let grant = GrantState(
            record: it.record, organisation: it.organisation, grantee: it.grantee, role: it.role,
            kind: it.kind, purpose: it.purpose, notBefore: it.notBefore, notAfter: it.notAfter,
            releasesAllowed: it.releases, releasesUsed: 0, envelope: it.envelope, sealing: record.sealing,
            revoked: false)
        return [write(.grant(statement.id), grant), clock(it.record)]
    }

    func revoke(_ it: Revoke) throws(RejectionCode) -> [Write] {
        let record = try recordAtAnyTime(it.record)
        let delegation = try delegation(for: record, it.record)
        try require(delegation, allows: { $0.allowsDeciding })
        var grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(!grant.revoked, .grantRevoked)
        grant.revoked = true
        return [write(.grant(it.grant), grant), clock(it.record)]
    }

    /// A grant that the caller may use now: of this record and one of `kinds`, for the caller, in its time,
    /// not used up. Whoever uses it counts it.
    func usable(
        _ id: StatementID, of handle: RecordHandle, kinds: [GrantKind]
    ) throws(RejectionCode) -> GrantState {
        let grant = try value(.grant(id), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == handle, .grantForOtherRecord)
        try require(kinds.contains(grant.kind), .grantOfOtherKind)
        guard let member: MemberState = value(.member(statement.caller)),
            grant.names(statement.caller, of: member.organisation, in: member.role)
        else { throw .notTheGrantee }
        if let refusal = grant.refusal(at: time) { throw refusal }
        try require(grant.releasesUsed < grant.releasesAllowed, .releasesUsedUp)
        return grant
    }

    func delegate(_ it: Delegate) throws(RejectionCode) -> [Write] {
        let record = try record(it.record)
        try requireOwner(of: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        try require(time < it.notAfter && it.notAfter - time <= Limits.delegationSecondsMax, .expiryInvalid)
        try require(
            it.delegate != statement.caller && reads[.member(it.delegate)] == nil, .keyNotOneTime)
        let delegation = DelegationState(
            owner: statement.caller, scope: it.scope, notAfter: it.notAfter, envelope: it.envelope,
            sealing: record.sealing)
        return [write(.delegation(it.record, it.delegate), delegation), clock(it.record)]
    }

    func undelegate(_ it: Undelegate) throws(RejectionCode) -> [Write] {
        let record = try recordAtAnyTime(it.record)
        try requireOwner(of: record, it.record)
        var delegation = try delegated(to: it.delegate, of: record, it.record, else: .delegationEnded)
        try require(!delegation.isOver(at: time), .delegationEnded)
        delegation.ended = true
        return [write(.delegation(it.record, it.delegate), delegation), clock(it.record)]
    }

    func instruct(_ it: Instruct) throws(RejectionCode) -> [Write] {
        var record = try record(it.record)
        try requireOwner(of: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        record.emergencies = it.emergencies
        return [write(.record(it.record), record), clock(it.record)]
    }

    func reassign(_ it: Reassign) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.registrar, .gateway])
        try approver(
            it.second, of: it.secondOrganisation, kinds: [.hospital, .laboratory, .auditor, .authority],
            roles: [.registrar, .officer, .auditor])
        try require(it.secondOrganisation != it.organisation, .approverNotAllowed)
        let permit = try permit(for: it.organisation)
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try require(record.removed == nil, .recordRemoved)
        try require(reads[.member(permit.key)] == nil, .keyNotOneTime)
        try require(record.owner != nil, .recordNotOwned)
        try require(custody.sealing == record.sealing, .superseded)
        try require(!record.awaitsReassignment(at: time), .reassignmentPending)
        // One that has taken effect before makes room.
        custody.ownerEnvelope = record.ownerEnvelope(in: custody, of: it.organisation, at: time)
        record.owner = record.owner(at: time)
        record.reassignment = Reassignment(
            owner: permit.key, effective: time.later(by: Limits.reassignmentSeconds),
            custodian: it.organisation, ownerEnvelope: it.ownerEnvelope)
        return [
            write(.permit(permit.key), PermitState(use: .record(it.record))),
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ]
    }

    func veto(_ it: Veto) throws(RejectionCode) -> [Write] {
        var record = try recordAtAnyTime(it.record)
        try requireOwner(of: record, it.record)
        try require(record.awaitsReassignment(at: moment(of: it.record)), .noReassignment)
        record.reassignment = nil
        return [write(.record(it.record), record), clock(it.record)]
    }
}

extension Purpose {
    /// Whether an organisation of this kind may have access for this purpose.
    func isOpen(to kind: OrganisationKind) -> Bool {
        switch self {
        case .claim, .coverage: true
        case .treatment, .research, .legal: kind != .insurer
        case .removal: false
        }
    }
}

extension RecordState {
    /// Whether a reassignment can still be vetoed.
    func awaitsReassignment(at time: LedgerTime) -> Bool {
        reassignment.map { time < $0.effective } ?? false
    }
}
