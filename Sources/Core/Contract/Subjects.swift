extension VerifiedStatement {
    /// What the statement is about, for the indexes beside the contract: handles, ids, keys and names, as
    /// bytes; each once.
    public var subjects: [[UInt8]] {
        var seen = Set<[UInt8]>()
        let all =
            [id.bytes, caller.bytes] + named + (permit.map { [$0.key.bytes] } ?? [])
            + statement.approvals.map { $0.key.bytes }
        return all.filter { seen.insert($0).inserted }
    }

    private var named: [[UInt8]] {
        switch assertion {
        case .admit(let it): [it.organisation.name.bytes] + it.endorsers.map { $0.bytes }
        case .suspend(let it): [it.organisation.bytes] + it.endorsers.map { $0.bytes }
        case .rotateRoot(let it): [it.organisation.bytes, it.root.bytes] + it.endorsers.map { $0.bytes }
        case .enrol(let it):
            [it.organisation.bytes, it.member.bytes] + (it.replaces.map { [$0.bytes] } ?? [])
        case .retire(let it): [it.organisation.bytes, it.member.bytes]
        case .deposit(let it): [it.organisation.bytes, it.record.bytes]
        case .append(let it): [it.organisation.bytes, it.record.bytes] + (it.grant.map { [$0.bytes] } ?? [])
        case .reseal(let it):
            [it.organisation.bytes, it.record.bytes] + it.grants.map { $0.of.bytes }
                + it.delegates.map { $0.of.bytes }
        case .dispatch(let it): [it.organisation.bytes, it.record.bytes, it.grant.bytes, it.release.bytes]
        case .acknowledge(let it): [it.organisation.bytes, it.record.bytes, it.grant.bytes, it.release.bytes]
        case .adopt(let it): [it.organisation.bytes, it.record.bytes]
        case .remove(let it): [it.record.bytes]
        case .attestErasure(let it): [it.organisation.bytes, it.record.bytes]
        case .hold(let it): [it.organisation.bytes, it.record.bytes]
        case .request(let it): [it.organisation.bytes, it.custodian.bytes]
        case .route(let it): [it.organisation.bytes, it.request.bytes]
        case .answer(let it): [it.request.bytes]
        case .grant(let it):
            [it.record.bytes, it.organisation.bytes] + (it.grantee.map { [$0.bytes] } ?? [])
                + (it.request.map { [$0.bytes] } ?? [])
        case .revoke(let it): [it.record.bytes, it.grant.bytes]
        case .delegate(let it): [it.record.bytes, it.delegate.bytes]
        case .undelegate(let it): [it.record.bytes, it.delegate.bytes]
        case .instruct(let it): [it.record.bytes]
        case .reassign(let it):
            [it.organisation.bytes, it.record.bytes, it.secondOrganisation.bytes, it.second.bytes]
        case .veto(let it): [it.record.bytes]
        case .release(let it):
            [it.record.bytes, it.custodian.bytes] + (it.organisation.map { [$0.bytes] } ?? [])
                + (it.grant.map { [$0.bytes] } ?? []) + (it.emergency.map { [$0.bytes] } ?? [])
        case .emergency(let it):
            [
                it.organisation.bytes, it.record.bytes, it.readerOrganisation.bytes, it.reader.bytes,
                it.second.bytes,
            ]
        case .review(let it):
            [it.record.bytes, it.emergency.bytes] + (it.organisation.map { [$0.bytes] } ?? [])
        }
    }
}

extension Assertion {
    /// The organisation whose vault or desk has what it points to, serves by it, or is emptied by it;
    /// nil where it names none. Its server is the one to have the statement ordered: no other can see
    /// to that.
    public var keeper: OrganisationName? {
        switch self {
        case .deposit(let it): it.organisation
        case .append(let it): it.organisation
        case .reseal(let it): it.organisation
        case .acknowledge(let it): it.organisation
        case .adopt(let it): it.organisation
        case .reassign(let it): it.organisation
        case .emergency(let it): it.organisation
        case .attestErasure(let it): it.organisation
        case .request(let it): it.custodian
        case .route(let it): it.organisation
        case .release(let it): it.custodian
        case .admit, .suspend, .rotateRoot, .enrol, .retire, .dispatch, .remove, .hold, .answer, .grant,
            .revoke, .delegate, .undelegate, .instruct, .veto, .review:
            nil
        }
    }

    /// The record that it is about; nil where it is about none.
    public var record: RecordHandle? {
        switch self {
        case .deposit(let it): it.record
        case .append(let it): it.record
        case .reseal(let it): it.record
        case .dispatch(let it): it.record
        case .acknowledge(let it): it.record
        case .adopt(let it): it.record
        case .remove(let it): it.record
        case .attestErasure(let it): it.record
        case .hold(let it): it.record
        case .grant(let it): it.record
        case .revoke(let it): it.record
        case .delegate(let it): it.record
        case .undelegate(let it): it.record
        case .instruct(let it): it.record
        case .reassign(let it): it.record
        case .veto(let it): it.record
        case .release(let it): it.record
        case .emergency(let it): it.record
        case .review(let it): it.record
        case .admit, .suspend, .rotateRoot, .enrol, .retire, .request, .route, .answer: nil
        }
    }
}
