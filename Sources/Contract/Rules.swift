// One function a kind of statement. Every `require` is a line of the decision tables in ContractTests.

private let custodians = OrganisationKind.allCases.filter(\.isCustodian)

extension Case {
    func enrol(_ it: Enrol) throws(RejectionCode) -> [Write] {
        let organisation = try organisation(it.organisation)
        try require(statement.caller == organisation.root, .notTheRoot)
        try require(reads[.member(it.member)] == nil, .memberExists)
        try require(time < it.expires, .expiryInvalid)
        try require(reads[.permit(it.member)] == nil, .keyNotOneTime)
        let member = MemberState(
            organisation: it.organisation, role: it.role, recipientHash: it.recipientHash,
            certificateHash: it.certificateHash, expires: it.expires, retired: false)
        return [write(.member(it.member), member)]
    }

    func retire(_ it: Retire) throws(RejectionCode) -> [Write] {
        let organisation = try organisation(it.organisation)
        try require(statement.caller == organisation.root, .notTheRoot)
        var member = try value(.member(it.member), as: MemberState.self, else: .memberUnknown)
        try require(member.organisation == it.organisation, .memberOfOtherOrganisation)
        try require(!member.retired, .memberRetired)
        member.retired = true
        return [write(.member(it.member), member)]
    }

    func deposit(_ it: Deposit) throws(RejectionCode) -> [Write] {
        _ = try caller(of: it.organisation, kinds: custodians, roles: [.clinician, .gateway])
        let permit = try permit(for: it.organisation)
        try require(reads[.record(it.record)] == nil, .recordExists)
        try require(reads[.member(permit.key)] == nil, .keyNotOneTime)
        let record = RecordState(
            owner: permit.key, recipientHash: it.recipientHash, descriptor: it.descriptor, files: it.files)
        let custody = CustodyState(ownerEnvelope: it.ownerEnvelope, custodianEnvelope: it.custodianEnvelope)
        return [
            write(.permit(permit.key), PermitState(use: .record(it.record))),
            write(.record(it.record), record),
            clock(it.record), write(.custody(it.record, it.organisation), custody),
        ]
    }

    func request(_ it: Request) throws(RejectionCode) -> [Write] {
        _ = try caller(of: it.organisation, roles: [.clinician, .registrar, .gateway, .officer])
        let custodian = try value(
            .organisation(it.custodian), as: OrganisationState.self, else: .custodianUnknown)
        try require(custodian.kind.isCustodian && !custodian.suspended, .custodianUnknown)
        try require(time < it.notAfter, .expiryInvalid)
        let request = RequestState(
            requester: statement.caller, organisation: it.organisation, custodian: it.custodian,
            purpose: it.purpose,
            notAfter: it.notAfter, stage: .open, answeringKey: nil)
        return [write(.request(statement.id), request)]
    }

    func route(_ it: Route) throws(RejectionCode) -> [Write] {
        _ = try caller(of: it.organisation, kinds: custodians, roles: [.clinician, .registrar, .gateway])
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
        try require(record.owner == statement.caller, .notTheOwner)
        if let id = it.request {
            let request = try value(.request(id), as: RequestState.self, else: .requestUnknown)
            try require(request.stage != .open, .requestNotRouted)
            try require(request.stage == .routed, .requestAlreadyAnswered)
            try require(time < request.notAfter, .requestExpired)
            try require(
                request.requester == it.grantee && request.organisation == it.organisation,
                .requestOfOtherMember)
        }
        let organisation = try value(
            .organisation(it.organisation), as: OrganisationState.self, else: .granteeUnknown)
        let member = try value(.member(it.grantee), as: MemberState.self, else: .granteeUnknown)
        let active = member.organisation == it.organisation && !member.retired && time < member.expires
        try require(active && !organisation.suspended, .granteeUnknown)
        try require(it.kind == .read || organisation.kind.isCustodian, .grantOfOtherKind)
        try require(it.notBefore < it.notAfter && time < it.notAfter, .expiryInvalid)
        let longest = organisation.kind == .insurer ? Limits.insurerGrantSecondsMax : Limits.grantSecondsMax
        try require(it.notAfter - min(it.notBefore, time) <= longest, .grantTooWide)
        try require((1...Limits.releasesPerGrantMax).contains(it.releases), .grantTooWide)
        let grant = GrantState(
            record: it.record, organisation: it.organisation, grantee: it.grantee, kind: it.kind,
            purpose: it.purpose,
            notBefore: it.notBefore, notAfter: it.notAfter, releasesAllowed: it.releases, releasesUsed: 0,
            envelope: it.envelope, revoked: false)
        return [write(.grant(statement.id), grant), clock(it.record)]
    }

