import Primitives

/// The header of an age file: stanzas that wrap the file key, and the MAC over them (c2sp.org/age, "Header").
///
/// Parsing is strict: `serialized()` of what was parsed is what was parsed, byte for byte. A parsed header is
/// not yet a verified one: `checkHeader` and `open` verify its MAC.
public struct AgeHeader: Equatable, Sendable {
    /// One wrapping of the file key.
    public struct Stanza: Equatable, Sendable {
        /// One or more, each of visible ASCII; the first is the type.
        public let arguments: [[UInt8]]
        public let body: [UInt8]

        /// Whether this is a stanza of `kind`.
        public func isOf(_ kind: AgeKeyKind) -> Bool { arguments[0] == kind.stanzaType }

        /// Whether a passphrase opens this stanza.
        public var isPassphrase: Bool { arguments[0] == PassphraseStanza.type }

        init(_ arguments: [[UInt8]], body: [UInt8]) {
            self.arguments = arguments
            self.body = body
        }

        init(_ kind: AgeKeyKind, _ argument: [UInt8], body: [UInt8]) {
            self.init([kind.stanzaType, Base64.encodeUnpadded(argument)], body: body)
        }

        /// The type as text, for people.
        public var type: String { String(decoding: arguments[0], as: UTF8.self) }
    }

    /// A header longer than this is refused before it is read to its end: 64 KiB.
    public static let byteCountMax = 64 << 10
    /// A header with more stanzas than this is refused, and none with more is written.
    public static let stanzasMax = 16
    static let macBytes = 32
    static let version: [UInt8] = Array("age-encryption.org/v1\n".utf8)
    static let macMark: [UInt8] = Array("---".utf8)

    public let stanzas: [Stanza]
    /// 32 bytes.
    public let mac: [UInt8]

    init(stanzas: [Stanza], mac: [UInt8]) {
        self.stanzas = stanzas
        self.mac = mac
    }

    /// Parses exactly one header with nothing after it. Throws `AgeError.header`.
    public init(parsing bytes: [UInt8]) throws(AgeError) {
        let (header, count) = try Self.parse(prefixOf: bytes)
        guard count == bytes.count else { throw .header("bytes after the header") }
        self = header
    }

    /// Parses the header that `bytes` starts with; also says how many bytes it takes. Throws
    /// `AgeError.header`.
    public static func parse(prefixOf bytes: [UInt8]) throws(AgeError) -> (header: AgeHeader, byteCount: Int)
    {
        var reader = HeaderReader(bytes)
        return (try reader.header(), reader.position)
    }

    /// The bytes, from the version line to the newline after the MAC.
    public func serialized() -> [UInt8] {
        Self.authenticated(stanzas) + [UInt8(ascii: " ")] + Base64.encodeUnpadded(mac) + [UInt8(ascii: "\n")]
    }

    /// What the MAC is over: everything up to and with `---`.
    static func authenticated(_ stanzas: [Stanza]) -> [UInt8] {
        var bytes = version
        for stanza in stanzas {
            bytes += Array("->".utf8)
            for argument in stanza.arguments {
                bytes.append(UInt8(ascii: " "))
                bytes += argument
            }
            bytes.append(UInt8(ascii: "\n"))
            var rest = stanza.body[...]
            while rest.count >= lineBytes {
                Base64.appendUnpadded(rest.prefix(lineBytes), to: &bytes)
                bytes.append(UInt8(ascii: "\n"))
                rest = rest.dropFirst(lineBytes)
            }
            Base64.appendUnpadded(rest, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes + macMark
    }

    /// A full line of a body: 48 bytes, 64 characters.
    static let lineBytes = 48
    static let lineCharacters = 64

    /// Whether the stanzas may stand together: a passphrase stanza only alone.
    func checkComposition() throws(AgeError) {
        guard stanzas.count == 1 || !stanzas.contains(where: { $0.isPassphrase }) else {
            throw .header("a passphrase stanza is not alone")
        }
    }
}

/// Reads a header line by line, forwards only.
private struct HeaderReader {
    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func header() throws(AgeError) -> AgeHeader {
        guard bytes.starts(with: AgeHeader.version) else {
            throw .header(
                bytes.starts(with: Array("age-encryption.org/".utf8))
                    ? "unsupported version" : "not an age file")
        }
        position = AgeHeader.version.count
        var stanzas = [AgeHeader.Stanza]()
        while true {
            let line = try line()
            if line.starts(with: Array("-> ".utf8)) {
                guard stanzas.count < AgeHeader.stanzasMax else { throw .header("too many stanzas") }
                stanzas.append(try stanza(line))
            } else if line.starts(with: AgeHeader.macMark) {
                guard !stanzas.isEmpty else { throw .header("no stanza") }
                return AgeHeader(stanzas: stanzas, mac: try mac(line))
            } else {
                throw .header("neither a stanza nor the MAC")
            }
        }
    }

    /// The next line without its LF.
    private mutating func line() throws(AgeError) -> ArraySlice<UInt8> {
        let end = min(bytes.count, AgeHeader.byteCountMax)
        guard let newline = bytes[min(position, end)..<end].firstIndex(of: UInt8(ascii: "\n")) else {
            throw .header(bytes.count > end ? "too long" : "it ends early")
        }
        defer { position = newline + 1 }
        return bytes[position..<newline]
    }

    private mutating func stanza(_ line: ArraySlice<UInt8>) throws(AgeError) -> AgeHeader.Stanza {
        let arguments = line.dropFirst(3).split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        for argument in arguments {
            guard !argument.isEmpty, argument.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                throw .header("a stanza's argument is empty or not visible ASCII")
            }
        }
        var body = [UInt8]()
        while true {
            let line = try self.line()
            guard line.count <= AgeHeader.lineCharacters, Base64.decodeUnpadded(line, into: &body) else {
                throw .header("a stanza's body is not canonical base64 of lines of 64")
            }
            if line.count < AgeHeader.lineCharacters { break }
        }
        return AgeHeader.Stanza(arguments.map { Array($0) }, body: body)
    }

    private func mac(_ line: ArraySlice<UInt8>) throws(AgeError) -> [UInt8] {
        let text = line.dropFirst(AgeHeader.macMark.count + 1)
        guard line.starts(with: AgeHeader.macMark + [UInt8(ascii: " ")]),
            let mac = Base64.decodeUnpadded(text),
            mac.count == AgeHeader.macBytes
        else { throw .header("the MAC is not 32 bytes in canonical base64") }
        return mac
    }
}
