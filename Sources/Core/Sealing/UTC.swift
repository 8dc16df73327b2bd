public import Contract

/// A ledger's time as people of every place write it: RFC 3339 in UTC, `2026-11-30T17:00:00Z`.
public enum UTC {
    private static let secondsPerDay: UInt64 = 86_400
    /// The last second of the year 9999: what has four digits ends there.
    private static let last: LedgerTime = 253_402_300_799

    public static func text(_ time: LedgerTime) -> String {
        let time = min(time, last)
        let (year, month, day) = date(daysSince1970: time / secondsPerDay)
        let second = time % secondsPerDay
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
            + "T\(digits(second / 3_600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))Z"
    }

    /// The Gregorian date, by eras of 400 years that begin on the first of March.
    private static func date(daysSince1970: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let days = daysSince1970 + 719_468
        let (era, dayOfEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func digits(_ number: UInt64, _ count: Int) -> String {
        var text = String(number)
        while text.utf8.count < count { text = "0" + text }
        return text
    }
}
