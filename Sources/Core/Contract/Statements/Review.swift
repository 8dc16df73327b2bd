/// The record's owner or a reviewer has looked into an emergency, after its end. Each is heard, once.
public struct Review: Hashable, Sendable {
    /// The reviewer's organisation; left out by the record's owner.
    public var organisation: OrganisationName?
    public var record: RecordHandle
    public var emergency: StatementID
    public var finding: ReviewFinding

    public init(
        organisation: OrganisationName? = nil, record: RecordHandle, emergency: StatementID,
        finding: ReviewFinding
    ) {
        self.organisation = organisation
        self.record = record
        self.emergency = emergency
        self.finding = finding
    }
}

extension Review: StatementContent {
    static let kind = StatementKind.review
    static let name = "review"

    init<Fields: FieldVisitor>(_ it: Review?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.optional(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        emergency = try fields.required(5, "emergency", it?.emergency)
        finding = try fields.required(6, "finding", it?.finding)
    }

    var subjects: [Subject] {
        [.record(record), .statement(emergency)] + (organisation.map { [.organisation($0)] } ?? [])
    }

    var sentence: Sentence { "\(who) looked into an emergency: \(finding)" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        (organisation.map { keys.member(of: $0) } ?? []) + keys.record(record) + [.emergency(emergency)]
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.review(self) }
}

extension Case {
    func review(_ it: Review) throws(RejectionCode) -> [Write] {
        let reviewer = try it.organisation.map { name throws(RejectionCode) in
            try caller(of: name, roles: [.auditor])
        }
        let record = try record(it.record)
        if reviewer == nil { try requireOwner(of: record, it.record) }
        var emergency = try value(.emergency(it.emergency), as: EmergencyState.self, else: .emergencyUnknown)
        try require(emergency.record == it.record, .emergencyForOtherRecord)
        let reviewed = EmergencyFinding(
            organisation: it.organisation, owner: it.organisation == nil ? statement.caller : nil,
            finding: it.finding)
        try require(!emergency.findings.contains { $0.isSameReviewer(as: reviewed) }, .alreadyReviewed)
        if let reviewer {
            let isOutside = [.auditor, .authority].contains(reviewer.organisation.kind)
            try require(
                isOutside || it.organisation == emergency.custodian, .reviewerNotAllowed)
        }
        try require(time >= emergency.notAfter, .emergencyRuns)
        emergency.findings.append(reviewed)
        return [write(.emergency(it.emergency), emergency), clock(it.record)]
    }
}
