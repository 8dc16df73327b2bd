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

/// A time as it is typed: a day, or a moment, in UTC.
public struct MomentOption: ExpressibleByArgument {
    public let time: LedgerTime

    public init?(argument: String) {
        let moment = argument.utf8.count == 10 ? argument + "T00:00:00Z" : argument
        guard let date = try? Date(moment, strategy: .iso8601), date.timeIntervalSince1970 >= 0 else {
            return nil
        }
        time = UInt64(date.timeIntervalSince1970)
    }
}
