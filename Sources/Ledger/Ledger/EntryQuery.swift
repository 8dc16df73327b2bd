public import Contract

/// Which entries of the log are looked for; what is nil does not matter.
public struct EntryQuery: Hashable, Sendable {
    /// What they are about: a handle, id, key or name (`VerifiedStatement.subjects`).
    public var subject: [UInt8]?
    public var kind: StatementKind?
    /// Their ledger time is this or later.
    public var since: LedgerTime?
    /// Their ledger time is earlier than this.
    public var until: LedgerTime?

    public init(
        subject: [UInt8]? = nil, kind: StatementKind? = nil, since: LedgerTime? = nil,
        until: LedgerTime? = nil
    ) {
        self.subject = subject
        self.kind = kind
        self.since = since
        self.until = until
    }
}
