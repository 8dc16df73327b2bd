import Glibc

/// Where a passphrase comes from. Never an argument, which every process of the machine can read, and never
/// the environment.
public enum SecretSource: Sendable {
    /// Asked for on the terminal, without echo; twice when `confirming`.
    case terminal(prompt: String, confirming: Bool)
    /// The first line of a file that only its owner can read.
    case file(String)
    /// The first line that a file descriptor gives.
    case descriptor(Int32)

    static let bytesMax = 4096

    /// Throws `SecretSourceError`: no terminal, a file that others can read, an empty passphrase.
    public func read() throws(SecretSourceError) -> SecretBytes {
        switch self {
        case .terminal(let prompt, let confirming):
            let first = try Terminal.ask(prompt)
            guard confirming else { return first }
            let second = try Terminal.ask("\(prompt), again")
            let isSame =
                first.count == second.count
                && first.withUnsafeBytes { one in second.withUnsafeBytes { two in one.elementsEqual(two) } }
            guard isSame else { throw SecretSourceError("the two passphrases differ") }
            return first
        case .file(let path):
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw SecretSourceError("cannot read the passphrase file \(path): \(cause)")
            }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & 0o077 == 0 else {
                throw SecretSourceError(
                    "others may read the passphrase file \(path): run `chmod 600 \(path)` first")
            }
            return try Self.firstLine(of: descriptor)
        case .descriptor(let descriptor): return try Self.firstLine(of: descriptor)
        }
    }

    /// Reads byte by byte, so that what follows the line stays for the next reader.
    private static func firstLine(of descriptor: Int32) throws(SecretSourceError) -> SecretBytes {
        var line = [UInt8](repeating: 0, count: bytesMax)
        defer { wipe(&line) }
        var count = 0
        while true {
            var byte: UInt8 = 0
            let read = Glibc.read(descriptor, &byte, 1)
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw SecretSourceError("cannot read the passphrase: \(cause)") }
            if read == 0 || byte == UInt8(ascii: "\n") { break }
            guard count < bytesMax else {
                throw SecretSourceError("the passphrase is longer than \(bytesMax) bytes")
            }
            line[count] = byte
            count += 1
        }
        if count > 0, line[count - 1] == UInt8(ascii: "\r") { count -= 1 }
        guard count > 0 else { throw SecretSourceError("the passphrase is empty") }
        return SecretBytes(copying: line[..<count])
    }
}

/// The terminal that the user sits at, whatever standard input and output are.
private enum Terminal {
    static func ask(_ prompt: String) throws(SecretSourceError) -> SecretBytes {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw SecretSourceError(
                "there is no terminal to ask for the passphrase: use --passphrase-file or --passphrase-fd")
        }
        defer { close(terminal) }
        var before = termios()
        guard tcgetattr(terminal, &before) == 0 else {
            throw SecretSourceError("the terminal cannot be asked")
        }
        var silent = before
        // Character by character and without signals, so that Ctrl-C never leaves the terminal silent.
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &before)
            write("\n", to: terminal)
        }
        write("\(prompt): ", to: terminal)
        var line = [UInt8](repeating: 0, count: SecretSource.bytesMax)
        defer { wipe(&line) }
        var count = 0
        while true {
            var byte: UInt8 = 0
            guard read(terminal, &byte, 1) == 1 else { throw SecretSourceError("the terminal was closed") }
            switch byte {
            case 0x03, 0x1c: throw SecretSourceError("interrupted")
            case 0x0a, 0x0d, 0x04:
                guard count > 0 else { throw SecretSourceError("the passphrase is empty") }
                return SecretBytes(copying: line[..<count])
            case 0x7f, 0x08: count = max(0, count - 1)
            case 0x15: count = 0
            default:
                guard count < line.count else { throw SecretSourceError("the passphrase is too long") }
                line[count] = byte
                count += 1
            }
        }
    }

    private static func write(_ text: String, to terminal: Int32) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(terminal, bytes, bytes.count)
    }
}

private var cause: String { String(cString: strerror(errno)) }

/// Why there is no passphrase; for people.
public struct SecretSourceError: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}
