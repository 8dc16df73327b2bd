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
        let built = try? Command.run(
            "/usr/bin/env", ["clang", "-O1", "-shared", "-fPIC", "-o", library, source])
        guard built?.status == 0 else {
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

    /// Runs the test named `name` in a process of its own. `fault` is armed from its start, for files below
    /// `directory`.
    static func run(
        test name: String, environment: [String: String], fault: Fault? = nil, below directory: String
    ) async throws -> Command.Outcome {
        let preloading = fault.flatMap { fault in
            preload.map { preload in
                [
                    "LD_PRELOAD": preload, "MEDSEAL_FAULT_DIRECTORY": directory,
                    "MEDSEAL_FAULT":
                        "\(fault.call.rawValue) \(fault.number) \(fault.error) \(fault.isLasting ? 1 : 0)",
                ]
            }
        }
        let environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .merging(preloading ?? [:]) { $1 }
        return try await aside {
            try Command.run(
                FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
                ["--testing-library", "swift-testing", "--filter", name], environment: environment,
                mergingErrors: true)
        }
    }
}
