/// A custodian must keep its copies, whatever the owner orders, until a time; or need no longer.
public struct Hold: Hashable, Sendable {
    public var organisation: OrganisationName
    public var record: RecordHandle
    public var reason: HoldReason
    /// Left out where a hold is lifted.
    public var until: LedgerTime?

    public init(
        organisation: OrganisationName, record: RecordHandle, reason: HoldReason, until: LedgerTime? = nil
    ) {
        self.organisation = organisation
        self.record = record
        self.reason = reason
        self.until = until
    }
}

extension Hold: StatementContent {
    static let kind = StatementKind.hold
    static let name = "hold"

    init<Fields: FieldVisitor>(_ it: Hold?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.required(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        reason = try fields.required(5, "reason", it?.reason)
        until = try fields.optionalTime(6, "until", it?.until)
    }

    var subjects: [Subject] { [.organisation(organisation), .record(record)] }

    var sentence: Sentence {
        until.map { "\(organisation) must keep it until \(time: $0) (\(reason), \(who))" }
            ?? "\(organisation) no longer has to keep it (\(who))"
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.member(of: organisation) + keys.copy(record, of: organisation)
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.hold(self) }
}

extension Case {
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
