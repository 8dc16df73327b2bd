import ArgumentParser
import Glibc
import Primitives

/// Where a passphrase comes from: a file descriptor, a file, or the terminal without echo.
struct AgePassphraseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Read the passphrase from this file descriptor, up to its end or the first newline."))
    var passphraseFd: Int32?

    @Option(help: ArgumentHelp("Read the passphrase from this file, up to its end or the first newline."))
    var passphraseFile: String?

    mutating func validate() throws {
        guard passphraseFd == nil || passphraseFile == nil else {
            throw ValidationError("Give --passphrase-fd or --passphrase-file, not both.")
        }
    }

    /// Reads the passphrase; on the terminal twice where it is a new one.
    func read(_ prompt: String, isNew: Bool = false) throws -> SecretBytes {
        if let passphraseFd { return try Self.line(of: passphraseFd) }
        if let passphraseFile {
            let descriptor = open(passphraseFile, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw AgeCommandFailure("\(passphraseFile): \(String(cString: strerror(errno)))")
            }
            defer { close(descriptor) }
            return try Self.line(of: descriptor)
        }
        let passphrase = try Self.fromTerminal(prompt)
        guard isNew else { return passphrase }
        let again = try Self.fromTerminal("Once more")
        let isSame = passphrase.withUnsafeBytes { first in again.withUnsafeBytes { first.elementsEqual($0) } }
        guard isSame else { throw AgeCommandFailure("the two passphrases differ") }
        return passphrase
    }

    private static func fromTerminal(_ prompt: String) throws -> SecretBytes {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw AgeCommandFailure("no terminal to ask for the passphrase; use --passphrase-fd or --passphrase-file")
        }
        defer { close(terminal) }
        var before = termios()
        tcgetattr(terminal, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &before)
            put("\n", terminal)
        }
        put(prompt + ": ", terminal)
        return try line(of: terminal)
    }

    private static func put(_ text: String, _ descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// The bytes up to a newline or the end, read one by one so that nothing after them is taken.
    private static func line(of descriptor: Int32) throws -> SecretBytes {
        let limit = 4096
        var bytes = [UInt8](repeating: 0, count: limit)
        defer { wipe(&bytes) }
        var count = 0
        while count < limit {
            let read = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, 1) }
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw AgeCommandFailure("passphrase: \(String(cString: strerror(errno)))") }
            if read == 0 || bytes[count] == UInt8(ascii: "\n") { break }
            count += 1
        }
        if count > 0, bytes[count - 1] == UInt8(ascii: "\r") { count -= 1 }
        guard count > 0 else { throw AgeCommandFailure("the passphrase is empty") }
        return SecretBytes(copying: bytes[..<count])
    }
}
