public import API

extension Wire.Receipt {
    /// Where the statement stands and how sure that is, for people.
    public var shown: String { "at ledger position \(position) (\(acknowledged))" }
}

extension Sequence<Wire.Receipt> {
    /// What is true of all of them.
    public var acknowledged: Wire.Acknowledged {
        let reached = Set(map(\.acknowledged))
        return Wire.Acknowledged.allCases.first(where: reached.contains) ?? .cosigned
    }
}
