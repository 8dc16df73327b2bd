import Files
import Glibc
import Primitives
import Remote

/// Text about a person. As an argument every user of the machine can read it while the command runs; so it may also come
/// from a file or standard input, or be asked for.
public enum PersonalText {
    static let bytesMax = 64 << 10

    /// One line: `argument`; or the first of `file`, where `-` is the next line of standard input; or what is typed at the
    /// question for `what`. `option` is the name of the argument. Throws `badInput` where there is none.
    public static func line(
        _ argument: String?, file: String?, _ what: String, option: String
    ) throws -> String {
        if let argument { return argument }
        if let file {
            let bytes =
                file == "-"
                ? try nextLine() : Array(try Folder.read(file).prefix { $0 != UInt8(ascii: "\n") })
            return try text(of: bytes, what)
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw PartyError.badInput("say the \(what): --\(option)-file FILE, or - for standard input")
        }
        ProcessStreams.tell(part: "\(what.prefix(1).uppercased())\(what.dropFirst()): ")
        return try text(of: try nextLine(), what)
    }

    /// Several lines: `argument`, or all of `file` or standard input; empty where neither is given.
    public static func lines(_ argument: String?, file: String?, _ what: String) throws -> String {
        if let argument { return argument }
        guard let file else { return "" }
        return try text(of: try Folder.read(file == "-" ? "/dev/stdin" : file, bytesMax: bytesMax), what)
    }

    /// Byte by byte: what follows the line is for the next reader.
    private static func nextLine() throws -> [UInt8] {
        var line = [UInt8]()
        while true {
            var byte: UInt8 = 0
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count > 0, byte != UInt8(ascii: "\n") else { return line }
            guard line.count < bytesMax else { throw PartyError.badInput("the line is too long") }
            line.append(byte)
        }
    }

    /// Without a byte order mark, and without what ends lines.
    private static func text(of bytes: [UInt8], _ what: String) throws -> String {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        var bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
            bytes.removeLast()
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PartyError.badInput("the \(what) is no UTF-8 text")
        }
        guard !text.isEmpty else { throw PartyError.badInput("the \(what) is empty") }
        return text
    }
}
