/// Crockford's base32: digits and capital letters without I, L, O and U; each character is 5 bits, the most
/// significant first.
enum CrockfordBase32 {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The character of a symbol (0 to 31).
    static func character(_ symbol: UInt8) -> UInt8 { alphabet[Int(symbol)] }

    /// The symbol of a character as people type it: either case, O for 0, I and L for 1; nil for any other.
    static func symbol(_ character: UInt8) -> UInt8? {
        let upper = (0x61...0x7a).contains(character) ? character - 0x20 : character
        switch upper {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default: return alphabet.firstIndex(of: upper).map { UInt8($0) }
        }
    }

    /// The first `count` symbols of `bytes`; the bits after the last byte are zeroes.
    static func symbols(of bytes: some Collection<UInt8>, count: Int) -> [UInt8] {
        var symbols = [UInt8]()
        symbols.reserveCapacity(count)
        var iterator = bytes.makeIterator()
        var pending: UInt16 = 0
        var bits = 0
        for _ in 0..<count {
            if bits < 5 {
                pending = pending << 8 | UInt16(iterator.next() ?? 0)
                bits += 8
            }
            bits -= 5
            symbols.append(UInt8(truncatingIfNeeded: pending >> UInt16(bits)) & 31)
        }
        return symbols
    }

    /// Writes the bytes of `symbols` into `output`, as many as it holds; whatever is left over is not looked
    /// at.
    static func write(_ symbols: [UInt8], into output: UnsafeMutableRawBufferPointer) {
        precondition(symbols.count * 5 >= output.count * 8, "too few symbols")
        var pending: UInt16 = 0
        var bits = 0
        var position = 0
        for symbol in symbols {
            pending = pending << 5 | UInt16(symbol)
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            guard position < output.count else { return }
            output[position] = UInt8(truncatingIfNeeded: pending >> UInt16(bits))
            position += 1
        }
    }
}
