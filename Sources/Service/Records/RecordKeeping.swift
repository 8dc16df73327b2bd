public import Contract
import Desk
import Identity
public import Ledger
public import Vault

/// The server's use cases: what must be in the vault before a statement is ordered, and what a release lets
/// go.
///
/// The ledger is written last and read first: a crash leaves ciphertext that nothing points to, never a
/// pointer to nothing.
public struct RecordKeeping: Sendable {
    public let ledger: any ConsentLedger
    public let custodians: [OrganisationName: Custodian]

    private let limits: LimitKeeper

    public init(
        ledger: any ConsentLedger, custodians: [OrganisationName: Custodian],
        limits: MemberLimits = MemberLimits()
    ) {
        self.ledger = ledger
        self.custodians = custodians
        self.limits = LimitKeeper(limits, ledger: ledger)
    }

    public enum Submission: Sendable {
        case committed(Receipt)
        case rejected(RejectionCode)
        /// The contract would accept it, but these are not (durably) where the statement says.
        case missing([Digest])
        /// It is for that organisation's server to order: this one does not serve it, so it cannot see to what
        /// the statement points to.
        case elsewhere(OrganisationName)
    }

    /// Orders a statement once everything that it points to is durably kept here, and once what it says is
    /// gone is gone. What the contract refuses
    /// is refused with the contract's reason, whatever is missing.
    ///
    /// The ledger checks the signatures, and nothing is ordered without. Waits as far as `level` says
    /// (`ConsentLedger.submit`). Throws `MemberLimits.Reached` when the member has had enough for now.
    public func submit(
        _ signed: SignedStatement, until level: Acknowledgement = .durable
    ) async throws -> Submission {
        if let lack = try await lack(of: signed.statement.assertion), let statement = signed.verified() {
            if try ledger.position(of: statement.id) == nil,
                case .rejected(let code) = try foresee(statement)
            {
                return .rejected(code)
            }
            return lack
        }
        try await erase(before: signed)
        guard let (turn, role) = try turn(of: signed) else { return try await order(signed, until: level) }
        try limits.enter(turn, signed.id, role: role)
        defer { limits.leave(turn, signed.id) }
        // What counts must be there to be counted when its turn is over.
        return try await order(signed, until: max(level, .durable))
    }

    private func order(
        _ signed: SignedStatement, until level: Acknowledgement
    ) async throws -> Submission {
        switch try await ledger.submit(signed.bytes, until: level) {
        case .committed(let receipt): return .committed(receipt)
        case .rejected(let code): return .rejected(code)
        }
    }

    /// What the contract would say now; nothing is ordered.
    func foresee(_ statement: VerifiedStatement) throws -> Decision {
        let values = try ledger.values(of: statement.readKeys)
        return decide(statement, at: ledger.now(), reads: Reads(of: statement) { values[$0] })
    }

    /// Why the assertion cannot be ordered here yet, or at all; nil when it can.
    private func lack(of assertion: Assertion) async throws -> Submission? {
        if let keeper = try keeper(of: assertion), custodians[keeper] == nil { return .elsewhere(keeper) }
        let missing = try await missing(for: assertion)
        return missing.isEmpty ? nil : .missing(missing)
    }

    /// Whose server it is for, also where only the state says so.
    private func keeper(of assertion: Assertion) throws -> OrganisationName? {
        switch assertion.keeper {
        case .organisation(let name): name
        case .custodianAsked(by: let id): try state(.request(id), as: RequestState.self)?.custodian
        case .anyCustodian(of: let record): try custodian(of: record)
        case nil: nil
        }
    }

    /// An organisation that keeps the record: one that is served here, if there is one.
    private func custodian(of record: RecordHandle) throws -> OrganisationName? {
        let names = ledger.genesis.organisations.map(\.name).filter { custodians[$0] == nil }
        return try (Array(custodians.keys) + names).first {
            try ledger.value(of: .custody(record, $0)) != nil
        }
    }

    /// What the assertion names and is not kept here.
    private func missing(for assertion: Assertion) async throws -> [Digest] {
        let blobs = assertion.blobs
        if case .anyCustodian(of: let record) = assertion.keeper {
            var absent = [Digest]()
            for blob in blobs where try await isAbsent(blob.digest, fromAllCustodiansOf: record) {
                absent.append(blob.digest)
            }
            return absent
        }
        guard !blobs.isEmpty, let name = try keeper(of: assertion) else { return [] }
        guard let custodian = custodians[name] else { return blobs.map(\.digest) }
        let letters = try blobs.filter { blob in
            try blob.role == .letter && !custodian.desk.hasLetter(digest: blob.digest.bytes)
        }
        // Renewed, so that no scrub collects them between this look and the commit.
        let absent = try await custodian.vault.renew(blobs.filter { $0.role != .letter }.map(\.digest))
        return letters.map(\.digest) + absent
    }