    func revoke(_ it: Revoke) throws(RejectionCode) -> [Write] {
        // Whatever the record's clock says: a release that was stamped ahead must not hold off the end.
        let record = try value(.record(it.record), as: RecordState.self, else: .recordUnknown)
        try require(record.owner == statement.caller, .notTheOwner)
        var grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(!grant.revoked, .grantRevoked)
        grant.revoked = true
        return [write(.grant(it.grant), grant), clock(it.record)]
    }

    func release(_ it: Release) throws(RejectionCode) -> [Write] {
        let reader = try it.organisation.map { name throws(RejectionCode) in try caller(of: name) }
        let record = try record(it.record)
        let keeps = reads[.custody(it.record, it.custodian)] != nil
        if reader == nil { try require(record.owner == statement.caller, .notTheOwner) }
        try require(keeps, .notACustodian)
        var writes = [Write]()
        if let id = it.grant, reader != nil {
            var grant = try value(.grant(id), as: GrantState.self, else: .grantUnknown)
            try require(grant.record == it.record, .grantForOtherRecord)
            try require(grant.grantee == statement.caller, .notTheGrantee)
            if let refusal = grant.refusal(at: time) { throw refusal }
            try require(grant.releasesUsed < grant.releasesAllowed, .releasesUsedUp)
            try require(it.basis == nil, .basisNotAllowed)
            grant.releasesUsed += 1
            writes.append(write(.grant(id), grant))
        } else {
            guard let basis = it.basis else { throw .basisMissing }
            try require(it.grant == nil, .basisNotAllowed)
            switch basis {
            case .owner: try require(reader == nil, .basisNotAllowed)
            case .care:
                let allowed: [Role] = [.clinician, .gateway]
                try require(
                    it.organisation == it.custodian && allowed.contains(role(reader)), .basisNotAllowed)
            case .administration:
                let allowed: [Role] = [.registrar, .gateway]
                try require(
                    it.organisation == it.custodian && allowed.contains(role(reader)), .basisNotAllowed)
            }
        }
        let release = ReleaseState(
            reader: statement.caller, record: it.record, custodian: it.custodian, grant: it.grant,
            basis: it.basis,
            time: time)
        return writes + [write(.release(statement.id), release), clock(it.record)]
    }

    func acknowledge(_ it: Acknowledge) throws(RejectionCode) -> [Write] {
        _ = try caller(of: it.organisation, kinds: custodians, roles: [.clinician, .gateway])
        let record = try record(it.record)
        try require(reads[.custody(it.record, it.organisation)] == nil, .alreadyCustodian)
        try require(it.files == record.files && it.descriptor == record.descriptor, .contentDiffers)
        let grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(grant.kind == .transfer, .grantOfOtherKind)
        try require(grant.organisation == it.organisation, .notTheGrantee)
        if let refusal = grant.refusal(at: time) { throw refusal }
        let release = try value(.release(it.release), as: ReleaseState.self, else: .releaseMissing)
        try require(release.grant == it.grant, .releaseMissing)
        let custody = CustodyState(ownerEnvelope: it.ownerEnvelope, custodianEnvelope: it.custodianEnvelope)
        return [write(.custody(it.record, it.organisation), custody), clock(it.record)]
    }

    private func role(_ reader: (organisation: OrganisationState, member: MemberState)?) -> Role {
        // An auditor may act on no basis: the least that a missing reader can be.
        reader?.member.role ?? .auditor
    }
}
