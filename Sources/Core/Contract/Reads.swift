/// The present values of the keys that a statement's decision may look at, and of no others.
///
/// Looking at another key stops the process: it would be a decision that no two executions need agree on.
public struct Reads: Sendable {
    private var keys: [StateKey] = []
    private var values: [[UInt8]?] = []

    /// Asks `value` for each of `statement.readKeys`; nil where a key has none.
    public init<Failure: Error>(
        of statement: VerifiedStatement, value: (StateKey) throws(Failure) -> [UInt8]?
    ) throws(Failure) {
        for key in statement.readKeys {
            keys.append(key)
            values.append(try value(key))
        }
    }

    subscript(key: StateKey) -> [UInt8]? {
        guard let index = keys.firstIndex(of: key) else {
            preconditionFailure("a decision looks at a key that the statement does not announce")
        }
        return values[index]
    }
}

extension VerifiedStatement {
    /// Every key of the state that the decision may look at; computed from the statement alone.
    public var readKeys: [StateKey] { [.statement(id)] + ruleKeys }

    private var ruleKeys: [StateKey] {
        switch assertion {
        case .admit(let it): [.network, .organisation(it.organisation.name)] + endorsers(it.endorsers)
        case .suspend(let it): [.network, .organisation(it.organisation)] + endorsers(it.endorsers)
        case .rotateRoot(let it): [.network, .organisation(it.organisation)] + endorsers(it.endorsers)
        case .enrol(let it):
            [.organisation(it.organisation), .member(it.member), .permit(it.member)]
                + (it.replaces.map { [.member($0)] } ?? [])
        case .retire(let it): [.organisation(it.organisation), .member(it.member)]
        case .deposit(let it): member(it.organisation) + permitKeys + record(it.record)
        case .append(let it):
            member(it.organisation) + copy(it.record, it.organisation) + (it.grant.map { [.grant($0)] } ?? [])
        case .reseal(let it):
            member(it.organisation) + copy(it.record, it.organisation)
                + it.delegates.map { .delegation(it.record, $0.of) } + it.grants.map { .grant($0.of) }
        case .dispatch(let it):
            member(it.organisation) + copy(it.record, it.organisation)
                + [.grant(it.grant), .release(it.release)]
        case .acknowledge(let it):
            member(it.organisation) + copy(it.record, it.organisation)
                + [.grant(it.grant), .release(it.release)]
        case .adopt(let it): member(it.organisation) + permitKeys + copy(it.record, it.organisation)
        case .remove(let it): record(it.record)
        case .attestErasure(let it): member(it.organisation) + copy(it.record, it.organisation)
        case .hold(let it): member(it.organisation) + copy(it.record, it.organisation)
        case .request(let it): member(it.organisation) + [.organisation(it.custodian)]
        case .route(let it): member(it.organisation) + permitKeys + [.request(it.request)]
        case .answer(let it): [.request(it.request)]
        case .grant(let it):
            record(it.record) + [.delegation(it.record, caller), .organisation(it.organisation)]
                + (it.grantee.map { [.member($0)] } ?? []) + (it.request.map { [.request($0)] } ?? [])
        case .revoke(let it): record(it.record) + [.delegation(it.record, caller), .grant(it.grant)]
        case .delegate(let it):
            record(it.record) + [.delegation(it.record, it.delegate), .member(it.delegate)]
        case .undelegate(let it): record(it.record) + [.delegation(it.record, it.delegate)]
        case .instruct(let it): record(it.record)
        case .reassign(let it):
            member(it.organisation) + [.organisation(it.secondOrganisation), .member(it.second)] + permitKeys
                + copy(it.record, it.organisation)
        case .veto(let it): record(it.record)
        case .release(let it):
            (it.organisation.map(member) ?? [.delegation(it.record, caller)])
                + copy(it.record, it.custodian) + (it.grant.map { [.grant($0)] } ?? [])
                + (it.emergency.map { [.emergency($0)] } ?? [])
        case .emergency(let it):
            member(it.organisation)
                + [.member(it.second), .organisation(it.readerOrganisation), .member(it.reader)]
                + copy(it.record, it.organisation)
        case .review(let it):
            (it.organisation.map(member) ?? []) + record(it.record) + [.emergency(it.emergency)]
        }
    }

    private func member(_ organisation: OrganisationName) -> [StateKey] {
        [.organisation(organisation), .member(caller)]
    }

    private func endorsers(_ names: [OrganisationName]) -> [StateKey] { names.map { .organisation($0) } }

    private var permitKeys: [StateKey] { permit.map { [.permit($0.key), .member($0.key)] } ?? [] }

    private func record(_ handle: RecordHandle) -> [StateKey] { [.record(handle), .clock(handle)] }

    private func copy(_ handle: RecordHandle, _ custodian: OrganisationName) -> [StateKey] {
        record(handle) + [.custody(handle, custodian)]
    }
}
