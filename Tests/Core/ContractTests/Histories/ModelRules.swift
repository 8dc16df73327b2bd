import Contract

@testable import ContractCases

// What the model objects to: organisations and members, the patient's orders, releases.

extension ModelHearing {
    mutating func hear(_ it: Admit) {
        let keys = [it.organisation.root, it.organisation.validator]
        isAgreed(by: it.endorsers, newKeys: keys)
        object(.organisationExists, if: history.organisation(it.organisation.name) != nil)
        object(.keyNotOneTime, if: keys[0] == keys[1] || keys.contains(where: history.hasPart))
    }

    mutating func hear(_ it: Suspend) {
        isAgreed(by: it.endorsers)
        let target = found(history.organisation(it.organisation), else: .organisationUnknown)
        object(.nothingChanges, if: target.map { $0.takesPart == (it.standing == .restored) } ?? false)
        object(.lastOrganisation, if: it.standing == .suspended && history.activeOrganisations == 1)
        let left = history.genesis.organisations.filter {
            $0.name != it.organisation && history.organisation($0.name)?.takesPart == true
        }
        object(
            .quorumUnreachable,
            if: it.standing == .suspended && !history.genesis.quorum.isMet(by: left.map(\.kind)))
    }

    mutating func hear(_ it: RotateRoot) {
        isAgreed(by: it.endorsers, newKeys: [it.root])
        _ = found(history.organisation(it.organisation), else: .organisationUnknown)
        object(.keyNotOneTime, if: history.hasPart(it.root))
    }

    mutating func hear(_ it: Enrol) {
        isRoot(of: it.organisation)
        if let key = it.replaces { mayEnd(key, of: it.organisation) }
        if it.replaces != it.member {
            object(.memberExists, if: history.member(it.member) != nil)
            object(.approvalMissing, if: !agrees(it.member))
            object(.keyNotOneTime, if: history.hasPart(it.member))
        }
        object(.expiryInvalid, if: !lies(it.expires, within: Limits.enrolmentSecondsMax))
    }

    mutating func hear(_ it: Retire) {
        isRoot(of: it.organisation)
        mayEnd(it.member, of: it.organisation)
    }

    private mutating func mayEnd(_ key: PublicKey, of name: OrganisationName) {
        guard let member = found(history.member(key), else: .memberUnknown) else { return }
        object(.memberOfOtherOrganisation, if: member.enrolled.organisation != name)
        object(.memberRetired, if: member.isRetired)
    }

    /// It lies ahead, but not too far.
    func lies(_ end: LedgerTime, within seconds: UInt64) -> Bool { end > now && end <= now + seconds }

    // MARK: Asking

    mutating func hear(_ it: Request) {
        isMember(of: it.organisation, as: [.clinician, .registrar, .gateway, .officer])
        let custodian = history.organisation(it.custodian)
        object(.custodianUnknown, if: custodian.map { !$0.takesPart || !$0.kind.isCustodian } ?? true)
        object(.expiryInvalid, if: !lies(it.notAfter, within: Limits.requestSecondsMax))
        let mayAsk =
            it.purpose == .removal ? it.organisation == it.custodian : isOpen(it.purpose, to: it.organisation)
        object(.purposeNotAllowed, if: !mayAsk)
    }

    /// An insurer is there to pay and for nothing else; nobody reads in order to remove.
    private func isOpen(_ purpose: Purpose, to name: OrganisationName) -> Bool {
        let isInsurer = history.organisation(name)?.kind == .insurer
        return purpose == .claim || purpose == .coverage || purpose != .removal && !isInsurer
    }

    mutating func hear(_ it: Route) {
        isMember(of: it.organisation, custodian: true, as: [.clinician, .registrar, .gateway])
        bringsPermit(for: it.organisation)
        guard let asked = found(history.request(it.request), else: .requestUnknown) else { return }
        object(.requestOfOtherCustodian, if: asked.request.custodian != it.organisation)
        object(.requestAlreadyRouted, if: asked.answerer != nil)
        object(.requestExpired, if: now >= asked.request.notAfter)
    }

