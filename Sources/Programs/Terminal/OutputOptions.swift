public import ArgumentParser
import Foundation
import Glibc
import Primitives

/// Whether the answer is for people or for programs.
public struct OutputOptions: ParsableArguments, Sendable {
    @Flag(help: "Print JSON, for programs.")
    public var json = false

    public init() {}

    /// Prints `value` as JSON, or else what `text` prints.
    public func print(_ value: some Encodable, text: () -> Void) throws {
        guard json else { return text() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Writes `value` as one line of JSON, or else `text`, at once: for a command that goes on until it is stopped.
    public func printLine(_ value: some Encodable, text: String) throws {
        let line = json ? try JSONEncoder().encode(value) : Data(text.utf8)
        // Not through print, which would keep lines back in a pipe.
        try (line + Data("\n".utf8)).withUnsafeBytes { try ProcessStreams.output($0) }
    }
}

/// The standard streams.
public enum Standard {
    public static func error(_ text: String) {
        ProcessStreams.tell(text)
    }

    public static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// How many columns the terminal has that a stream goes to; nil where it goes to none.
    static func columns(of stream: Moment.Stream) -> Int? {
        var size = winsize()
        guard isatty(stream.rawValue) == 1, ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0,
            size.ws_col > 0
        else { return nil }
        return Int(size.ws_col)
    }

    /// Shows the first of `texts` that fits into one line of the terminal, in the place of what was shown so before; nothing
    /// where there is no terminal. Of none that fits it shows the beginning of the last.
    public static func showProgress(_ texts: String...) {
        guard errorIsTerminal else { return }
        // The last column stays free: some terminals go on in the next line once it is taken.
        let room = max(1, (columns(of: .error) ?? 80) - 1)
        let text = texts.first { $0.count <= room } ?? texts.last.map { String($0.prefix(room)) } ?? ""
        ProcessStreams.tell(part: "\r\(text)\u{1b}[K")
    }

    /// Removes it.
    public static func endProgress() {
        guard errorIsTerminal else { return }
        ProcessStreams.tell(part: "\r\u{1b}[K")
    }
}
