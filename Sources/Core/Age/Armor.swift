import Primitives

/// The ASCII armor of c2sp.org/age ("ASCII armor"): strict PEM (RFC 7468, figure 3) around a binary age file.
enum Armor {
    static let begin: [UInt8] = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    static let end: [UInt8] = Array("-----END AGE ENCRYPTED FILE-----".utf8)
    static let lineBytes = 48
    static let lineCharacters = 64
    /// More white space than this before or after is refused.
    static let whitespaceMax = 1024

    static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    /// Whether `known`, a file's beginning, is that of armor: the first byte that is not white space is a dash, or
    /// there is nothing but white space. No binary age file starts with either. Nil while more may come (not
    /// `isAtEnd`) and could tell.
    static func begins(_ known: ArraySlice<UInt8>, isAtEnd: Bool) -> Bool? {
        let start = known.prefix(whitespaceMax + 1)
        if let first = start.first(where: { !isWhitespace($0) }) { return first == UInt8(ascii: "-") }
        if start.count > whitespaceMax { return true }
        return isAtEnd ? !start.isEmpty : nil
    }

    /// The armor of `file`.
    static func encode(_ file: [UInt8]) -> [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity(file.count / lineBytes * (lineCharacters + 1) + 200)
        var encoder = ArmorEncoder(&text)
        file.withUnsafeBytes { encoder.encode($0, to: &text) }
        encoder.finish(&text)
        return text
    }

    /// What is in the armor that `text` is. Throws `AgeError.armor`.
    static func decode(_ text: [UInt8]) throws(AgeError) -> [UInt8] {
        var decoder = ArmorDecoder()
        var file = [UInt8]()
        file.reserveCapacity(text.count / (lineCharacters + 1) * lineBytes + lineBytes)
        var rest = text[...]
        while !decoder.isDone {
            rest = rest.dropFirst(try decoder.decode(rest, isAtEnd: true, to: &file))
        }
        return file
    }
}

/// Writes armor around a file as it comes.
struct ArmorEncoder {
    /// Bytes of a line that is not yet full.
    private var line: [UInt8] = []

    /// Begins the armor in `text`.
    init(_ text: inout [UInt8]) { text += Armor.begin + [UInt8(ascii: "\n")] }

    /// Appends what is ready of the armor of `bytes` to `text`.
    mutating func encode(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
        var rest = bytes
        if !line.isEmpty {
            let count = min(Armor.lineBytes - line.count, rest.count)
            line.append(contentsOf: rest.prefix(count))
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            guard line.count == Armor.lineBytes else { return }
            line.withUnsafeBytes { Base64.appendUnpadded($0, to: &text) }
            text.append(UInt8(ascii: "\n"))
            line.removeAll(keepingCapacity: true)
        }
        while rest.count >= Armor.lineBytes {
            Base64.appendUnpadded(UnsafeRawBufferPointer(rebasing: rest[..<Armor.lineBytes]), to: &text)
            text.append(UInt8(ascii: "\n"))
            rest = UnsafeRawBufferPointer(rebasing: rest[Armor.lineBytes...])
        }
        line.append(contentsOf: rest)
    }

    /// Appends the end.
    func finish(_ text: inout [UInt8]) {
        if !line.isEmpty {
            line.withUnsafeBytes { Base64.appendUnpadded($0, to: &text) }
            let padding = (3 - line.count % 3) % 3
            text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: padding))
            text.append(UInt8(ascii: "\n"))
        }
        text += Armor.end + [UInt8(ascii: "\n")]
    }
}