    mutating func hear(_ it: Answer) {
        guard let asked = awaitsAnswer(it.request) else { return }
        object(.notTheAnsweringKey, if: asked.answerer != nil && asked.answerer != caller)
    }

    private mutating func awaitsAnswer(_ id: StatementID) -> ModelHistory.Asked? {
        guard let asked = found(history.request(id), else: .requestUnknown) else { return nil }
        object(.requestNotRouted, if: asked.answerer == nil)
        object(.requestAlreadyAnswered, if: asked.isAnswered)
        object(.requestExpired, if: now >= asked.request.notAfter)
        return asked
    }

    // MARK: Granting

    mutating func hear(_ it: Grant) {
        guard let record = record(it.record) else { return }
        let delegation = speaksFor(record, in: \.allowsDeciding)
        mustBeThere(record)
        if let id = it.request, let asked = awaitsAnswer(id) {
            let isOther =
                asked.request.organisation != it.organisation
                || it.grantee.map { $0 != asked.requester } ?? false
            object(.requestOfOtherMember, if: isOther)
            object(.purposeDiffers, if: asked.request.purpose != it.purpose)
        }
        let organisation = history.organisation(it.organisation)
        let grantee = it.grantee.map { present($0, of: it.organisation)?.1 }
        object(.granteeUnknown, if: organisation?.takesPart != true || grantee == .some(nil))
        object(.grantOfOtherKind, if: it.kind != .read && organisation?.kind.isCustodian == false)
        object(.expiryInvalid, if: it.notBefore >= it.notAfter || now >= it.notAfter)
        object(.grantTooWide, if: isTooWide(it, delegation, isInsurer: organisation?.kind == .insurer))
        object(.purposeNotAllowed, if: !isOpen(it.purpose, to: it.organisation))
        if it.kind != .append, let grantee = grantee ?? nil {
            object(.suiteTooWeak, if: grantee.suite < record.suite)
        }
    }

    private func isTooWide(_ it: Grant, _ delegation: ModelRecord.Delegation?, isInsurer: Bool) -> Bool {
        let longest = isInsurer ? Limits.insurerGrantSecondsMax : Limits.grantSecondsMax
        return it.notAfter > min(it.notBefore, now) + longest
            || it.releases == 0 || it.releases > Limits.releasesPerGrantMax
            || it.notAfter > delegation?.terms.notAfter ?? .max || isInsurer && it.role != nil
    }

    mutating func hear(_ it: Revoke) {
        guard let record = record(it.record, atAnyTime: true) else { return }
        speaksFor(record, in: \.allowsDeciding)
        let granted = grant(it.grant, of: record, it.record, kinds: Set(GrantKind.allCases))
        object(.grantRevoked, if: granted?.isRevoked == true)
    }

    mutating func hear(_ it: Delegate) {
        guard let record = record(it.record) else { return }
        mustOwn(record)
        mustBeThere(record)
        object(.expiryInvalid, if: !lies(it.notAfter, within: Limits.delegationSecondsMax))
        object(.keyNotOneTime, if: history.hasPart(it.delegate))
    }

    mutating func hear(_ it: Undelegate) {
        guard let record = record(it.record, atAnyTime: true) else { return }
        mustOwn(record)
        object(
            .delegationEnded, if: record.delegation(it.delegate).map { record.isOver($0, at: now) } ?? true)
    }

    mutating func hear(_ it: Instruct) {
        guard let record = record(it.record) else { return }
        mustOwn(record)
        mustBeThere(record)
    }

    // MARK: Releasing

