public import ArgumentParser
public import Contract
import Foundation
import Glibc

/// Times as people and programs read them.
public enum Moment {
    /// A standard stream that a text goes to.
    public enum Stream: Int32, Sendable {
        case output = 1
        case error = 2
    }

    /// On a terminal in the reader's own time, with its distance from UTC: `2026-11-30 21:07:03 +01:00`. In a pipe or a
    /// file in UTC: `2026-11-30T20:07:03Z`.
    public static func text(_ time: LedgerTime, on stream: Stream = .output) -> String {
        isatty(stream.rawValue) == 1 ? local(time) : utc(time)
    }

    /// As ISO 8601 in UTC.
    public static func utc(_ time: LedgerTime) -> String {
        Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
    }

    private static func local(_ time: LedgerTime) -> String {
        var seconds = time_t(clamping: time)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return utc(time) }
        var text = [CChar](repeating: 0, count: 64)
        let count = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S ", &parts)
        let minutes = abs(parts.tm_gmtoff) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            + (parts.tm_gmtoff < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
    }
}

/// A time as it is typed: a day (`2027-03-02`, its beginning in UTC), or a moment with its zone (`2027-03-02T08:30:00Z`,
/// `2027-03-02T09:30:00+01:00`). A day or an hour that does not exist is none.
public struct MomentOption: ExpressibleByArgument {
    public let time: LedgerTime

    public init?(argument: String) {
        let moment = argument.utf8.count == 10 ? argument + "T00:00:00Z" : argument
        let (digits, zone) = (String(moment.prefix(19)), moment.dropFirst(19))
        // What is read leniently and written back is what was typed, or there is no such time.
        guard let ahead = Self.seconds(ofZone: zone), let date = try? Date(digits + "Z", strategy: .iso8601),
            date.formatted(.iso8601) == digits + "Z",
            let time = LedgerTime(exactly: date.timeIntervalSince1970 - Double(ahead))
        else { return nil }
        self.time = time
    }

    private static func seconds(ofZone zone: Substring) -> Int? {
        if zone == "Z" { return 0 }
        let parts = zone.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = zone.first, sign == "+" || sign == "-", parts.count == 2,
            parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), hours <= 14, minutes < 60
        else { return nil }
        return (sign == "-" ? -60 : 60) * (hours * 60 + minutes)
    }
}
