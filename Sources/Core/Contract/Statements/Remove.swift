/// A record's owner orders it to be erased everywhere.
public struct Remove: Hashable, Sendable {
    public var record: RecordHandle

    public init(record: RecordHandle) {
        self.record = record
    }
}

extension Remove: StatementContent {
    static let kind = StatementKind.remove
    static let name = "remove"

    init<Fields: FieldVisitor>(_ it: Remove?, _ fields: inout Fields) throws(Fields.Failure) {
        record = try fields.required(3, "record", it?.record)
    }

    var subjects: [Subject] { [.record(record)] }

    func note(in copy: inout Retention, as id: StatementID) { copy.endAll() }

    var sentence: Sentence { "\(who) ordered it to be erased everywhere" }

    func reads(_ keys: ReadKeys) -> [StateKey] { keys.record(record) }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.remove(self) }
}

extension Case {
    func remove(_ it: Remove) throws(RejectionCode) -> [Write] {
        var record = try recordAtAnyTime(it.record)
        try requireOwner(of: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        record.removed = time
        return [write(.record(it.record), record), clock(it.record)]
    }
}
