import Foundation

/// A bar on standard error while something long runs, where that is a terminal; otherwise nothing.
public final class ProgressBar: Sendable {
    private let label: String
    private let total: Int
    private let isShown: Bool
    private let start = ContinuousClock.now
    // Only touched while `lock` is held.
    private nonisolated(unsafe) var shownAt: ContinuousClock.Instant?
    private let lock = NSLock()

    public init(_ label: String, totalBytes: Int) {
        self.label = label
        self.total = totalBytes
        self.isShown = Standard.errorIsTerminal && totalBytes >= 8 << 20
    }

    public func report(_ done: Int) {
        guard isShown else { return }
        lock.withLock {
            let now = ContinuousClock.now
            if let shownAt, now - shownAt < .milliseconds(100), done < total { return }
            shownAt = now
            let share = total == 0 ? 1 : min(1, Double(done) / Double(total))
            let percent = "\(Int(share * 100)) %"
            let seconds = max(0.001, (now - start) / .seconds(1))
            let rate = "\(Int(Double(done) / 1e6 / seconds)) MB/s"
            Standard.showProgress(
                "\(label) [\(Self.bar(share, 30))] \(percent)  \(rate)",
                "\(label) [\(Self.bar(share, 10))] \(percent)", "\(label) \(percent)", percent)
        }
    }

    private static func bar(_ share: Double, _ width: Int) -> String {
        let filled = Int(share * Double(width))
        return String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    }

    public func finish() {
        if isShown { Standard.endProgress() }
    }
}

/// A bar that begins with the first report.
public final class LazyBar: Sendable {
    private let label: String
    private let lock = NSLock()
    // Only touched while `lock` is held.
    private nonisolated(unsafe) var bar: ProgressBar?

    public init(_ label: String) { self.label = label }

    public func report(_ done: Int, of total: Int) {
        lock.withLock {
            if bar == nil { bar = ProgressBar(label, totalBytes: total) }
            bar?.report(done)
        }
    }

    public func finish() { lock.withLock { bar?.finish() } }
}

/// How many entries of a log are done, on standard error, where that is a terminal.
public struct EntryProgress: Sendable {
    private let verb: String

    public init(_ verb: String) { self.verb = verb }

    public func report(_ done: UInt64, _ total: UInt64) {
        Standard.showProgress("\(verb) \(done) of \(total) entries", "\(done)/\(total)")
    }

    public func finish() { Standard.endProgress() }
}
