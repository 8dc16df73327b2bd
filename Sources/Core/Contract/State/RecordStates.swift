// What the state says of records and of those who keep them.

/// A record, the same at all who keep it.
public struct RecordState: StateValue, Hashable, Sendable {
    /// Who signs with this key gives orders about it; nil until a custodial record is adopted.
    public var owner: PublicKey?
    /// Why it was made without a permit, for ever openly.
    public var custodial: CustodialReason?
    public var suite: Suite
    public var recipientHash: Digest
    /// Of the key that opens the envelopes of what is added.
    public var additionsHash: Digest
    /// What brought its files, in their order: the deposit or the last re-sealing, and what was appended.
    public var parts: [RecordPart]
    /// How often it was sealed anew.
    public var sealing: UInt64
    /// How often its files changed: by appending and by sealing anew.
    public var generation: UInt64
    /// When its owner ordered it to be erased.
    public var removed: LedgerTime?
    public var emergencies: EmergencyRule
    public var reassignment: Reassignment?
    /// Delegations that were taken back or replaced before their end: what their delegates granted ended with
    /// them.
    public var endedDelegations: [EndedDelegation]

    public init(
        owner: PublicKey?, custodial: CustodialReason? = nil, suite: Suite, recipientHash: Digest,
        additionsHash: Digest, parts: [RecordPart], sealing: UInt64 = 0, generation: UInt64 = 0,
        removed: LedgerTime? = nil, emergencies: EmergencyRule = .allowed,
        reassignment: Reassignment? = nil, endedDelegations: [EndedDelegation] = []
    ) {
        self.owner = owner
        self.custodial = custodial
        self.suite = suite
        self.recipientHash = recipientHash
        self.additionsHash = additionsHash
        self.parts = parts
        self.sealing = sealing
        self.generation = generation
        self.removed = removed
        self.emergencies = emergencies
        self.reassignment = reassignment
        self.endedDelegations = endedDelegations
    }

    public var items: [CBOR] {
        [
            owner.map { .bytes32($0) } ?? .null,
            custodial.map { .unsigned($0.rawValue) } ?? .null,
            .unsigned(suite.rawValue),
            .bytes32(recipientHash),
            .bytes32(additionsHash),
            .array(parts.map { .array($0.items) }),
            .unsigned(sealing),
            .unsigned(generation),
            removed.map { .unsigned($0) } ?? .null,
            .unsigned(emergencies.rawValue),
            reassignment.map { .array($0.items) } ?? .null,
            .array(endedDelegations.map { .array($0.items) }),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        owner = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        custodial = try items.optional { item throws(CBOR.Malformed) in try item.choice() }
        suite = try items.choice()
        recipientHash = try items.bytes32()
        additionsHash = try items.bytes32()
        parts = try items.list()
        guard !parts.isEmpty else { throw CBOR.Malformed("a record has files") }
        sealing = try items.unsigned()
        generation = try items.unsigned()
        removed = try items.optional { item throws(CBOR.Malformed) in try item.unsigned() }
        emergencies = try items.choice()
        reassignment = try items.optional { item throws(CBOR.Malformed) in try item.value() }
        endedDelegations = try items.list()
    }

    /// Notes that `delegation` is over, if something may have been granted by it that would last longer. What
    /// has ended by itself at `time` need not be known any more.
    mutating func end(_ delegation: DelegationState, at time: LedgerTime) {
        endedDelegations.removeAll { time >= $0.notAfter }
        guard delegation.scope.allowsDeciding, !delegation.isOver(at: time, in: self) else { return }
        endedDelegations.append(
            EndedDelegation(delegation: delegation.statement, notAfter: delegation.notAfter))
    }

    /// The statement that brought the last of its files. Each names the one before it: it stands for all.
    public var contents: StatementID {
        guard let last = parts.last else { preconditionFailure("a record has files") }
        return last.statement
    }

    /// Whether what `part` names is new to it: the contract does not see files, but the same list twice, and
    /// a key that others hold already.
    func adds(_ part: RecordPart) -> Bool {
        let key = part.key?.recipientHash
        return key != recipientHash && key != additionsHash
            && !parts.contains { old in
                old.manifest == part.manifest || old.root == part.root
                    || (key != nil && key == old.key?.recipientHash)
            }
    }

    /// The owner at `time`: the one that a reassignment has named, once it cannot be vetoed.
    public func owner(at time: LedgerTime) -> PublicKey? {
        effectiveReassignment(at: time)?.owner ?? owner
    }

    /// The reassignment that has taken effect, if there is one.
    func effectiveReassignment(at time: LedgerTime) -> Reassignment? {
        reassignment.flatMap { time >= $0.effective ? $0 : nil }
    }

    /// Whether a reassignment can still be vetoed.
    func awaitsReassignment(at time: LedgerTime) -> Bool {
        reassignment.map { time < $0.effective } ?? false
    }

    /// The envelope that opens it for its owner at `time`, among those that `custodian` keeps.
    public func ownerEnvelope(
        in custody: CustodyState, of custodian: OrganisationName, at time: LedgerTime
    ) -> Digest? {
        let reassignment = effectiveReassignment(at: time)
        return reassignment?.custodian == custodian ? reassignment?.ownerEnvelope : custody.ownerEnvelope
    }
}

/// A delegation that ended before its time.
public struct EndedDelegation: StateValue, Hashable, Sendable {
    /// The statement that gave it.
    public var delegation: StatementID
    /// When it would have ended by itself.
    public var notAfter: LedgerTime

