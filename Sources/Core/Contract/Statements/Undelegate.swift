/// A record's owner ends a delegation at once, and what the delegate has granted.
public struct Undelegate: Hashable, Sendable {
    public var record: RecordHandle
    public var delegate: PublicKey

    public init(record: RecordHandle, delegate: PublicKey) {
        self.record = record
        self.delegate = delegate
    }
}

extension Undelegate: StatementContent {
    static let kind = StatementKind.undelegate
    static let name = "undelegate"

    init<Fields: FieldVisitor>(_ it: Undelegate?, _ fields: inout Fields) throws(Fields.Failure) {
        record = try fields.required(3, "record", it?.record)
        delegate = try fields.required(4, "delegate", it?.delegate)
    }

    var subjects: [Subject] { [.record(record), .key(delegate)] }

    func note(in copy: inout Retention, as id: StatementID) { copy.end(.delegateEnvelope(of: delegate)) }

    var sentence: Sentence { "\(who) ended what \(short: delegate) may do, and what it had granted" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.record(record) + [.delegation(record, delegate)]
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.undelegate(self) }
}

extension Case {
    func undelegate(_ it: Undelegate) throws(RejectionCode) -> [Write] {
        var record = try recordAtAnyTime(it.record)
        try requireOwner(of: record, it.record)
        var delegation = try delegated(to: it.delegate, of: record, it.record, else: .delegationEnded)
        try require(!delegation.isOver(at: time), .delegationEnded)
        record.end(delegation, at: moment(of: it.record))
        delegation.ended = true
        return [
            write(.record(it.record), record), write(.delegation(it.record, it.delegate), delegation),
            clock(it.record),
        ]
    }
}
