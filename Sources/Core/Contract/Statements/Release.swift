/// What must be on the ledger before a custodian serves a byte.
public struct Release: Hashable, Sendable {
    /// The reader's organisation; left out by the record's owner or a delegate.
    public var organisation: OrganisationName?
    public var record: RecordHandle
    public var custodian: OrganisationName
    public var grant: StatementID?
    public var basis: Basis?
    public var emergency: StatementID?

    public init(
        organisation: OrganisationName? = nil, record: RecordHandle, custodian: OrganisationName,
        grant: StatementID? = nil, basis: Basis? = nil, emergency: StatementID? = nil
    ) {
        self.organisation = organisation
        self.record = record
        self.custodian = custodian
        self.grant = grant
        self.basis = basis
        self.emergency = emergency
    }
}

extension Release: StatementContent {
    static let kind = StatementKind.release
    static let name = "release"

    init<Fields: FieldVisitor>(_ it: Release?, _ fields: inout Fields) throws(Fields.Failure) {
        organisation = try fields.optional(3, "organisation", it?.organisation)
        record = try fields.required(4, "record", it?.record)
        custodian = try fields.required(5, "custodian", it?.custodian)
        grant = try fields.optional(6, "grant", it?.grant)
        basis = try fields.optional(7, "basis", it?.basis)
        emergency = try fields.optional(8, "emergency", it?.emergency)
    }

    var subjects: [Subject] {
        [.record(record), .organisation(custodian)] + (organisation.map { [.organisation($0)] } ?? [])
            + (grant.map { [.statement($0)] } ?? []) + (emergency.map { [.statement($0)] } ?? [])
    }

    var keeper: Keeper? { .organisation(custodian) }

    var sentence: Sentence {
        switch basis {
        case .owner: "\(who) opened it, kept by \(custodian)"
        case .delegate: "your delegate opened it, kept by \(custodian)"
        case .care: "\(who), of \(custodian)'s own staff, opened it (care)"
        case .administration: "\(who), of \(custodian)'s own staff, opened it (administration)"
        case .emergency: "\(who) opened it in an emergency, kept by \(custodian)"
        case nil: "\(who) opened it, as granted, kept by \(custodian)"
        }
    }

    func reads(_ keys: ReadKeys) -> [StateKey] {
        (organisation.map { keys.member(of: $0) } ?? [.delegation(record, keys.caller)])
            + keys.copy(record, of: custodian) + (grant.map { [.grant($0)] } ?? [])
            + (emergency.map { [.emergency($0)] } ?? [])
    }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.release(self) }
}

extension Case {
    func release(_ it: Release) throws(RejectionCode) -> [Write] {
        let reader = try it.organisation.map { name throws(RejectionCode) in try caller(of: name).member }
        let record = try record(it.record)
        let delegation = try reader == nil ? delegation(for: record, it.record) : nil
        let custody = try custody(it.record, of: it.custodian)
        try require(record.removed == nil, .recordRemoved)
        try require(delegation, allows: { $0.allowsReading })
        var writes = [Write]()
        var sealing = delegation?.sealing ?? record.sealing
        var used: GrantState?
        if let id = it.grant, reader != nil {
            var grant = try usable(id, of: it.record, kinds: [.read, .transfer])
            try require(it.basis == nil && it.emergency == nil, .basisNotAllowed)
            grant.releasesUsed += 1
            sealing = grant.sealing
            writes.append(write(.grant(id), grant))
            used = grant
        } else {
            guard let basis = it.basis else { throw .basisMissing }
            try require(it.grant == nil && (it.emergency == nil) == (basis != .emergency), .basisNotAllowed)
            let isStaff = it.organisation == it.custodian
            let isOpen =
                switch basis {
                case .owner: reader == nil && delegation == nil
                case .delegate: delegation != nil
                case .care: isStaff && [.clinician, .gateway].contains(reader?.role)
                case .administration: isStaff && [.registrar, .gateway].contains(reader?.role)
                case .emergency: reader != nil
                }
            try require(isOpen, .basisNotAllowed)
        }
        if let reader, it.grant != nil || it.emergency != nil {
            try require(reader.suite >= record.suite, .suiteTooWeak)
        }
        try require(custody.sealing == record.sealing && sealing == record.sealing, .superseded)
        if let id = it.emergency {
            try require(record.emergencies == .allowed, .emergenciesRefused)
            let emergency = try value(.emergency(id), as: EmergencyState.self, else: .emergencyUnknown)
            try require(
                emergency.record == it.record && emergency.custodian == it.custodian, .emergencyForOtherRecord
            )
            try require(emergency.reader == statement.caller, .notTheReader)
            try require(time < emergency.notAfter && emergency.sealing == record.sealing, .emergencyEnded)
        }
        if let used { try requireGiver(of: used, in: record, it.record) }
        let release = ReleaseState(
            reader: statement.caller, record: it.record, custodian: it.custodian, grant: it.grant,
            basis: it.basis, emergency: it.emergency, time: time)
        return writes + [write(.release(statement.id), release), clock(it.record)]
    }
}
