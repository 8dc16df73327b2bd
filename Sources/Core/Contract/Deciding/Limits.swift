/// The bounds that the rule book sets.
public enum Limits {
    /// A signed statement, in bytes: with what a log entry adds it fits an entry bundle (c2sp.org/tlog-tiles:
    /// 65,535 bytes).
    public static let statementBytesMax = 61_440
    /// How many statements may have brought files to a record since it was sealed: its state names each.
    public static let partsPerRecordMax = 256
    /// How far ahead a statement may say that it is valid: a day.
    public static let validitySecondsMax: UInt64 = 86_400
    /// How long a release may be used after it was recorded: a quarter of an hour.
    public static let releaseSeconds: UInt64 = 900
    /// The longest grant: ten years; to an insurer: a year.
    public static let grantSecondsMax: UInt64 = 3_660 * 86_400
    public static let insurerGrantSecondsMax: UInt64 = 366 * 86_400
    public static let releasesPerGrantMax: UInt64 = 10_000
    /// The longest enrolment of a member: ten years. The longest request: a year.
    public static let enrolmentSecondsMax: UInt64 = 3_660 * 86_400
    public static let requestSecondsMax: UInt64 = 366 * 86_400
    /// The longest delegation: until a newborn is of age.
    public static let delegationSecondsMax: UInt64 = 7_000 * 86_400
    /// The longest hold: thirty years, as some records must be kept.
    public static let holdSecondsMax: UInt64 = 10_980 * 86_400
    /// The longest emergency: a day; and within three days of it somebody must have looked into it.
    public static let emergencySecondsMax: UInt64 = 86_400
    public static let reviewSeconds: UInt64 = 259_200
    /// How long a reassignment waits for a veto: three days.
    public static let reassignmentSeconds: UInt64 = 259_200
    /// How many grants, and how many delegates, a re-sealing can give new envelopes.
    public static let rewrappedMax = 128
}
