import Foundation

/// A shell's line that runs on a terminal of its own, before which somebody sits who answers what it asks.
enum TerminalSession {
    /// Runs `line` in `folder`, with `environment` alone. `answer` is told each question as it stands on the screen, and gives
    /// what is typed; nil: the terminal hangs up. Gives the exit code and all that the screen showed, ends of lines as a file
    /// has them.
    static func run(
        _ line: String, in folder: URL, environment: [String: String], columns: UInt16 = 100,
        answer: (String) throws -> String?
    ) throws -> (code: Int32, screen: String) {
        let (terminal, screen) = try pair(columns: columns)
        defer { close(terminal) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["--ctty", "--wait", "bash", "-c", line]
        process.currentDirectoryURL = folder
        process.environment = environment
        process.standardInput = screen
        process.standardOutput = screen
        process.standardError = screen
        try process.run()
        try screen.close()

        var shown = [UInt8]()
        var asked = 0
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(terminal, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            // EIO: the last process that had it open has ended.
            guard count > 0 else { break }
            shown += buffer[..<count]
            guard shown.count > asked, shown.suffix(2) == [UInt8(ascii: ":"), UInt8(ascii: " ")] else {
                continue
            }
            let question = shown[asked...].split(separator: UInt8(ascii: "\n")).last ?? []
            asked = shown.count
            guard let typed = try answer(String(decoding: question, as: UTF8.self)) else {
                process.terminate()
                break
            }
            let bytes = Array(typed.utf8) + [UInt8(ascii: "\n")]
            guard write(terminal, bytes, bytes.count) == bytes.count else { break }
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        let text = shown.filter { $0 != UInt8(ascii: "\r") }
        return (
            process.terminationReason == .exit ? status : -status, String(decoding: text, as: UTF8.self)
        )
    }

    /// A terminal's two sides: of who sits before it, and of the programs.
    private static func pair(columns: UInt16) throws -> (Int32, FileHandle) {
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // TIOCSPTLCK, TIOCGPTN and TIOCSWINSZ, whose macros Swift does not read.
        var isLocked: Int32 = 0
        var number: Int32 = 0
        var size: (UInt16, UInt16, UInt16, UInt16) = (50, columns, 0, 0)
        guard terminal >= 0, ioctl(terminal, 0x4004_5431, &isLocked) == 0,
            ioctl(terminal, 0x8004_5430, &number) == 0, ioctl(terminal, 0x5414, &size) == 0,
            let screen = FileHandle(forUpdatingAtPath: "/dev/pts/\(number)")
        else { throw CocoaError(.fileReadUnknown) }
        return (terminal, screen)
    }
}
