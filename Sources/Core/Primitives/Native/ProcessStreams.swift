import CSodium
import Glibc

/// The standard streams of a process, whatever became of them: full, closed, or a pipe that nobody reads.
///
/// Foundation's `FileHandle.write` would end the process by a trap there.
public enum ProcessStreams {
    /// To be called first in a program. A pipe that nobody reads is an error, not the end. A stream that is closed gets
    /// `/dev/null` in its place: the next file that is opened, a ledger say, would otherwise be what is written to.
    public static func keepOpen() {
        signal(SIGPIPE, SIG_IGN)
        for (stream, flags) in [
            // Nothing comes in; what is written to the output fails, and is told; of errors nobody hears.
            (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
        ] where fcntl(stream, F_GETFD) == -1 {
            let file = open("/dev/null", flags)
            // The lowest number that is free is this one: those below are open.
            if file >= 0, file != stream {
                dup2(file, stream)
                close(file)
            }
        }
    }

    /// Writes a line to standard error; where it cannot be written it is lost, and everything goes on.
    public static func tell(_ line: String) { tell(part: line + "\n") }

    /// The same without an end of the line.
    public static func tell(part: String) {
        Array(part.utf8).withUnsafeBytes { _ = write($0, to: STDERR_FILENO) }
    }

    /// Why standard output does not take bytes.
    public struct OutputError: Error, CustomStringConvertible {
        let number: Int32
        public var description: String { "cannot write the output: \(String(cString: strerror(number)))" }
    }

    /// Writes to standard output at once. Throws where it does not take all.
    public static func output(_ bytes: UnsafeRawBufferPointer) throws(OutputError) {
        let number = write(bytes, to: STDOUT_FILENO)
        guard number == 0 else { throw OutputError(number: number) }
    }

    /// To be called when everything was printed. Throws where not all of it was taken.
    public static func finishOutput() throws(OutputError) {
        errno = 0
        guard medseal_finish_output() == 0 else {
            throw OutputError(number: errno == 0 ? EIO : errno)
        }
    }

    /// The error's number; 0 where all was written.
    private static func write(_ bytes: UnsafeRawBufferPointer, to stream: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(stream, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(count)
        }
        return 0
    }
}
