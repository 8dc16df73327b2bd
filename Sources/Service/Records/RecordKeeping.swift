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
    private let begunReads = BegunReads()

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
        /// The contract would accept it, but these are not (durably) kept as the statement, or a manifest that it names,
        /// names them.
        case missing([BlobName], letters: [Digest])
        /// It is for that organisation's server to order: this one does not serve it, so it cannot see to what
        /// the statement points to.
        case elsewhere(OrganisationName)
    }

    /// Orders a statement once everything that it names is durably kept here, under the record that it is about and in
    /// the role in which it names it, and once what it says is gone is gone. What the contract refuses is refused with
    /// the contract's reason, whatever is missing.
    ///
    /// The ledger checks the signatures, and nothing is ordered without. Waits as far as `level` says
    /// (`ConsentLedger.submit`). Throws `LimitError` when the member has had enough for now.
    public func submit(
        _ signed: SignedStatement, until level: Acknowledgement = .durable
    ) async throws -> Submission {
        let assertion = signed.statement.assertion
        if let keeper = try keeper(of: assertion), custodians[keeper] == nil {
            return try refusal(of: signed) ?? .elsewhere(keeper)
        }
        if case .attestErasure(let it) = assertion, let custodian = custodians[it.organisation] {
            return try await custodian.turns.alone(it.record) {
                try await erase(before: signed, of: it, at: custodian)
                return try await order(signed, until: level)
            }
        }
        guard !assertion.blobs.isEmpty else { return try await orderWithinLimits(signed, until: level) }
        var missing = assertion.blobs.compactMap(\.name)
        let letters = assertion.blobs.filter { $0.role == .letter }.map(\.digest)
        for custodian in try custodians(for: assertion) {
            if let submission = try await order(signed, until: level, at: custodian, &missing) {
                return submission
            }
        }
        return try refusal(of: signed) ?? .missing(missing, letters: letters)
    }

    /// Orders a statement if everything that it names is at `custodian`; else tells in `missing` what is not.
    private func order(
        _ signed: SignedStatement, until level: Acknowledgement, at custodian: Custodian,
        _ missing: inout [BlobName]
    ) async throws -> Submission? {
        let assertion = signed.statement.assertion
        guard let record = assertion.record else {
            let hasAll = try assertion.blobs.allSatisfy {
                try $0.role == .letter && custodian.desk.hasLetter(digest: $0.digest.bytes)
            }
            return hasAll ? try await orderWithinLimits(signed, until: level) : nil
        }
        // Nothing leaves the record between this look and the commit.
        let (submission, absent) = try await custodian.turns.sharing(record) {
            var absent = try await custodian.vault.absent(of: try names(in: assertion), in: record)
            if absent.isEmpty { absent = try await absentFiles(of: assertion, in: record, at: custodian) }
            guard absent.isEmpty else { return (Submission?.none, absent) }
            return (try await orderWithinLimits(signed, until: level), absent)
        }
        missing = absent
        return submission
    }

    /// Orders what counts against its signer's limits, if it does, only within those.
    private func orderWithinLimits(
        _ signed: SignedStatement, until level: Acknowledgement
    ) async throws -> Submission {
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

    /// The contract's refusal of a statement that cannot be ordered anyway; nil when it has none. Where a signature does
    /// not hold, the ledger says so.
    private func refusal(of signed: SignedStatement) throws -> Submission? {
        guard let statement = signed.verified() else { return .rejected(.signatureInvalid) }
        guard try ledger.position(of: statement.id) == nil,
            case .rejected(let code) = try foresee(statement)
        else { return nil }
        return .rejected(code)
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

    /// The organisations that are served here and could have what the assertion names. An envelope that a record's owner
    /// made lies with any of those that keep the record: one is enough.
    private func custodians(for assertion: Assertion) throws -> [Custodian] {
        if case .anyCustodian(of: let record) = assertion.keeper {
            return try custodians.values.filter { try keeps(record, $0.name) }
        }
        return try keeper(of: assertion).flatMap { custodians[$0] }.map { [$0] } ?? []
    }

    /// Whether the organisation keeps the record, and has not said that it is gone.
    func keeps(_ record: RecordHandle, _ name: OrganisationName) throws -> Bool {
        try state(.custody(record, name), as: CustodyState.self).map { $0.erased == nil } ?? false
    }

    // MARK: Releases

    /// The blob `digest`, if `release` covers it: the one way by which bytes leave a vault. That its reader asks
    /// is for the caller to have seen to.
    ///
    /// It asks the ledger anew each time, so a grant that was revoked or has expired since stops the service
    /// at once. When a read may begin and go on, `requireReading` says.
    public func blob(_ digest: Digest, under release: ReleaseState) async throws -> any StoredBlob {
        guard let custodian = custodians[release.custodian],
            let record = try state(.record(release.record), as: RecordState.self),
            let custody = try state(.custody(release.record, release.custodian), as: CustodyState.self)
        else { throw ReleaseError.nothing }
        let now = ledger.now()
        guard now < release.time + Self.readSeconds else { throw ReleaseError.releaseOver }
        if record.removed != nil { throw ReleaseError.refused(.recordRemoved) }
        let envelopes = try envelopes(of: release, record, custody, at: now)
        if release.basis != .owner, release.basis != .delegate {
            guard let member = try state(.member(release.reader), as: MemberState.self) else {
                throw ReleaseError.nothing
            }
            if member.retired { throw ReleaseError.refused(.memberRetired) }
            if now >= member.expires { throw ReleaseError.refused(.memberExpired) }
            let organisation = try state(.organisation(member.organisation), as: OrganisationState.self)
            if organisation?.suspended != false { throw ReleaseError.refused(.organisationSuspended) }
        }
        // Who has attested that it erased the record has lost nothing.
        guard custody.erased == nil else { throw ReleaseError.nothing }
        func kept<Found>(_ blob: BlobName, _ find: () async throws -> Found) async throws -> Found {
            do {
                return try await find()
            } catch let error as VaultError where [.absent, .damaged].contains(error.code) {
                throw LostError(blob: blob, record: release.record, custodian: release.custodian)
            }
        }
        let (names, manifests) = try covered(by: release, of: record)
        if let blob = (names + envelopes).first(where: { $0.digest == digest }) {
            return try await kept(blob) { try await custodian.vault.open(blob, in: release.record) }
        }
        let files = StoredFiles(vault: custodian.vault, record: release.record)
        for manifest in manifests {
            let isNamed = try await kept(manifest) { try await files.has(digest, in: [manifest]) }
            guard isNamed else { continue }
            let file = BlobName(digest, .file)
            return try await kept(file) { try await custodian.vault.open(file, in: release.record) }
        }
        throw ReleaseError.nothing
    }

    /// The ledger says that a blob is kept here, and the vault has it not, or has something else in its place.
    public struct LostError: Error, Hashable, Sendable {
        public let blob: BlobName
        public let record: RecordHandle
        public let custodian: OrganisationName
    }

    /// How long after its release what was begun may still be read on: a day.
    public static let readSeconds: UInt64 = 86_400

    /// Throws `releaseOver` where a blob of `byteCount` bytes is not read from `offset` on any more under the release: a
    /// read begins within `Limits.releaseSeconds`, and one that began goes on for `readSeconds`.
    public func requireReading(
        _ digest: Digest, of byteCount: Int, from offset: Int, under id: StatementID, _ release: ReleaseState
    ) throws(ReleaseError) {
        let read = BegunReads.Read(release: id, digest: digest)
        if ledger.now() < release.time + Limits.releaseSeconds {
            begunReads.note(read, byteCount: byteCount)
        } else {
            guard offset > 0, begunReads.has(read) else { throw .releaseOver }
        }
    }

    /// What a release covers of the record besides envelopes, and the manifests whose files it covers.
    private func covered(
        by release: ReleaseState, of record: RecordState
    ) throws -> (names: [BlobName], manifests: [BlobName]) {
        var parts = record.parts
        if let id = release.grant {
            guard let grant = try state(.grant(id), as: GrantState.self) else { throw ReleaseError.nothing }
            if let manifest = grant.manifest {
                let name = BlobName(manifest, .grantManifest)
                return ([name], [name])
            }
            parts = grant.covered(of: record)
        }
        return (parts.flatMap(\.names), parts.map { BlobName($0.manifest, .manifest) })
    }

    /// The envelopes that a release lets its reader have, if what it rests on still holds.
    private func envelopes(
        of release: ReleaseState, _ record: RecordState, _ custody: CustodyState, at now: LedgerTime
    ) throws -> [BlobName] {
        let owners = record.ownerEnvelope(in: custody, of: release.custodian, at: now)
            .map { BlobName($0, .ownerEnvelope) }
        if let id = release.grant {
            guard let grant = try state(.grant(id), as: GrantState.self) else { throw ReleaseError.nothing }
            if let refusal = grant.refusal(at: now) { throw ReleaseError.refused(refusal) }
            if grant.hasLapsed(in: record, at: now) { throw ReleaseError.refused(.grantLapsed) }
            guard grant.sealing == record.sealing else { throw ReleaseError.refused(.superseded) }
            return [
                grant.envelope.map { BlobName($0, .grantEnvelope) }, grant.kind == .transfer ? owners : nil,
            ].compactMap { $0 }
        }
        switch release.basis {
        case .owner:
            guard record.owner(at: now) == release.reader else { throw ReleaseError.refused(.notTheOwner) }
            return [owners].compactMap { $0 }
        case .delegate:
            let key = StateKey.delegation(release.record, release.reader)
            guard let delegation = try state(key, as: DelegationState.self) else {
                throw ReleaseError.nothing
            }
            if delegation.isOver(at: now, in: record) { throw ReleaseError.refused(.delegationEnded) }
            guard delegation.sealing == record.sealing else { throw ReleaseError.refused(.superseded) }
            return [delegation.envelope.map { BlobName($0, .delegateEnvelope) }].compactMap { $0 }
        case .emergency:
            guard let id = release.emergency,
                let emergency = try state(.emergency(id), as: EmergencyState.self)
            else { throw ReleaseError.nothing }
            // Whoever refuses emergencies means those that run too.
            guard record.emergencies == .allowed else { throw ReleaseError.refused(.emergenciesRefused) }
            guard now < emergency.notAfter, emergency.sealing == record.sealing else {
                throw ReleaseError.refused(.emergencyEnded)
            }
            return [
                emergency.envelope.map { BlobName($0, .emergencyEnvelope) }
                    ?? BlobName(custody.custodianEnvelope, .custodianEnvelope)
            ]
        case .care, .administration, nil: return [BlobName(custody.custodianEnvelope, .custodianEnvelope)]
        }
    }

    /// A value of the contract's state; nil when absent.
    public func state<Value: StateValue>(_ key: StateKey, as type: Value.Type) throws -> Value? {
        guard let bytes = try ledger.value(of: key) else { return nil }
        guard let value = Value(bytes: bytes) else { preconditionFailure("damaged state") }
        return value
    }
}

/// Why a blob is not served under a release.
public enum ReleaseError: Error, Hashable, Sendable {
    /// No such release for this caller, or nothing of the kind in it: the two look alike.
    case nothing
    /// The caller's own release no longer serves, for this reason.
    case refused(RejectionCode)
    /// The release was recorded more than `Limits.releaseSeconds` ago, or more than a day where the read had begun.
    case releaseOver
}
