import Foundation
import Glibc

/// Text that is broken between words where the terminal ends, for people.
public enum Folding {
    /// How many columns the terminal has that `stream` goes to, or `$COLUMNS`; nil where it is none: then nothing is
    /// broken.
    public static func columns(of stream: Moment.Stream) -> Int? {
        if let typed = ProcessInfo.processInfo.environment["COLUMNS"], let columns = Int(typed), columns > 0 {
            return columns
        }
        var size = winsize()
        guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The lines of `text` after `lead`, which stands on the first one; the others are indented as far. A word that is
    /// longer than a line has one of its own.
    public static func lines(_ text: String, after lead: String = "", columns: Int?) -> [String] {
        guard let columns else { return [lead + text] }
        let indent = String(repeating: " ", count: lead.count)
        var lines = [String]()
        var line = lead
        var isEmpty = true
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                (line, isEmpty) = (indent, true)
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }
}
