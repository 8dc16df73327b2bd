/// A record's owner says beforehand what may happen to it without asking.
public struct Instruct: Hashable, Sendable {
    public var record: RecordHandle
    public var emergencies: EmergencyRule

    public init(record: RecordHandle, emergencies: EmergencyRule) {
        self.record = record
        self.emergencies = emergencies
    }
}

extension Instruct: StatementContent {
    static let kind = StatementKind.instruct
    static let name = "instruct"

    init<Fields: FieldVisitor>(_ it: Instruct?, _ fields: inout Fields) throws(Fields.Failure) {
        record = try fields.required(3, "record", it?.record)
        emergencies = try fields.required(4, "emergencies", it?.emergencies)
    }

    var subjects: [Subject] { [.record(record)] }

    var sentence: Sentence {
        switch emergencies {
        case .refused: "\(who) refused emergencies for it"
        case .allowed: "\(who) allowed emergencies for it"
        }
    }

    func reads(_ keys: ReadKeys) -> [StateKey] { keys.record(record) }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.instruct(self) }
}

extension Case {
    func instruct(_ it: Instruct) throws(RejectionCode) -> [Write] {
        var record = try record(it.record)
        try requireOwner(of: record, it.record)
        try require(record.removed == nil, .recordRemoved)
        record.emergencies = it.emergencies
        return [write(.record(it.record), record), clock(it.record)]
    }
}
