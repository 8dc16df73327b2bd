public import Contract

// Times as others have them too. A time to the second that several statements share links them as surely as
// a name would (T20): what a wallet signs ends at the end of a day, an hour or a quarter, like everybody's.

extension LedgerTime {
    private static let hour: LedgerTime = 3_600
    private static let day: LedgerTime = 86_400
    /// About a quarter of a year.
    private static let quarter: LedgerTime = 91 * day

    /// The beginning of this day.
    public var dayBegun: LedgerTime { self - self % Self.day }

    /// The end of this day; a day's end is its own.
    public var dayEnded: LedgerTime { end(of: Self.day) }

    /// The end of this quarter.
    public var quarterEnded: LedgerTime { end(of: Self.quarter) }

    /// When a statement that is made at this time is no longer valid: a whole hour, some hours ahead.
    public var validUntil: LedgerTime { (self + 20 * Self.hour).end(of: Self.hour) }

    private func end(of span: LedgerTime) -> LedgerTime { (self + span - 1) / span * span }
}