    public init(delegation: StatementID, notAfter: LedgerTime) {
        self.delegation = delegation
        self.notAfter = notAfter
    }

    public var items: [CBOR] { [.bytes32(delegation), .unsigned(notAfter)] }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        delegation = try items.bytes32()
        notAfter = try items.unsigned()
    }
}

/// A record that is to get another owner.
public struct Reassignment: StateValue, Hashable, Sendable {
    public var owner: PublicKey
    /// Until then it can be vetoed; from then on it holds.
    public var effective: LedgerTime
    /// Who keeps the new envelope.
    public var custodian: OrganisationName
    public var ownerEnvelope: Digest

    public init(
        owner: PublicKey, effective: LedgerTime, custodian: OrganisationName, ownerEnvelope: Digest
    ) {
        self.owner = owner
        self.effective = effective
        self.custodian = custodian
        self.ownerEnvelope = ownerEnvelope
    }

    public var items: [CBOR] {
        [
            .bytes32(owner),
            .unsigned(effective),
            .name(custodian),
            .bytes32(ownerEnvelope),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        owner = try items.bytes32()
        effective = try items.unsigned()
        custodian = try items.name()
        ownerEnvelope = try items.bytes32()
    }
}

/// The latest ledger time that a statement about a record was accepted at.
public struct ClockState: StateValue, Hashable, Sendable {
    public var seen: LedgerTime

    public init(
        seen: LedgerTime
    ) {
        self.seen = seen
    }

    public var items: [CBOR] {
        [
            .unsigned(seen)
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        seen = try items.unsigned()
    }
}

/// One organisation keeps a record: the envelopes in its vault, and how new its copy is.
public struct CustodyState: StateValue, Hashable, Sendable {
    public var ownerEnvelope: Digest?
    public var custodianEnvelope: Digest
    public var sealing: UInt64
    public var generation: UInt64
    /// Nothing is erased while it lasts.
    public var hold: HoldState?
    /// What was sealed before this sealing is gone.
    public var erasedSealings: UInt64
    /// When the custodian said that all of it was gone.
    public var erased: LedgerTime?

    public init(
        ownerEnvelope: Digest?, custodianEnvelope: Digest, sealing: UInt64 = 0, generation: UInt64 = 0,
        hold: HoldState? = nil, erasedSealings: UInt64 = 0, erased: LedgerTime? = nil
    ) {
        self.ownerEnvelope = ownerEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.sealing = sealing
        self.generation = generation
        self.hold = hold
        self.erasedSealings = erasedSealings
        self.erased = erased
    }

    public var items: [CBOR] {
        [
            ownerEnvelope.map { .bytes32($0) } ?? .null,
            .bytes32(custodianEnvelope),
            .unsigned(sealing),
            .unsigned(generation),
            hold.map { .array($0.items) } ?? .null,
            .unsigned(erasedSealings),
            erased.map { .unsigned($0) } ?? .null,
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        ownerEnvelope = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        custodianEnvelope = try items.bytes32()
        sealing = try items.unsigned()
        generation = try items.unsigned()
        hold = try items.optional { item throws(CBOR.Malformed) in try item.value() }
        erasedSealings = try items.unsigned()
        erased = try items.optional { item throws(CBOR.Malformed) in try item.unsigned() }
    }
}

public struct HoldState: StateValue, Hashable, Sendable {
    public var reason: HoldReason
    public var until: LedgerTime

    public init(
        reason: HoldReason, until: LedgerTime
    ) {
        self.reason = reason
        self.until = until
    }

    public var items: [CBOR] {
        [
            .unsigned(reason.rawValue),
            .unsigned(until),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        reason = try items.choice()
        until = try items.unsigned()
    }
}

/// A guardian or proxy of a record.
public struct DelegationState: StateValue, Hashable, Sendable {
    /// The statement that gave it.
    public var statement: StatementID
    /// Who gave it: it ends when the record gets another owner.
    public var owner: PublicKey
    public var scope: DelegateScope
    public var notAfter: LedgerTime
    public var envelope: Digest?
    public var sealing: UInt64
    public var ended: Bool

    public init(
        statement: StatementID, owner: PublicKey, scope: DelegateScope, notAfter: LedgerTime,
        envelope: Digest?, sealing: UInt64, ended: Bool = false
    ) {
        self.statement = statement
        self.owner = owner
        self.scope = scope
        self.notAfter = notAfter
        self.envelope = envelope
        self.sealing = sealing
        self.ended = ended
    }

    public var items: [CBOR] {
        [
            .bytes32(statement),
            .bytes32(owner),
            .unsigned(scope.rawValue),
            .unsigned(notAfter),
            envelope.map { .bytes32($0) } ?? .null,
            .unsigned(sealing),
            .bool(ended),
        ]
    }

    public init(_ items: inout StateReader) throws(CBOR.Malformed) {
        statement = try items.bytes32()
        owner = try items.bytes32()
        scope = try items.choice()
        notAfter = try items.unsigned()
        envelope = try items.optional { item throws(CBOR.Malformed) in try item.bytes32() }
        sealing = try items.unsigned()
        ended = try items.bool()
    }

    /// Whether it is over at `time`, no matter who owns the record then.
    func isOver(at time: LedgerTime) -> Bool { ended || time >= notAfter }

    /// Whether it is over at `time`: at its end, or because the record has another owner than who gave it.
    public func isOver(at time: LedgerTime, in record: RecordState) -> Bool {
        isOver(at: time) || record.owner(at: time) != owner
    }
}
