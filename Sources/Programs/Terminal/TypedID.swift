public import ArgumentParser
public import Contract
import Remote

/// An id, handle or key as it is typed: all of its 64 hexadecimal digits, or at least the first eight.
public struct TypedID<Meaning>: ExpressibleByArgument, Sendable {
    public static var digitsMin: Int { 8 }

    /// Lowercase.
    public let digits: String
    /// The id, where all of it was typed.
    public let whole: Bytes32<Meaning>?

    public init?(argument: String) {
        let isHexadecimal = argument.utf8.allSatisfy {
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
        }
        guard isHexadecimal, Self.digitsMin...64 ~= argument.utf8.count else { return nil }
        digits = argument
        whole = Bytes32(hex: argument)
    }

    /// The one that is meant. Unless all of it was typed, `candidates` gives those that it may be, others among them.
    ///
    /// Throws `refused` when it is none of them, saying where to find one (`finding`), and `badInput` when it may be
    /// several. `noun` is what it is called: "request".
    public func completed(
        _ noun: String, _ finding: String, among candidates: () async throws -> [Bytes32<Meaning>]
    ) async throws -> Bytes32<Meaning> {
        if let whole { return whole }
        let meant = Set(try await candidates()).filter { $0.hex.hasPrefix(digits) }
        guard let one = meant.first else {
            throw PartyError.refused("no \(noun) begins with \(digits): \(finding)")
        }
        guard meant.count == 1 else {
            throw PartyError.badInput(
                "\(meant.count) \(noun)s begin with \(digits): type more of its digits")
        }
        return one
    }
}

/// Ids as people read them: the first twelve digits, or as many as tell all of one answer apart.
public struct ShortIDs {
    public static let digitsMin = 12

    private let digits: Int

    /// Of an answer that shows `ids`.
    public init<Meaning>(_ ids: some Sequence<Bytes32<Meaning>>) {
        let all = Set(ids.map(\.hex))
        digits =
            (Self.digitsMin...64).first { count in Set(all.map { $0.prefix(count) }).count == all.count }
            ?? 64
    }

    public func callAsFunction<Meaning>(_ id: Bytes32<Meaning>) -> String { String(id.hex.prefix(digits)) }
}

extension Bytes32 {
    /// Alone, as people read it.
    public var short: String { String(hex.prefix(ShortIDs.digitsMin)) }
}

public typealias TypedRecord = TypedID<RecordMeaning>
public typealias TypedStatement = TypedID<StatementMeaning>
public typealias TypedKey = TypedID<KeyMeaning>
