internal import Primitives

/// A code short enough for two people to compare: both sides compute it of the same bytes and read it to each
/// other.
public enum ShortCode {
    /// Four groups of four characters (`7K2M-Q9XD-4TRA-0B6N`): the first 80 bits of the SHA-256 of `bytes` in
    /// Crockford's base32.
    ///
    /// 80 bits, because an attacker who could find other bytes with the same code could put a key of theirs in place
    /// of another's.
    public static func of(_ bytes: [UInt8]) -> String {
        let symbols = CrockfordBase32.symbols(of: SHA256.digest(bytes).prefix(10), count: 16)
        var text = [UInt8]()
        for (index, symbol) in symbols.enumerated() {
            if index > 0, index % 4 == 0 { text.append(UInt8(ascii: "-")) }
            text.append(CrockfordBase32.character(symbol))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
