import Primitives

/// Reads what is in armor as it comes, to its end and to the end of what follows, which may only be white space.
struct ArmorDecoder {
    private enum State {
        /// In the white space before; how much of it there was, and whether a line begins.
        case before(skipped: Int, isAtLineStart: Bool)
        case within
        /// After a line that can only be the last one.
        case afterShortLine
        /// In the white space after; how much of it there was.
        case after(skipped: Int)
        case done
    }
    private enum LineEnd { case lf, crlf }

    private var state = State.before(skipped: 0, isAtLineStart: true)
    private var lineEnd: LineEnd?
    /// About so much is decoded in one go.
    private static let decodedBytes = 64 << 10

    var isDone: Bool { if case .done = state { true } else { false } }
    /// Whether what is in the armor has ended, if not what follows it.
    var isAfterEnd: Bool {
        switch state {
        case .after, .done: true
        case .before, .within, .afterShortLine: false
        }
    }

    /// Decodes some of `known`, which comes next in the source, and appends it to `decoded`; says how much of
    /// `known` is done with. When that is nothing, more of the source is needed, and there is none if it
    /// `isAtEnd`: then nothing is left over either. Throws `AgeError.armor`.
    mutating func decode(
        _ known: ArraySlice<UInt8>, isAtEnd: Bool, to decoded: inout [UInt8]
    ) throws(AgeError) -> Int {
        var rest = known
        let end = decoded.count + Self.decodedBytes
        while decoded.count < end, !isDone {
            guard try step(&rest, isAtEnd: isAtEnd, &decoded) else { break }
        }
        return known.count - rest.count
    }

    /// Does the next thing that can be done; false when that takes more of the source.
    private mutating func step(
        _ rest: inout ArraySlice<UInt8>, isAtEnd: Bool, _ decoded: inout [UInt8]
    ) throws(AgeError) -> Bool {
        switch state {
        case .before(var skipped, var isAtLineStart):
            let space = Self.takeWhitespace(&rest)
            if let last = space.last { isAtLineStart = last == UInt8(ascii: "\n") }
            skipped += space.count
            guard skipped <= Armor.whitespaceMax else { throw .armor("too much white space before it") }
            state = .before(skipped: skipped, isAtLineStart: isAtLineStart)
            if rest.isEmpty, !isAtEnd { return false }
            guard isAtLineStart else { throw .armor("the BEGIN line does not start its line") }
            guard let line = try nextLine(&rest, isAtEnd: isAtEnd) else { return false }
            guard line.elementsEqual(Armor.begin) else { throw .armor("no BEGIN line") }
            state = .within
        case .within:
            guard let line = try nextLine(&rest, isAtEnd: isAtEnd) else { return false }
            if line.elementsEqual(Armor.end) {
                state = .after(skipped: 0)
                return true
            }
            guard !line.isEmpty, line.count <= Armor.lineCharacters, line.count % 4 == 0 else {
                throw .armor("a line has a wrong length")
            }
            let padding = line.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
            guard Base64.decodeUnpadded(line.dropLast(padding), into: &decoded) else {
                throw .armor("a line is not canonical base64")
            }
            if padding > 0 || line.count < Armor.lineCharacters { state = .afterShortLine }
        case .afterShortLine:
            guard let line = try nextLine(&rest, isAtEnd: isAtEnd) else { return false }
            guard line.elementsEqual(Armor.end) else { throw .armor("no END line after a short line") }
            state = .after(skipped: 0)
        case .after(var skipped):
            skipped += Self.takeWhitespace(&rest).count
            guard skipped <= Armor.whitespaceMax else { throw .armor("too much white space after it") }
            guard rest.isEmpty else { throw .armor("bytes after the END line") }
            state = isAtEnd ? .done : .after(skipped: skipped)
            return isAtEnd
        case .done: return false
        }
        return true
    }

    private static func takeWhitespace(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let space = rest.prefix(Armor.whitespaceMax + 1).prefix(while: Armor.isWhitespace)
        rest = rest.dropFirst(space.count)
        return space
    }

    /// The next line without its end, which is LF or CRLF throughout and may be missing at the end of the file; nil
    /// when it is not whole yet.
    private mutating func nextLine(
        _ rest: inout ArraySlice<UInt8>, isAtEnd: Bool
    ) throws(AgeError) -> ArraySlice<UInt8>? {
        let limit = Armor.lineCharacters + 2
        let known = rest.prefix(limit)
        if let newline = known.firstIndex(of: UInt8(ascii: "\n")) {
            let isCRLF = newline > known.startIndex && known[newline - 1] == UInt8(ascii: "\r")
            guard lineEnd == nil || lineEnd == (isCRLF ? .crlf : .lf) else {
                throw .armor("lines end in different ways")
            }
            lineEnd = isCRLF ? .crlf : .lf
            rest = rest[(newline + 1)...]
            return known[..<(isCRLF ? newline - 1 : newline)]
        }
        guard known.count < limit else { throw .armor("a line is too long") }
        guard isAtEnd else { return nil }
        guard !known.isEmpty else { throw .armor("no END line") }
        rest = rest.dropFirst(known.count)
        return known
    }
}
