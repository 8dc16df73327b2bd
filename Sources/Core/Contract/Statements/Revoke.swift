/// A record's owner, or a delegate, ends a grant.
public struct Revoke: Hashable, Sendable {
    public var record: RecordHandle
    public var grant: StatementID

    public init(record: RecordHandle, grant: StatementID) {
        self.record = record
        self.grant = grant
    }
}

extension Revoke: StatementContent {
    static let kind = StatementKind.revoke
    static let name = "revoke"

    init<Fields: FieldVisitor>(_ it: Revoke?, _ fields: inout Fields) throws(Fields.Failure) {
        record = try fields.required(3, "record", it?.record)
        grant = try fields.required(4, "grant", it?.grant)
    }

    var subjects: [Subject] { [.record(record), .statement(grant)] }

    func note(in copy: inout Retention, as id: StatementID) {
        copy.end(.grantEnvelope(of: grant))
        copy.end(.grantManifest(of: grant))
    }

    var sentence: Sentence { "\(who) ended the grant \(short: grant)" }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        keys.record(record) + [.delegation(record, keys.caller), .grant(grant)]
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.revoke(self) }
}

extension Case {
    func revoke(_ it: Revoke) throws(RejectionCode) -> [Write] {
        let record = try recordAtAnyTime(it.record)
        let delegation = try delegation(for: record, it.record)
        try require(delegation, allows: { $0.allowsDeciding })
        var grant = try value(.grant(it.grant), as: GrantState.self, else: .grantUnknown)
        try require(grant.record == it.record, .grantForOtherRecord)
        try require(!grant.revoked, .grantRevoked)
        grant.revoked = true
        return [write(.grant(it.grant), grant), clock(it.record)]
    }
}
