public import Contract

extension GrantState {
    /// How it stands, in a few words: of a grant that ended with something else, with what (docs/decisions/0028). `record` is
    /// what it is for.
    public func stage(in record: RecordState, at time: LedgerTime) -> String {
        switch refusal(at: time) {
        case .grantRevoked: return "revoked"
        case .grantNotYetValid: return "not yet valid"
        case .grantExpired: return "expired"
        default: break
        }
        if record.removed != nil { return "ended: the record was removed" }
        if owner != record.owner(at: time) { return "ended: the record has another owner" }
        if hasLapsed(in: record, at: time) { return "ended: the delegation by which it was given is over" }
        if kind != .append, sealing != record.sealing { return "ended: the record was sealed anew" }
        return releasesUsed < releasesAllowed ? "in force" : "used up"
    }
}
