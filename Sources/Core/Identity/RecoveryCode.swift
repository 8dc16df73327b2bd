public import Primitives

/// Why a typed recovery code is refused.
public enum WalletError: Error, Equatable, Sendable {
    /// The group of this number (from 1) is mistyped: it is the first that is not as printed.
    case groupMistyped(Int)
    /// Every whole group is right, but there are not 70 characters.
    case lengthWrong(characters: Int)
    /// Every group is right by itself and yet they are not one code.
    case codeWrong
}

extension WalletError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .groupMistyped(let group): "group \(group) of the recovery code is mistyped"
        case .lengthWrong(let characters):
            "the recovery code has \(RecoveryCode.characters) characters, not \(characters)"
        case .codeWrong: "this is not a recovery code as it was printed: compare every group"
        }
    }
}

extension Wallet {
    /// The printed code of the master secret: ASCII, 14 groups of 5 characters with hyphens between, 83 bytes
    /// (docs/reference/format.md).
    ///
    /// The code is the wallet: a person who reads it has every key. Print it and let go of it; never make a String
    /// of it.
    public var recoveryCode: SecretBytes { RecoveryCode.print(master) }

    /// The wallet of a code as it was typed: in either case, with any spaces, line ends and hyphens, O for 0,
    /// I and L for 1. Throws when it is not a code that was printed, naming the first group that differs. The
    /// caller wipes `recoveryCode`.
    public init(recoveryCode: [UInt8]) throws(WalletError) {
        self.init(master: try RecoveryCode.read(recoveryCode))
    }
}

/// A master secret on paper.
///
/// 32 bytes and the first 3 bytes of their SHA-256, in Crockford's base32: 56 symbols, four to a group; each
/// group of five ends with a symbol that makes it a word of a linear code over GF(32), its number counted in.
/// One wrong character in a group, or any two of its characters exchanged, never give such a word, nor do two
/// groups exchanged; what else slips through a group (1 of 32) meets the 24 bits of SHA-256.
enum RecoveryCode {
    static let groups = 14
    static let characters = groups * (dataPerGroup + 1)
    private static let dataPerGroup = 4
    private static let digestBytes = 3
    private static let hyphen = UInt8(ascii: "-")

    static func print(_ master: SecretBytes) -> SecretBytes {
        let payload = SecretBytes(count: Wallet.masterBytes + digestBytes) { payload in
            master.withUnsafeBytes { payload.copyMemory(from: $0) }
            UnsafeMutableRawBufferPointer(rebasing: payload[Wallet.masterBytes...]).copyBytes(
                from: digest(of: master))
        }
        var symbols = payload.withUnsafeBytes {
            CrockfordBase32.symbols(of: $0, count: groups * dataPerGroup)
        }
        defer { wipe(&symbols) }
        return SecretBytes(count: characters + groups - 1) { output in
            for group in 0..<groups {
                let data = symbols[group * dataPerGroup..<(group + 1) * dataPerGroup]
                let start = group * (dataPerGroup + 2)
                for (offset, symbol) in data.enumerated() {
                    output[start + offset] = CrockfordBase32.character(symbol)
                }
                output[start + dataPerGroup] = CrockfordBase32.character(check(data, group: group))
                if group < groups - 1 { output[start + dataPerGroup + 1] = hyphen }
            }
        }
    }

    static func read(_ code: [UInt8]) throws(WalletError) -> SecretBytes {
        var typed = [UInt8]()
        typed.reserveCapacity(code.count)
        var symbols = [UInt8]()
        symbols.reserveCapacity(characters)
        defer {
            wipe(&typed)
            wipe(&symbols)
        }
        for character in code where !isSeparator(character) { typed.append(character) }
        for group in 0..<groups {
            let start = group * (dataPerGroup + 1)
            guard start + dataPerGroup < typed.count else { throw .lengthWrong(characters: typed.count) }
            for position in start..<start + dataPerGroup + 1 {
                guard let symbol = CrockfordBase32.symbol(typed[position]) else {
                    throw .groupMistyped(group + 1)
                }
                symbols.append(symbol)
            }
            let data = symbols[symbols.count - dataPerGroup - 1..<symbols.count - 1]
            guard symbols[symbols.count - 1] == check(data, group: group) else {
                throw .groupMistyped(group + 1)
            }
            symbols.removeLast()
        }
        guard typed.count == characters else { throw .lengthWrong(characters: typed.count) }
        let payload = SecretBytes(count: Wallet.masterBytes + digestBytes) {
            CrockfordBase32.write(symbols, into: $0)
        }
        let master = payload.withUnsafeBytes { SecretBytes(copying: $0.prefix(Wallet.masterBytes)) }
        let digest = payload.withUnsafeBytes { Array($0.suffix(digestBytes)) }
        guard equalInConstantTime(digest, self.digest(of: master)) else { throw .codeWrong }
        return master
    }

    /// The first bytes of the SHA-256 of the master secret.
    private static func digest(of master: SecretBytes) -> [UInt8] {
        var hash = SHA256()
        master.withUnsafeBytes { hash.update($0) }
        return Array(hash.finish().prefix(digestBytes))
    }

    private static func isSeparator(_ character: UInt8) -> Bool {
        [0x20, 0x09, 0x0a, 0x0d, hyphen].contains(character)
    }

    /// The check symbol c of a group: c + data[0] a + data[1] a^2 + data[2] a^3 + data[3] a^4 + (group + 1)
    /// a^5 = 0 over GF(32), a = 2.
    ///
    /// The weights are different and not zero: that is why every change of one symbol and every exchange of
    /// two shows.
    private static func check(_ data: ArraySlice<UInt8>, group: Int) -> UInt8 {
        var sum: UInt8 = 0
        for symbol in [UInt8(group + 1)] + data.reversed() { sum = timesTwo(sum ^ symbol) }
        return sum
    }

    /// Multiplication by 2 in GF(32) = GF(2)[x] / (x^5 + x^3 + 1), the field of bech32 (BIP 173), where 2
    /// generates every element.
    private static func timesTwo(_ symbol: UInt8) -> UInt8 {
        let doubled = symbol << 1
        return doubled & 32 == 0 ? doubled : doubled ^ 0b10_1001
    }
}
