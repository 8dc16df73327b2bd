/// A second in UTC, as S3 writes it in its three ways.
struct UTCTime: Equatable {
    let year: Int
    let month: Int
    let day: Int
    let secondOfDay: Int

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    init(secondsSince1970 seconds: Int) {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        secondOfDay = seconds - days * 86_400
        // Days in eras of 400 years that begin on the first of March (Howard Hinnant, "chrono-compatible low-level date
        // algorithms").
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `Mon, 30 Nov 2026 19:48:03 GMT` (RFC 9110, section 5.6.7).
    init?(http text: [UInt8]) {
        let parts = text.split(separator: 0x20, omittingEmptySubsequences: false).map(Array.init)
        guard parts.count == 6, parts[0].count == 4, parts[0][3] == 0x2c, parts[5] == Array("GMT".utf8),
            let month = Self.months.firstIndex(where: { Array($0.utf8) == parts[2] })
        else { return nil }
        self.init(year: parts[3], month: month + 1, day: parts[1], time: parts[4])
    }

    /// `2026-11-30T19:48:05Z`, also with digits after a point.
    init?(iso8601 text: [UInt8]) {
        guard text.last == 0x5a else { return nil }
        let parts = text.dropLast().split(separator: 0x54, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: 0x2d, omittingEmptySubsequences: false).map(Array.init)
        let time = parts[1].split(separator: 0x2e, omittingEmptySubsequences: false).map(Array.init)
        guard date.count == 3, date[1].count == 2, let month = Decimal.number(date[1]),
            time.count == 1 || time.count == 2 && Decimal.number(time[1]) != nil
        else { return nil }
        self.init(year: date[0], month: month, day: date[2], time: time[0])
    }

    private init?(year: [UInt8], month: Int, day: [UInt8], time: [UInt8]) {
        let clock = time.split(separator: 0x3a, omittingEmptySubsequences: false).map(Array.init)
        guard year.count == 4, day.count == 2, clock.count == 3, clock.allSatisfy({ $0.count == 2 }),
            let year = Decimal.number(year), let day = Decimal.number(day),
            let hour = Decimal.number(clock[0]), let minute = Decimal.number(clock[1]),
            let second = Decimal.number(clock[2]), year >= 1970, (1...12).contains(month),
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        // A leap second is the one before it.
        secondOfDay = hour * 3_600 + minute * 60 + min(second, 59)
    }

    var secondsSince1970: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400 + secondOfDay
    }

    /// `20261130`.
    var date: String { Self.digits(year, 4) + Self.digits(month, 2) + Self.digits(day, 2) }

    /// `20261130T194803Z`.
    var basic: String {
        date + "T" + Self.digits(secondOfDay / 3_600, 2) + Self.digits(secondOfDay / 60 % 60, 2)
            + Self.digits(secondOfDay % 60, 2) + "Z"
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
