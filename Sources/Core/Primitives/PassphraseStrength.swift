import CSodium

/// Whether a new passphrase can be guessed (docs/decisions/0037).
///
/// What counts are characters that a list of guesses does not have anyway: not the worst words, not the names of what
/// the passphrase opens, not what repeats or goes on like `aaaa` and `1234`.
public enum PassphraseStrength {
    /// How many characters must count.
    public static let charactersMin = 12
    /// How many different ones must be among them.
    static let differentMin = 6

    /// What people are told who have typed a weak one.
    public static let advice = """
        the passphrase is too easy to guess: take at least \(charactersMin) characters, for example four words that do not \
        belong together. What repeats or goes on (aaaa, 1234), the most guessed words and the names of the home and its \
        organisation do not count
        """

    /// Whether `passphrase` is strong enough for what bears `names`.
    public static func suffices(_ passphrase: SecretBytes, besides names: [String]) -> Bool {
        var characters = passphrase.withUnsafeBytes { Array($0) }
        defer { wipe(&characters) }
        for index in characters.indices { characters[index] = lowercase(characters[index]) }
        // The longest first: a part of a name would keep the rest of it from being found.
        let words = names + names.flatMap { $0.split(separator: " ").map(String.init) }
        for word in (worstWords + words).sorted(by: { $0.utf8.count > $1.utf8.count })
        where word.utf8.count >= 3 {
            remove(word.utf8.map(lowercase), from: &characters)
        }
        var letters = [UInt32]()
        for byte in characters {
            // What belongs to a UTF-8 character that has begun.
            if byte & 0xc0 == 0x80, let last = letters.popLast() {
                letters.append(last << 6 | UInt32(byte & 0x3f))
            } else {
                letters.append(UInt32(byte))
            }
        }
        defer {
            letters.withUnsafeMutableBytes { if let base = $0.baseAddress { sodium_memzero(base, $0.count) } }
        }
        let counted = letters.indices.filter { !goesOn(letters, at: $0) }
        return counted.count >= charactersMin && Set(counted.map { letters[$0] }).count >= differentMin
    }

    /// Of those that lead the published lists of passwords that were stolen, and the words of this place.
    private static let worstWords = [
        "correct horse battery staple", "correcthorsebatterystaple", "password", "passwort", "passphrase",
        "qwertyuiop", "qwertzuiop", "qwerty", "qwertz", "asdfghjkl", "asdfgh", "zxcvbnm", "yxcvbnm",
        "1q2w3e4r5t",
        "1q2w3e4r", "1qaz2wsx", "iloveyou", "letmein", "welcome", "willkommen", "changeme", "administrator",
        "admin", "secret", "geheim", "sunshine", "princess", "football", "baseball", "dragon", "monkey",
        "master",
        "medseal", "hospital", "insurer",
    ]

    /// Whether the letter at `index` is the third or a later one of a row whose neighbours are all equal, or all one apart.
    private static func goesOn(_ letters: [UInt32], at index: Int) -> Bool {
        guard index >= 2 else { return false }
        let step = Int64(letters[index]) - Int64(letters[index - 1])
        return (-1...1).contains(step) && Int64(letters[index - 1]) - Int64(letters[index - 2]) == step
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func remove(_ word: [UInt8], from bytes: inout [UInt8]) {
        var index = 0
        while index + word.count <= bytes.count {
            if bytes[index..<index + word.count].elementsEqual(word) {
                bytes.removeSubrange(index..<index + word.count)
            } else {
                index += 1
            }
        }
    }
}
