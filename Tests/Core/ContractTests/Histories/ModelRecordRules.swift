import Contract

// What the model objects to: records, their copies, their owners.

extension ModelHearing {
    mutating func hear(_ it: Deposit) {
        isMember(of: it.organisation, custodian: true, as: [.clinician, .gateway])
        if it.custodial == nil { bringsPermit(for: it.organisation) }
        object(.recordExists, if: history.record(it.record) != nil)
    }

    /// The copy of a custodian that wants to change the record: it must have all of it.
    private mutating func copy(
        of name: OrganisationName, in record: ModelRecord, mustBeNewest: Bool = false
    ) -> ModelRecord.Copy? {
        let copy = found(record.copy(of: name), else: .notACustodian)
        object(.superseded, if: mustBeNewest && copy?.isNewest == false)
        return copy
    }

    mutating func hear(_ it: Append) {
        let member = isMember(of: it.organisation, custodian: true, as: [.clinician, .gateway])
        guard let record = record(it.record) else { return }
        _ = copy(of: it.organisation, in: record, mustBeNewest: true)
        mustBeThere(record)
        if let id = it.grant {
            if let granted = grant(id, of: record, it.record, kinds: [.append]) {
                uses(granted, member, of: record)
            }
        } else {
            ownerAgrees(record)
        }
        let parts = record.parts
        object(.superseded, if: it.after != parts.last?.id)
        object(
            .filesNotAllowed,
            if: parts.count == Limits.partsPerRecordMax || record.has(manifest: it.manifest, root: it.root)
                || record.keys.contains(it.recipientHash))
    }

    mutating func hear(_ it: Reseal) {
        isMember(of: it.organisation, custodian: true, as: [.clinician, .gateway])
        guard let record = record(it.record) else { return }
        _ = copy(of: it.organisation, in: record, mustBeNewest: true)
        mustBeThere(record)
        object(.filesNotAllowed, if: record.has(manifest: it.manifest, root: it.root))
        for new in it.delegates {
            guard let delegation = found(record.delegation(new.of), else: .delegationEnded) else { continue }
            object(.delegationEnded, if: record.isOver(delegation, at: now))
            object(.delegationTooNarrow, if: !delegation.terms.scope.allowsReading)
        }
        for new in it.grants {
            guard case .grant(let terms)? = history.fact(new.of)?.says else {
                object(.grantUnknown, if: true)
                continue
            }
            let granted = grant(new.of, of: record, it.record, kinds: [.read, .transfer])
            object(.grantOfOtherKind, if: terms.coverage == .part)
            object(.superseded, if: granted?.isForAll == false)
            object(.grantLapsed, if: granted != nil && record.hasLapsed(new.of, at: now))
            let isRevoked = history.record(terms.record)?.grant(new.of)?.isRevoked
            object(.grantRevoked, if: isRevoked == true)
            object(.grantExpired, if: now >= terms.notAfter)
        }
        ownerAgrees(record)
        object(.suiteTooWeak, if: it.suite < record.suite)
        object(.reassignmentPending, if: record.awaitsOwner(at: now))
    }

    /// The release under this very grant; nil where there was none.
    private mutating func release(_ id: StatementID, under grant: StatementID) -> Release? {
        if case .release(let release)? = history.fact(id)?.says, release.grant == grant { return release }
        object(.releaseMissing, if: true)
        return nil
    }

    mutating func hear(_ it: Dispatch) {
        isMember(of: it.organisation, custodian: true, as: [.clinician, .registrar, .gateway])
        guard let record = record(it.record) else { return }
        _ = copy(of: it.organisation, in: record)
        object(.contentDiffers, if: it.contents != record.parts.last?.id)
        _ = grant(it.grant, of: record, it.record, kinds: [.transfer])
        guard let release = release(it.release, under: it.grant) else { return }
        object(.releaseMissing, if: release.custodian != it.organisation)
        object(.nothingChanges, if: record.isDispatched(it.release))
    }

    mutating func hear(_ it: Acknowledge) {
        isMember(of: it.organisation, custodian: true, as: [.clinician, .gateway])
        guard let record = record(it.record) else { return }
        object(.alreadyCustodian, if: record.copy(of: it.organisation)?.isNewest == true)
        object(.contentDiffers, if: it.contents != record.parts.last?.id)
        mustBeThere(record)
        _ = release(it.release, under: it.grant)
        guard let granted = grant(it.grant, of: record, it.record, kinds: [.transfer]) else { return }
        object(.notTheGrantee, if: granted.terms.organisation != it.organisation)
        isInForce(granted)
        object(.grantLapsed, if: record.hasLapsed(it.grant, at: now))
        object(.superseded, if: !granted.isOfThisSealing || !granted.isForAll)
    }

    mutating func hear(_ it: Adopt) {
        isMember(of: it.organisation, custodian: true, as: [.clinician, .registrar, .gateway])
        bringsPermit(for: it.organisation)
        guard let record = record(it.record) else { return }
        _ = copy(of: it.organisation, in: record)
        object(.recordOwned, if: record.owner(at: now) != nil)
    }

    mutating func hear(_ it: Remove) {
        guard let record = record(it.record, atAnyTime: true) else { return }
        mustOwn(record)
        mustBeThere(record)
    }

    mutating func hear(_ it: AttestErasure) {
        isMember(of: it.organisation, custodian: true, as: [.clinician, .registrar, .gateway])
        guard let record = record(it.record), let copy = copy(of: it.organisation, in: record) else { return }
        object(.nothingToErase, if: !record.isRemoved && copy.isOfThisSealing && !copy.owesErasure)
        object(.recordHeld, if: copy.hold?.until.map { now < $0 } ?? false)
    }

    mutating func hear(_ it: Hold) {
        isMember(of: it.organisation, custodian: true, as: [.registrar])
        guard let record = record(it.record) else { return }
        let copy = copy(of: it.organisation, in: record)
        if let until = it.until {
            object(.expiryInvalid, if: !lies(until, within: Limits.holdSecondsMax))
        } else {
            object(.notHeld, if: copy?.hold == nil)
        }
    }

    mutating func hear(_ it: Reassign) {
        isMember(of: it.organisation, custodian: true, as: [.registrar, .gateway])
        object(.approvalMissing, if: !agrees(it.second))
        let second = present(it.second, of: it.secondOrganisation)
        let isFit = second.map { organisation, member in
            organisation.kind != .insurer && [.registrar, .officer, .auditor].contains(member.role)
        }
        let isOther = it.secondOrganisation != it.organisation && it.second != caller
        object(.approverNotAllowed, if: isFit != true || !isOther)
        bringsPermit(for: it.organisation)
        guard let record = record(it.record) else { return }
        let copy = copy(of: it.organisation, in: record)
        mustBeThere(record)
        object(.superseded, if: copy?.isOfThisSealing == false)
        object(.recordNotOwned, if: record.owner(at: now) == nil)
        object(.reassignmentPending, if: record.awaitsOwner(at: now))
    }

    mutating func hear(_ it: Veto) {
        guard let record = record(it.record, atAnyTime: true) else { return }
        mustOwn(record)
        object(.noReassignment, if: !record.awaitsOwner(at: now))
    }
}
