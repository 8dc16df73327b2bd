/// Finds where a header ends in the beginning of a file, as it comes: what was looked at is not looked at again.
struct HeaderScan {
    /// Where the line begins that has not ended yet.
    private var line = 0
    private var scanned = 0

    /// The header that `known` begins with, and how many bytes it takes. `known` is the file's beginning, each time
    /// more of it; nil while its header is not whole and more may come (not `isAtEnd`).
    ///
    /// Throws `AgeError.header`, or `.armor` where armor follows after something else.
    mutating func header(
        in known: ArraySlice<UInt8>, isAtEnd: Bool
    ) throws(AgeError) -> (header: AgeHeader, byteCount: Int)? {
        guard zip(known, AgeHeader.version).allSatisfy({ $0 == $1 }) else {
            // Enough of it to say what it is.
            if known.count < Armor.whitespaceMax, !isAtEnd { return nil }
            throw Self.failure(of: Array(known))
        }
        // A header ends with the first line that starts as no line of a stanza can: with `---`.
        while let newline = known[(known.startIndex + scanned)...].firstIndex(of: UInt8(ascii: "\n")) {
            scanned = newline + 1 - known.startIndex
            if known[(known.startIndex + line)...].starts(with: AgeHeader.macMark) {
                return (try AgeHeader(parsing: Array(known.prefix(scanned))), scanned)
            }
            line = scanned
        }
        scanned = known.count
        if known.count > AgeHeader.byteCountMax || isAtEnd { throw Self.failure(of: Array(known)) }
        return nil
    }

    /// The header of a file that has come to its end.
    static func header(in file: [UInt8]) throws(AgeError) -> (header: AgeHeader, byteCount: Int) {
        var scan = HeaderScan()
        // At the end there is a header or an error.
        return try scan.header(in: file[...], isAtEnd: true)!
    }

    /// What is wrong with a header whose end is not to be found.
    private static func failure(of bytes: [UInt8]) -> AgeError {
        let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let secondLine = bytes[min(newline + 1, bytes.count)...]
        let start = secondLine.drop(while: Armor.isWhitespace)
        if start.starts(with: Armor.begin) { return .armor("bytes before the BEGIN line") }
        do throws(AgeError) {
            _ = try AgeHeader.parse(prefixOf: bytes)
            return .header("it does not end")
        } catch { return error }
    }
}
