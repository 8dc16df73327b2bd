import ArgumentParser
import Foundation
import Glibc

/// Whether the answer is for people or for programs.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print JSON, for programs.")
    var json = false

    /// Prints `value` as JSON, or else what `text` prints.
    func print(_ value: some Encodable, text: () -> Void) throws {
        guard json else { return text() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        Swift.print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// The standard streams.
enum Standard {
    static func error(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Columns as wide as their widest cell, for people.
struct Table {
    private var rows: [[String]]

    init(_ header: String...) { rows = [header] }

    var isEmpty: Bool { rows.count == 1 }

    mutating func add(_ cells: String...) { rows.append(cells) }

    func print() {
        let columns = rows[0].count
        let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == columns - 1
                    ? cell : cell.padding(toLength: widths[column], withPad: " ", startingAt: 0)
            }
            Swift.print(cells.joined(separator: "  "))
        }
    }
}

/// A bar on standard error while something long runs, where that is a terminal; otherwise nothing.
final class ProgressBar: Sendable {
    private let label: String
    private let total: Int
    private let isShown: Bool
    private let start = ContinuousClock.now
    // Only touched while `lock` is held.
    private nonisolated(unsafe) var shownAt: ContinuousClock.Instant?
    private let lock = NSLock()

    init(_ label: String, totalBytes: Int) {
        self.label = label
        self.total = totalBytes
        self.isShown = Standard.errorIsTerminal && totalBytes >= 8 << 20
    }

    func report(_ done: Int) {
        guard isShown else { return }
        lock.withLock {
            let now = ContinuousClock.now
            if let shownAt, now - shownAt < .milliseconds(100), done < total { return }
            shownAt = now
            let share = total == 0 ? 1 : min(1, Double(done) / Double(total))
            let filled = Int(share * 30)
            let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 30 - filled)
            let seconds = max(0.001, (now - start) / .seconds(1))
            let rate = Double(done) / 1e6 / seconds
            let text = "\r\(label) [\(bar)] \(Int(share * 100)) %  \(Int(rate)) MB/s "
            FileHandle.standardError.write(Data(text.utf8))
        }
    }

    func finish() {
        guard isShown else { return }
        FileHandle.standardError.write(Data("\r\u{1b}[K".utf8))
    }
}
