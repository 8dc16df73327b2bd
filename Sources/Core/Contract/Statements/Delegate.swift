/// A record's owner lets a guardian or proxy act for this record until a time.
public struct Delegate: Hashable, Sendable {
    public var record: RecordHandle
    public var delegate: PublicKey
    public var scope: DelegateScope
    public var notAfter: LedgerTime
    /// The record key for a delegate who may read.
    public var envelope: Digest?

    public init(
        record: RecordHandle, delegate: PublicKey, scope: DelegateScope, notAfter: LedgerTime,
        envelope: Digest? = nil
    ) {
        self.record = record
        self.delegate = delegate
        self.scope = scope
        self.notAfter = notAfter
        self.envelope = envelope
    }
}

extension Delegate: StatementContent {
    static let kind = StatementKind.delegate
    static let name = "delegate"

    init<Fields: FieldVisitor>(_ it: Delegate?, _ fields: inout Fields) throws(Fields.Failure) {
        record = try fields.required(3, "record", it?.record)
        delegate = try fields.required(4, "delegate", it?.delegate)
        scope = try fields.required(5, "scope", it?.scope)
        notAfter = try fields.time(6, "notAfter", it?.notAfter)
        envelope = try fields.optional(7, "envelope", it?.envelope)
    }

    func check() throws(CBOR.Malformed) {
        guard (envelope != nil) == scope.allowsReading else {
            throw CBOR.Malformed("a delegate has an envelope who may read")
        }
    }

    var subjects: [Subject] { [.record(record), .key(delegate)] }

    var keeper: Keeper? { envelope.map { _ in .anyCustodian(of: record) } }

    var blobs: [NamedBlob] { .one(envelope, .delegateEnvelope(of: delegate)) }

    func note(in copy: inout Retention, as id: StatementID) {
        copy.end(.delegateEnvelope(of: delegate))
        copy.addOwners(blobs)
    }

    var sentence: Sentence {
        """
        \(who) let the key \(short: delegate) act for this record (\(scope)) until \(time: notAfter)
        """
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.record(record) + [.delegation(record, delegate)] + keys.parts(of: delegate)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.delegate(self) }
}

extension Case {
    func delegate(_ it: Delegate) throws(RejectionCode) -> [Write] {
        var record = try record(it.record)
        try requireOwner(of: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        try require(time < it.notAfter && it.notAfter - time <= Limits.delegationSecondsMax, .expiryInvalid)
        try requireNoPart(it.delegate)
        // What was granted by the one that this replaces ends with it.
        if let replaced: DelegationState = value(.delegation(it.record, it.delegate)) {
            record.end(replaced, at: moment(of: it.record))
        }
        let delegation = DelegationState(
            statement: statement.id, owner: statement.caller, scope: it.scope, notAfter: it.notAfter,
            envelope: it.envelope,
            sealing: record.sealing)
        return [
            write(.record(it.record), record), write(.delegation(it.record, it.delegate), delegation),
            clock(it.record),
        ]
    }
}
