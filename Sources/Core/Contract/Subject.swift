/// Something that a statement is about: what the indexes beside the contract find it by.
enum Subject: Hashable, Sendable {
    case organisation(OrganisationName)
    case record(RecordHandle)
    /// A member's, a delegate's or a root's.
    case key(PublicKey)
    /// A request, grant, release or emergency.
    case statement(StatementID)

    var bytes: [UInt8] {
        switch self {
        case .organisation(let name): name.bytes
        case .record(let handle): handle.bytes
        case .key(let key): key.bytes
        case .statement(let id): id.bytes
        }
    }
}

extension VerifiedStatement {
    /// What the statement is about, for the indexes beside the contract: handles, ids, keys and names, as
    /// bytes; each once.
    public var subjects: [[UInt8]] {
        var seen = Set<[UInt8]>()
        var all = [id.bytes, caller.bytes]
        for subject in assertion.subjects { all.append(subject.bytes) }
        if let permit { all.append(permit.key.bytes) }
        all += statement.approvals.map { $0.key.bytes }
        return all.filter { seen.insert($0).inserted }
    }
}
