import Contract

@testable import ContractCases

// What happens to a patient's records after the visit.

extension PrivacyLedger {
    /// Each thing on its own, at a time of its own.
    mutating func follow(_ visit: Visit, _ patient: inout PrivatePatient) {
        let (record, name, owner) = (visit.record, visit.custodian, visit.owner)
        func isSo(_ one: Int, in all: Int) -> Bool { source.chance(one, in: all) }
        if isSo(1, in: 3) {
            let read = Release(organisation: name, record: record, custodian: name, basis: .care)
            say(.release(read), by: member(of: name, .gateway).key, at: later(than: visit.time, days: 60))
        }
        if isSo(1, in: 4) {
            say(
                .release(Release(record: record, custodian: name, basis: .owner)), by: owner,
                at: later(than: visit.owned, days: 60))
        }
        if isSo(1, in: 5) {
            let append = Append(
                organisation: name, record: record, after: visit.deposit, descriptor: random(),
                manifest: random(), root: random(), recipientHash: random(), envelope: random())
            say(
                .append(append), by: member(of: name, .clinician).key, with: [owner],
                at: later(than: visit.owned, days: 20))
            appended.insert(record)
        }
        if isSo(1, in: 10) || habits.contains(.oneKeyOfAGuardian) && patient.number % 2 == 0 {
            delegate(visit, &patient)
        }
        if isSo(1, in: 15) { declareEmergency(visit) }
        if isSo(1, in: 15) {
            say(
                .instruct(Instruct(record: record, emergencies: .allowed)), by: owner,
                at: later(than: visit.owned, days: 60))
        }
        if isSo(1, in: 20) {
            let hold = Hold(organisation: name, record: record, reason: .retention, until: Self.commonEnd)
            say(.hold(hold), by: member(of: name, .registrar).key, at: later(than: visit.time, days: 30))
        }
    }

    private mutating func delegate(_ visit: Visit, _ patient: inout PrivatePatient) {
        let isOne = habits.contains(.oneKeyOfAGuardian)
        let key: PublicKey =
            isOne ? Toy.named("guardian of \(patient.number)") : patient.key(for: visit.custodian)
        let time = later(than: visit.owned, days: 60)
        let delegate = Delegate(
            record: visit.record, delegate: key, scope: .readAndDecide, notAfter: Self.commonEnd,
            envelope: random())
        say(.delegate(delegate), by: visit.owner, at: time)
        let read = later(than: time, days: 30)
        say(
            .release(Release(record: visit.record, custodian: visit.custodian, basis: .delegate)), by: key,
            at: read)
        if source.chance(1, in: 2) {
            say(
                .undelegate(Undelegate(record: visit.record, delegate: key)), by: visit.owner,
                at: later(than: read, days: 30))
        }
    }

    private mutating func declareEmergency(_ visit: Visit) {
        let (record, name) = (visit.record, visit.custodian)
        let time = later(than: visit.time, days: 90)
        let doctors = members.filter { $0.organisation == name && $0.role == .clinician }
        let first = source.below(doctors.count)
        let (one, other) = (doctors[first].key, doctors[(first + 1) % doctors.count].key)
        let emergency = Emergency(
            organisation: name, record: record, readerOrganisation: name, reader: one, second: other,
            reason: .unconscious, notAfter: (time / 3_600 + 5) * 3_600)
        let id = say(.emergency(emergency), by: one, with: [other], at: time)
        let read = Release(
            organisation: name, record: record, custodian: name, basis: .emergency, emergency: id)
        say(.release(read), by: one, at: time + 60)
        let auditor = OrganisationName("auditor1")!
        let review = Review(organisation: auditor, record: record, emergency: id, finding: .justified)
        say(
            .review(review), by: member(of: auditor, .auditor).key,
            at: later(than: emergency.notAfter, days: 2))
    }

    // MARK: Requests

    /// The insurer, or another hospital, asks; the patient grants one record, now and then two of one house.
    mutating func ask(about visits: [Visit], _ patient: inout PrivatePatient) {
        let first = source.pick(visits)
        let custodian = first.custodian
        let isClaim = source.chance(2, in: 3)
        let others = Self.custodians.filter { $0 != custodian }
        let asker = isClaim ? member(of: Self.insurer, .officer) : member(of: source.pick(others), .gateway)
        let purpose: Purpose = isClaim ? .claim : .treatment
        let asked = later(than: first.owned, days: 60)
        let ending = (asked / Self.day + 31) * Self.day
        let request = say(
            .request(
                Request(
                    organisation: asker.organisation, custodian: custodian, purpose: purpose,
                    notAfter: ending,
                    letter: random())), by: asker.key, at: asked)
        let answerer = patient.key(for: custodian)
        let routed = later(than: asked, days: 3)
        let route = Route(
            organisation: custodian, request: request, permit: permit(answerer, for: custodian, of: patient),
            letter: random())
        say(.route(route), by: member(of: custodian, .registrar).key, at: routed)
        let isMany = !habits.isDisjoint(with: [.grantsAtOnce, .requestInSeveralGrants])
        let decided = later(than: routed, days: 5)
        let fitting = visits.filter {
            $0.custodian == custodian && $0.record != first.record && $0.owned < decided
        }
        let second = isMany || source.chance(1, in: 4) ? fitting.first : nil
        let chosen = [first] + (second.map { [$0] } ?? [])
        for (index, visit) in chosen.enumerated() {
            let isAtOnce = habits.contains(.grantsAtOnce)
            let time = isAtOnce ? decided + UInt64(index) : later(than: decided, days: 10)
            let isNamed = chosen.count == 1 || habits.contains(.requestInSeveralGrants)
            let grant = Grant(
                record: visit.record, organisation: asker.organisation, grantee: asker.key,
                kind: isClaim ? .read : .transfer, purpose: purpose,
                notBefore: isAtOnce ? decided : time / Self.day * Self.day,
                notAfter: isAtOnce ? decided + 30 * Self.day : (time / Self.day + 31) * Self.day,
                releases: 3, envelope: random(), request: isNamed ? request : nil)
            let id = say(
                .grant(grant), by: visit.owner, at: time, validUntil: isAtOnce ? decided + 80_000 : nil)
            use(id, of: visit, by: asker, isTransfer: !isClaim, after: time)
        }
        say(
            .answer(Answer(request: request, verdict: .approved, letter: random())), by: answerer,
            at: later(than: decided + 10 * Self.day, days: 5))
    }

