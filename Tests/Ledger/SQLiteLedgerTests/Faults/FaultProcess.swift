import Foundation
import Testing

@testable import Surroundings

/// This test program started once more, to run one of its tests under other circumstances.
enum FaultProcess {
    /// The system calls that tools/faults.c knows.
    enum Call: Int32, CaseIterable, Sendable {
        case write = 1
        /// fsync: what names files, and the anchor.
        case sync
        /// fdatasync: SQLite's.
        case dataSync
        case rename, truncate, open, read
    }

    struct Fault: Sendable {
        let call: Call
        /// Counted from 1.
        let number: Int
        let error: Int32
        let isLasting: Bool

        init(_ call: Call, number: Int, error: Int32, isLasting: Bool) {
            (self.call, self.number, self.error, self.isLasting) = (call, number, error, isLasting)
        }
    }

    /// tools/faults.c, built for preloading, or nil where that does not work.
    static let preload: String? = {
        let source = Repository.root.appending(path: "tools/faults.c").path
        let library = "\(FileManager.default.temporaryDirectory.path)/medseal-faults-\(getpid()).so"
        let status = try? run(
            "/usr/bin/env", ["clang", "-O1", "-shared", "-fPIC", "-o", library, source], environment: [:])
        guard status == 0 else {
            print("No faults: clang could not build \(source)")
            return nil
        }
        atexit { try? FileManager.default.removeItem(atPath: FaultProcess.preload ?? "") }
        return library
    }()

    /// Where tools/faults.c is preloaded: has this fault happen.
    static func arm(_ fault: Fault) {
        let arm = unsafeBitCast(
            dlsym(nil, "medseal_fault"), to: (@convention(c) (Int32, Int, Int32, Int32) -> Void).self)
        arm(fault.call.rawValue, fault.number, fault.error, fault.isLasting ? 1 : 0)
    }

    /// Lets nothing fail any more, and says how often something did.
    static func disarm() -> Int {
        let count = unsafeBitCast(dlsym(nil, "medseal_faults"), to: (@convention(c) () -> Int32).self)
        defer { arm(.init(.write, number: 0, error: 0, isLasting: false)) }
        return Int(count())
    }

    /// Runs the test named `name` in a process of its own and returns its exit code, or the number of the
    /// signal that ended it, negative. It prints into `output`. `fault` is armed from its start, for files
    /// below `directory`.
    static func run(
        test name: String, environment: [String: String], fault: Fault? = nil, below directory: String,
        output: String = "/dev/null"
    ) async throws -> Int32 {
        let preloading = fault.flatMap { fault in
            preload.map { preload in
                [
                    "LD_PRELOAD": preload, "MEDSEAL_FAULT_DIRECTORY": directory,
                    "MEDSEAL_FAULT":
                        "\(fault.call.rawValue) \(fault.number) \(fault.error) \(fault.isLasting ? 1 : 0)",
                ]
            }
        }
        let environment = environment.merging(preloading ?? [:]) { $1 }
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try run(
                            FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
                            ["--testing-library", "swift-testing", "--filter", name],
                            environment: environment, output: output)
                    })
            }
        }
    }

    private static func run(
        _ program: String, _ arguments: [String], environment: [String: String],
        output: String = "/dev/null"
    ) throws -> Int32 {
        // Foundation's way to make a file puts another in its place, in that of /dev/null too.
        let descriptor = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try #require(descriptor >= 0, "\(output): \(String(cString: strerror(errno)))")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        process.standardError = process.standardOutput
        try process.run()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
