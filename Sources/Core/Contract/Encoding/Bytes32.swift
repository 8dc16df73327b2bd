/// Thirty-two bytes that mean one thing: a digest is not a key, a key is not a handle.
public struct Bytes32<Meaning>: Hashable, Sendable {
    public let bytes: [UInt8]

    /// Nil when there are not exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    /// From 64 lowercase hexadecimal digits; nil for anything else.
    public init?(hex: some StringProtocol) {
        guard let bytes = decodeLowercaseHex(Array(hex.utf8)) else { return nil }
        self.init(bytes)
    }

    /// 64 lowercase hexadecimal digits.
    public var hex: String { lowercaseHex(bytes) }
}

extension Bytes32: Comparable {
    public static func < (one: Self, other: Self) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }
}

extension Bytes32: CustomStringConvertible {
    public var description: String { hex }
}

public enum DigestMeaning {}
public enum KeyMeaning {}
public enum RecordMeaning {}
public enum StatementMeaning {}

/// SHA-256 of some bytes as they are stored.
public typealias Digest = Bytes32<DigestMeaning>
/// An Ed25519 public key.
public typealias PublicKey = Bytes32<KeyMeaning>
/// A record's random handle.
public typealias RecordHandle = Bytes32<RecordMeaning>
/// SHA-256 of a statement's signed content; a request, grant or release is named by its statement.
public typealias StatementID = Bytes32<StatementMeaning>

/// Seconds since 1970-01-01T00:00:00Z, as the ledger says.
public typealias LedgerTime = UInt64

extension LedgerTime {
    /// So many seconds later, or the last time that can be written: no time that a log names may stop whoever
    /// executes it.
    func later(by seconds: UInt64) -> LedgerTime {
        let (sum, overflow) = addingReportingOverflow(seconds)
        return overflow ? .max : sum
    }
}

public func lowercaseHex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// The bytes of an even number of lowercase hexadecimal digits; nil for anything else.
public func decodeLowercaseHex(_ digits: [UInt8]) -> [UInt8]? {
    func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
    guard digits.count % 2 == 0 else { return nil }
    var result = [UInt8]()
    result.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
        result.append(high << 4 | low)
    }
    return result
}

/// An organisation's name: 1 to 40 of `a-z`, `0-9` and `-`, starting with a letter. One spelling each: no
/// upper case, no accents, nothing invisible.
public struct OrganisationName: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init?(_ bytes: [UInt8]) {
        let allowed = bytes.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
        }
        guard (1...40).contains(bytes.count), allowed, (0x61...0x7a).contains(bytes[0]) else { return nil }
        self.bytes = bytes
    }

    public init?(_ text: String) { self.init(Array(text.utf8)) }

    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
