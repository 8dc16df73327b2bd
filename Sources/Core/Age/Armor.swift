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
}

/// Writes armor around what is written to it. `finish` has to be called at the end.
struct ArmorSink<Base: ByteSink & ~Copyable>: ByteSink, ~Copyable {
    private let base: UnsafeMutablePointer<Base>
    private var hash: SHA256?
    private var byteCount = 0
    /// Bytes of a line that is not yet full.
    private var line: [UInt8] = []
    private var text: [UInt8] = []

    /// `base` must outlive this. The hash, if any, is of the armored file.
    init(_ base: UnsafeMutablePointer<Base>, hash: consuming SHA256?) {
        self.base = base
        self.hash = hash
        text = Armor.begin + [UInt8(ascii: "\n")]
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
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
            if text.count >= 64 << 10 { try flush() }
        }
        line.append(contentsOf: rest)
    }

    /// Writes the end; gives the size of the armored file and its SHA-256.
    mutating func finish() throws -> (byteCount: Int, digest: [UInt8]?) {
        if !line.isEmpty {
            line.withUnsafeBytes { Base64.appendUnpadded($0, to: &text) }
            let padding = (3 - line.count % 3) % 3
            text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: padding))
            text.append(UInt8(ascii: "\n"))
        }
        text += Armor.end + [UInt8(ascii: "\n")]
        try flush()
        return (byteCount, hash.take()?.finish())
    }

    private mutating func flush() throws {
        try text.withUnsafeBytes {
            hash?.update($0)
            try base.pointee.write($0)
        }
        byteCount += text.count
        text.removeAll(keepingCapacity: true)
    }
}