    mutating func hear(_ it: Release) {
        let reader = it.organisation.flatMap { isMember(of: $0) }
        guard let record = record(it.record) else { return }
        let copy = found(record.copy(of: it.custodian), else: .notACustodian)
        mustBeThere(record)
        let delegation = it.organisation == nil ? speaksFor(record, in: \.allowsReading) : nil
        object(.superseded, if: copy?.isOfThisSealing == false || delegation?.isOfThisSealing == false)
        if let id = it.grant, it.organisation != nil {
            object(.basisNotAllowed, if: it.basis != nil || it.emergency != nil)
            if let granted = grant(id, of: record, it.record, kinds: [.read, .transfer]) {
                uses(granted, reader, of: record)
                object(.superseded, if: !granted.isOfThisSealing)
            }
        } else if let basis = found(it.basis, else: .basisMissing) {
            let role = it.organisation == it.custodian ? reader?.enrolled.role : nil
            let isOpen =
                switch basis {
                case .owner: it.organisation == nil && isOwner(of: record)
                case .delegate: it.organisation == nil && !isOwner(of: record)
                case .care: role == .clinician || role == .gateway
                case .administration: role == .registrar || role == .gateway
                case .emergency: it.organisation != nil
                }
            object(
                .basisNotAllowed,
                if: !isOpen || it.grant != nil || (basis == .emergency) != (it.emergency != nil))
        }
        if let reader, it.grant != nil || it.emergency != nil {
            object(.suiteTooWeak, if: reader.enrolled.suite < record.suite)
        }
        object(.emergenciesRefused, if: it.emergency != nil && record.refusesEmergencies)
        if let id = it.emergency, let declared = emergency(id, of: it.record) {
            object(.emergencyForOtherRecord, if: declared.organisation != it.custodian)
            object(.notTheReader, if: declared.reader != caller)
            object(.emergencyEnded, if: now >= declared.notAfter || !record.isOfThisSealing(id))
        }
    }

    private mutating func emergency(_ id: StatementID, of handle: RecordHandle) -> Emergency? {
        guard case .emergency(let declared)? = history.fact(id)?.says else {
            object(.emergencyUnknown, if: true)
            return nil
        }
        object(.emergencyForOtherRecord, if: declared.record != handle)
        return declared
    }

    mutating func hear(_ it: Emergency) {
        isMember(of: it.organisation, custodian: true, as: [.clinician])
        object(.approvalMissing, if: !agrees(it.second))
        let second = present(it.second, of: it.organisation)?.1
        object(.approverNotAllowed, if: second?.role != .clinician || it.second == caller)
        guard let record = record(it.record) else { return }
        let copy = found(record.copy(of: it.organisation), else: .notACustodian)
        mustBeThere(record)
        let reader = present(it.reader, of: it.readerOrganisation)
        object(.granteeUnknown, if: reader?.0.kind.isCustodian != true || reader?.1.role != .clinician)
        object(.expiryInvalid, if: it.notAfter <= now)
        object(.grantTooWide, if: it.notAfter > now + Limits.emergencySecondsMax)
        object(.suiteTooWeak, if: reader.map { $0.1.suite < record.suite } ?? false)
        object(.superseded, if: copy?.isOfThisSealing == false)
        object(.emergenciesRefused, if: record.refusesEmergencies)
    }

    mutating func hear(_ it: Review) {
        if let name = it.organisation { isMember(of: name, as: [.auditor]) }
        guard let record = record(it.record) else { return }
        if it.organisation == nil { mustOwn(record) }
        guard let declared = emergency(it.emergency, of: it.record) else { return }
        let reviewers = history.record(declared.record)?.reviewers(of: it.emergency) ?? []
        object(
            .alreadyReviewed,
            if: reviewers.contains(it.organisation.map { .organisation($0) } ?? .owner(caller)))
        object(.emergencyRuns, if: now < declared.notAfter)
        guard let name = it.organisation, let kind = history.organisation(name)?.kind else { return }
        object(
            .reviewerNotAllowed, if: kind != .auditor && kind != .authority && name != declared.organisation)
    }
}