    private mutating func use(
        _ grant: StatementID, of visit: Visit, by reader: HistoryCast.Member, isTransfer: Bool,
        after time: LedgerTime
    ) {
        let read = later(than: time, days: 15)
        let release = Release(
            organisation: reader.organisation, record: visit.record, custodian: visit.custodian, grant: grant)
        let released = say(.release(release), by: reader.key, at: read)
        if isTransfer {
            receive(visit, by: reader.organisation, grant, released, after: read)
        } else if source.chance(1, in: 4) {
            say(
                .revoke(Revoke(record: visit.record, grant: grant)), by: visit.owner,
                at: later(than: read, days: 5))
        }
    }

    /// Both halves of the receipt, of what the record was when it was deposited.
    private mutating func receive(
        _ visit: Visit, by name: OrganisationName, _ grant: StatementID, _ release: StatementID,
        after time: LedgerTime
    ) {
        if appended.contains(visit.record)
            || !received.insert(Receipt(record: visit.record, by: name)).inserted
        {
            return
        }
        let dispatch = Dispatch(
            organisation: visit.custodian, record: visit.record, grant: grant, release: release,
            contents: visit.deposit)
        say(.dispatch(dispatch), by: member(of: visit.custodian, .gateway).key, at: time + 30)
        let acknowledge = Acknowledge(
            organisation: name, record: visit.record, grant: grant, release: release,
            contents: visit.deposit, ownerEnvelope: random(), custodianEnvelope: random())
        say(.acknowledge(acknowledge), by: member(of: name, .gateway).key, at: time + 90)
    }

    // MARK: Ends

    /// What concerns all that a patient has: reading before a visit, a lost wallet, the wish to be forgotten.
    mutating func end(_ visits: [Visit], _ patient: inout PrivatePatient) {
        let time = Self.start + 440 * Self.day + source.next() % (10 * Self.day)
        if habits.contains(.readingInARow) {
            let clinician = member(of: visits[0].custodian, .clinician)
            for (index, visit) in visits.enumerated() where visit.custodian == clinician.organisation {
                let read = Release(
                    organisation: visit.custodian, record: visit.record, custodian: visit.custodian,
                    basis: .care)
                say(.release(read), by: clinician.key, at: time + UInt64(20 * index))
            }
        }
        // What befalls all of somebody's records marks them even weeks apart: it must be rare, and is.
        if patient.number % (habits.contains(.recoveryAtOnce) ? 10 : 100) == 5 {
            recover(visits, &patient, at: time)
        } else if patient.number % (habits.contains(.removalAtOnce) ? 10 : 100) == 6 {
            remove(visits, at: time)
        } else {
            for visit in visits where source.chance(1, in: 20) { remove([visit], at: time) }
        }
    }

    private mutating func recover(_ visits: [Visit], _ patient: inout PrivatePatient, at time: LedgerTime) {
        for (index, visit) in visits.enumerated() {
            let (name, key) = (visit.custodian, patient.key(for: visit.custodian))
            let auditor = OrganisationName("auditor1")!
            let second = member(of: auditor, .auditor).key
            let reassign = Reassign(
                organisation: name, record: visit.record, permit: permit(key, for: name, of: patient),
                ownerEnvelope: random(), secondOrganisation: auditor, second: second)
            let moment =
                habits.contains(.recoveryAtOnce) ? time + UInt64(30 * index) : later(than: time, days: 25)
            say(.reassign(reassign), by: member(of: name, .registrar).key, with: [second], at: moment)
        }
    }

    private mutating func remove(_ visits: [Visit], at time: LedgerTime) {
        for (index, visit) in visits.enumerated() {
            let moment =
                habits.contains(.removalAtOnce) ? time + UInt64(5 * index) : later(than: time, days: 25)
            say(.remove(Remove(record: visit.record)), by: visit.owner, at: moment)
        }
    }
}
