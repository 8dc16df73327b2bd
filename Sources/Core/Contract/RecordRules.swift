// One function a kind of statement. Every `require` is a line of the decision tables in ContractTests.

extension Case {
    func deposit(_ it: Deposit) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        let owner = try it.custodial == nil ? permit(for: it.organisation).key : nil
        try require(reads[.record(it.record)] == nil, .recordExists)
        if let owner { try require(reads[.member(owner)] == nil, .keyNotOneTime) }
        let record = RecordState(
            owner: owner, custodial: it.custodial, suite: it.suite, recipientHash: it.recipientHash,
            descriptor: it.descriptor, files: it.files)
        let custody = CustodyState(ownerEnvelope: it.ownerEnvelope, custodianEnvelope: it.custodianEnvelope)
        return (owner.map { [write(.permit($0), PermitState(use: .record(it.record)))] } ?? []) + [
            write(.record(it.record), record), write(.clock(it.record), ClockState(seen: time)),
            write(.custody(it.record, it.organisation), custody),
        ]
    }

    func append(_ it: Append) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try require(record.removed == nil, .recordRemoved)
        var writes = [Write]()
        if let id = it.grant {
            var grant = try usable(id, of: it.record, kinds: [.append])
            grant.releasesUsed += 1
            writes.append(write(.grant(id), grant))
        } else {
            try requireConsent(of: record)
        }
        let files = record.files + it.files
        try require(
            files.count <= Limits.filesPerRecordMax && Set(files).count == files.count, .filesNotAllowed)
        try require(custody.generation == record.generation, .superseded)
        record.files = files
        record.descriptor = it.descriptor
        record.generation += 1
        custody.generation = record.generation
        return writes + [
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ]
    }

    /// The owner has agreed to this very statement.
    private func requireConsent(of record: RecordState) throws(RejectionCode) {
        guard let owner = record.owner(at: time), statement.isApproved(by: owner) else {
            throw .consentMissing
        }
    }

    func reseal(_ it: Reseal) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try require(it.files.count == record.files.count, .contentDiffers)
        try require(record.removed == nil, .recordRemoved)
        let delegations = try resealed(it.delegates, of: record, it.record)
        let grants = try resealed(it.grants, it.record, to: record.sealing + 1)
        try requireConsent(of: record)
        try require(it.suite >= record.suite, .suiteTooWeak)
        try require(Set(record.files).isDisjoint(with: it.files), .filesNotAllowed)
        try require(custody.generation == record.generation, .superseded)
        try require(!record.awaitsReassignment(at: time), .reassignmentPending)
        (record.owner, record.reassignment) = (record.owner(at: time), nil)
        (record.recipientHash, record.suite) = (it.recipientHash, it.suite)
        (record.descriptor, record.files) = (it.descriptor, it.files)
        record.sealing += 1
        record.generation += 1
        (custody.ownerEnvelope, custody.custodianEnvelope) = (it.ownerEnvelope, it.custodianEnvelope)
        (custody.sealing, custody.generation) = (record.sealing, record.generation)
        return [
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ] + delegations + grants
    }

    /// The delegations with their new envelopes.
    private func resealed(
        _ delegates: [Rewrapped<KeyMeaning>], of record: RecordState, _ handle: RecordHandle
    ) throws(RejectionCode) -> [Write] {
        var all = [(StateKey, DelegationState)]()
        for new in delegates {
            var delegation = try delegated(to: new.of, of: record, handle, else: .delegationEnded)
            try require(!delegation.isOver(at: time), .delegationEnded)
            (delegation.envelope, delegation.sealing) = (new.envelope, record.sealing + 1)
            all.append((.delegation(handle, new.of), delegation))
        }
        for (_, delegation) in all { try require(delegation.scope.allowsReading, .delegationTooNarrow) }
        return all.map { write($0, $1) }
    }

    /// The grants with their new envelopes.
    private func resealed(
        _ grants: [Rewrapped<StatementMeaning>], _ handle: RecordHandle, to sealing: UInt64
    ) throws(RejectionCode) -> [Write] {
        var all = [(StateKey, GrantState)]()
        for new in grants {
            var grant = try value(.grant(new.of), as: GrantState.self, else: .grantUnknown)
            (grant.envelope, grant.sealing) = (new.envelope, sealing)
            all.append((.grant(new.of), grant))
        }
        for (_, grant) in all { try require(grant.record == handle, .grantForOtherRecord) }
        for (_, grant) in all { try require(grant.kind != .append, .grantOfOtherKind) }
        for (_, grant) in all { try require(!grant.revoked, .grantRevoked) }
        for (_, grant) in all { try require(time < grant.notAfter, .grantExpired) }
        return all.map { write($0, $1) }
    }

    func dispatch(_ it: Dispatch) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let record = try record(it.record)
        _ = try custody(it.record, of: it.organisation)
        try require(it.files == record.files && it.descriptor == record.descriptor, .contentDiffers)
        let grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(grant.kind == .transfer, .grantOfOtherKind)
        var release = try value(.release(it.release), as: ReleaseState.self, else: .releaseMissing)
        try require(release.grant == it.grant && release.custodian == it.organisation, .releaseMissing)
        try require(!release.dispatched, .nothingChanges)
        release.dispatched = true
        return [write(.release(it.release), release), clock(it.record)]
    }

    func acknowledge(_ it: Acknowledge) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .gateway])
        let record = try record(it.record)
        let present: CustodyState? = value(.custody(it.record, it.organisation))
        let isBehind = present.map { $0.erased != nil || $0.generation < record.generation } ?? true
        try require(isBehind, .alreadyCustodian)
        try require(it.files == record.files && it.descriptor == record.descriptor, .contentDiffers)
        try require(record.removed == nil, .recordRemoved)
        let grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(grant.kind == .transfer, .grantOfOtherKind)
        try require(grant.organisation == it.organisation, .notTheGrantee)
        if let refusal = grant.refusal(at: time) { throw refusal }
        let release = try value(.release(it.release), as: ReleaseState.self, else: .releaseMissing)
        try require(release.grant == it.grant, .releaseMissing)
        try require(grant.sealing == record.sealing, .superseded)
        // What it has erased already it need not erase again.
        let kept = present.flatMap { $0.erased == nil ? $0 : nil }
        let custody = CustodyState(
            ownerEnvelope: it.ownerEnvelope, custodianEnvelope: it.custodianEnvelope, sealing: record.sealing,
            generation: record.generation, hold: kept?.hold,
            erasedSealings: kept?.erasedSealings ?? record.sealing)
        return [write(.custody(it.record, it.organisation), custody), clock(it.record)]
    }

    func adopt(_ it: Adopt) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let permit = try permit(for: it.organisation)
        var record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        try require(reads[.member(permit.key)] == nil, .keyNotOneTime)
        try require(record.owner == nil, .recordOwned)
        record.owner = permit.key
        custody.ownerEnvelope = it.ownerEnvelope
        return [
            write(.permit(permit.key), PermitState(use: .record(it.record))),
            write(.record(it.record), record), clock(it.record),
            write(.custody(it.record, it.organisation), custody),
        ]
    }

    func remove(_ it: Remove) throws(RejectionCode) -> [Write] {
        var record = try recordAtAnyTime(it.record)
        try requireOwner(of: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        record.removed = time
        return [write(.record(it.record), record), clock(it.record)]
    }

    func attestErasure(_ it: AttestErasure) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician, .registrar, .gateway])
        let record = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        let isWhole = record.removed != nil || custody.sealing != record.sealing
        try require(isWhole || custody.erasedSealings < record.sealing, .nothingToErase)
        try require(custody.hold.map { time >= $0.until } ?? true, .recordHeld)
        custody.erasedSealings = record.sealing
        if isWhole { custody.erased = time }
        return [write(.custody(it.record, it.organisation), custody), clock(it.record)]
    }

    func hold(_ it: Hold) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.registrar])
        _ = try record(it.record)
        var custody = try custody(it.record, of: it.organisation)
        if let until = it.until {
            try require(time < until && until - time <= Limits.holdSecondsMax, .expiryInvalid)
            custody.hold = HoldState(reason: it.reason, until: until)
        } else {
            try require(custody.hold != nil, .notHeld)
            custody.hold = nil
        }
        return [write(.custody(it.record, it.organisation), custody), clock(it.record)]
    }
}
