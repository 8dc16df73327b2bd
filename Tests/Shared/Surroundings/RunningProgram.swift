import Foundation

/// A program that runs beside a test, and what it has said.
final class RunningProgram: Sendable {
    private let process = Process()
    private let log: URL
    /// Where in `log` its own words begin.
    private let beginning: UInt64

    /// Starts `program`, a path, in `folder`; `environment` is all that it has, this process' own where it is nil. What it
    /// prints comes to the end of the file `log`.
    init(
        _ program: String, _ arguments: [String], in folder: URL, environment: [String: String]? = nil,
        log: URL
    ) throws {
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let output = try FileHandle(forWritingTo: log)
        self.log = log
        beginning = try output.seekToEnd()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        if let environment { process.environment = environment }
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    /// It does not outlive the test.
    deinit {
        if process.isRunning { end(SIGKILL) }
    }

    var processIdentifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// All that it has said so far.
    var said: String {
        guard let file = try? FileHandle(forReadingFrom: log) else { return "" }
        try? file.seek(toOffset: beginning)
        return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    }

    /// Waits until it has said `text`; false when it ends before.
    func says(_ text: String) -> Bool { hears { $0.contains(text) ? true : nil } ?? false }

    /// The rest of the line that begins so, once it is said; nil when it ends before.
    func line(after beginning: String) -> String? {
        hears { said in
            said.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first { $0.hasPrefix(beginning) }.map { String($0.dropFirst(beginning.count)) }
        }
    }

    private func hears<Answer>(_ answer: (_ said: String) -> Answer?) -> Answer? {
        while true {
            let isRunning = process.isRunning
            if let answer = answer(said) { return answer }
            guard isRunning else { return nil }
            usleep(10_000)
        }
    }

    /// Sends it a signal, or none, and waits for its end: its exit code, or minus the signal that ended it.
    @discardableResult
    func end(_ signal: Int32? = SIGTERM) -> Int32 {
        if let signal { kill(process.processIdentifier, signal) }
        process.waitUntilExit()
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? -status : status
    }
}

/// Does what waits on a thread of its own: of those on which tests run there are only as many as processors.
func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
}
