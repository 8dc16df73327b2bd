/// Whose server has a statement ordered.
public enum Keeper: Hashable, Sendable {
    case organisation(OrganisationName)
    /// The custodian that the request was made to.
    case custodianAsked(by: StatementID)
    /// Any organisation that keeps the record.
    case anyCustodian(of: RecordHandle)

    /// Nil where the state says who it is.
    public var organisation: OrganisationName? {
        if case .organisation(let name) = self { name } else { nil }
    }
}
