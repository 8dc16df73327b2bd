// One function a kind of statement. Every `require` is a line of the decision tables in ContractTests.

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
        if let id = it.grant, reader != nil {
            var grant = try usable(id, of: it.record, kinds: [.read, .transfer])
            try require(it.basis == nil && it.emergency == nil, .basisNotAllowed)
            grant.releasesUsed += 1
            sealing = grant.sealing
            writes.append(write(.grant(id), grant))
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
        let release = ReleaseState(
            reader: statement.caller, record: it.record, custodian: it.custodian, grant: it.grant,
            basis: it.basis, emergency: it.emergency, time: time)
        return writes + [write(.release(statement.id), release), clock(it.record)]
    }

    func emergency(_ it: Emergency) throws(RejectionCode) -> [Write] {
        try custodian(it.organisation, roles: [.clinician])
        try approver(
            it.second, of: it.organisation, kinds: OrganisationKind.allCases, roles: [.clinician])
        let record = try record(it.record)
        let custody = try custody(it.record, of: it.organisation)
        try require(record.removed == nil, .recordRemoved)
        guard let (organisation, reader) = activeMember(it.reader, of: it.readerOrganisation),
            organisation.kind.isCustodian, reader.role == .clinician
        else { throw .granteeUnknown }
        try require(time < it.notAfter, .expiryInvalid)
        try require(it.notAfter - time <= Limits.emergencySecondsMax, .grantTooWide)
        try require(reader.suite >= record.suite, .suiteTooWeak)
        try require(custody.sealing == record.sealing, .superseded)
        try require(record.emergencies == .allowed, .emergenciesRefused)
        let emergency = EmergencyState(
            record: it.record, custodian: it.organisation, organisation: it.readerOrganisation,
            reader: it.reader, declared: statement.caller, second: it.second, reason: it.reason,
            notAfter: it.notAfter, reviewBy: it.notAfter.later(by: Limits.reviewSeconds),
            envelope: it.envelope, sealing: record.sealing)
        return [write(.emergency(statement.id), emergency), clock(it.record)]
    }

    func review(_ it: Review) throws(RejectionCode) -> [Write] {
        let reviewer = try it.organisation.map { name throws(RejectionCode) in
            try caller(of: name, roles: [.auditor])
        }
        let record = try record(it.record)
        if reviewer == nil { try requireOwner(of: record, it.record) }
        var emergency = try value(.emergency(it.emergency), as: EmergencyState.self, else: .emergencyUnknown)
        try require(emergency.record == it.record, .emergencyForOtherRecord)
        try require(emergency.finding == nil, .alreadyReviewed)
        if let reviewer {
            let isOutside = [.auditor, .authority].contains(reviewer.organisation.kind)
            try require(
                isOutside || it.organisation == emergency.custodian, .reviewerNotAllowed)
        }
        emergency.finding = it.finding
        return [write(.emergency(it.emergency), emergency), clock(it.record)]
    }
}
