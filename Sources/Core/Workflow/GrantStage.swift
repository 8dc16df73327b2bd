public import Contract

extension GrantState {
    /// How it stands, in a word or two.
    public func stage(at time: LedgerTime) -> String {
        switch refusal(at: time) {
        case .grantRevoked: "revoked"
        case .grantNotYetValid: "not yet valid"
        case .grantExpired: "expired"
        default: releasesUsed < releasesAllowed ? "in force" : "used up"
        }
    }
}
