/// A record's present owner stops its reassignment.
public struct Veto: Hashable, Sendable {
    public var record: RecordHandle

    public init(record: RecordHandle) {
        self.record = record
    }
}

extension Veto: StatementContent {
    static let kind = StatementKind.veto
    static let name = "veto"

    init<Fields: FieldVisitor>(_ it: Veto?, _ fields: inout Fields) throws(Fields.Failure) {
        record = try fields.required(3, "record", it?.record)
    }

    var subjects: [Subject] { [.record(record)] }

    var sentence: Sentence { "\(who) stopped its reassignment" }

    func reads(_ keys: ReadKeys) -> [StateKey] { keys.record(record) }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.veto(self) }
}

extension Case {
    func veto(_ it: Veto) throws(RejectionCode) -> [Write] {
        var record = try recordAtAnyTime(it.record)
        try requireOwner(of: record, it.record)
        try require(record.awaitsReassignment(at: moment(of: it.record)), .noReassignment)
        record.reassignment = nil
        return [write(.record(it.record), record), clock(it.record)]
    }
}
