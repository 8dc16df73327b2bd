public import ArgumentParser
public import Contract
import Foundation

/// Times as people and programs read them.
public enum Moment {
    public static func text(_ time: LedgerTime) -> String {
        Date(timeIntervalSince1970: TimeInterval(time)).formatted(.iso8601)
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