    /// An envelope that its record's owner made lies with every custodian that is served here and could be
    /// asked for it; one is enough.
    private func isAbsent(
        _ envelope: Digest, fromAllCustodiansOf record: RecordHandle
    ) async throws -> Bool {
        for (name, custodian) in custodians where try ledger.value(of: .custody(record, name)) != nil {
            if try await custodian.vault.renew(envelope) != nil { return false }
        }
        return true
    }

    // MARK: Releases

    public enum Denial: Error, Hashable, Sendable {
        /// No such release for this caller, or nothing of the kind in it: the two look alike.
        case nothing
        /// The caller's own release no longer serves, for this reason.
        case refused(RejectionCode)
        /// The release was recorded more than `Limits.releaseSeconds` ago.
        case releaseOver
    }

    /// The blob `digest`, if `release` covers it: the one way by which bytes leave a vault. That its reader asks
    /// is for the caller to have seen to.
    ///
    /// It asks the ledger anew each time, so a grant that was revoked or has expired since stops the service
    /// at once.
    public func blob(_ digest: Digest, under release: ReleaseState) async throws -> any StoredBlob {
        guard let custodian = custodians[release.custodian],
            let record = try state(.record(release.record), as: RecordState.self),
            let custody = try state(.custody(release.record, release.custodian), as: CustodyState.self)
        else { throw Denial.nothing }
        let now = ledger.now()
        guard now < release.time + Limits.releaseSeconds else { throw Denial.releaseOver }
        if record.removed != nil { throw Denial.refused(.recordRemoved) }
        var covered = Set(record.files + [record.descriptor])
        covered.formUnion(try envelopes(of: release, record, custody, at: now))
        if release.basis != .owner, release.basis != .delegate {
            guard let member = try state(.member(release.reader), as: MemberState.self) else {
                throw Denial.nothing
            }
            if member.retired { throw Denial.refused(.memberRetired) }
            if now >= member.expires { throw Denial.refused(.memberExpired) }
            let organisation = try state(.organisation(member.organisation), as: OrganisationState.self)
            if organisation?.suspended != false { throw Denial.refused(.organisationSuspended) }
        }
        guard covered.contains(digest) else { throw Denial.nothing }
        return try await custodian.vault.open(digest)
    }

    /// The envelopes that a release lets its reader have, if what it rests on still holds.
    private func envelopes(
        of release: ReleaseState, _ record: RecordState, _ custody: CustodyState, at now: LedgerTime
    ) throws -> Set<Digest> {
        let owners = record.ownerEnvelope(in: custody, of: release.custodian, at: now)
        if let id = release.grant {
            guard let grant = try state(.grant(id), as: GrantState.self) else { throw Denial.nothing }
            if let refusal = grant.refusal(at: now) { throw Denial.refused(refusal) }
            guard grant.sealing == record.sealing else { throw Denial.refused(.superseded) }
            return Set([grant.envelope, grant.kind == .transfer ? owners : nil].compactMap { $0 })
        }
        switch release.basis {
        case .owner:
            guard record.owner(at: now) == release.reader else { throw Denial.refused(.notTheOwner) }
            return Set([owners].compactMap { $0 })
        case .delegate:
            let key = StateKey.delegation(release.record, release.reader)
            guard let delegation = try state(key, as: DelegationState.self) else { throw Denial.nothing }
            if delegation.isOver(at: now, in: record) { throw Denial.refused(.delegationEnded) }
            guard delegation.sealing == record.sealing else { throw Denial.refused(.superseded) }
            return Set([delegation.envelope].compactMap { $0 })
        case .emergency:
            guard let id = release.emergency,
                let emergency = try state(.emergency(id), as: EmergencyState.self)
            else { throw Denial.nothing }
            // Whoever refuses emergencies means those that run too.
            guard record.emergencies == .allowed else { throw Denial.refused(.emergenciesRefused) }
            guard now < emergency.notAfter, emergency.sealing == record.sealing else {
                throw Denial.refused(.emergencyEnded)
            }
            return [emergency.envelope ?? custody.custodianEnvelope]
        case .care, .administration, nil: return [custody.custodianEnvelope]
        }
    }

    /// A value of the contract's state; nil when absent.
    public func state<Value: StateValue>(_ key: StateKey, as type: Value.Type) throws -> Value? {
        guard let bytes = try ledger.value(of: key) else { return nil }
        guard let value = Value(bytes: bytes) else { preconditionFailure("damaged state") }
        return value
    }
}
