import Foundation
import Synchronization
import Testing

extension Trait where Self == FailsWhenStill {
    /// For tests that would wait for ever if what they test did not do its part.
    static var failsWhenStill: Self { Self() }
}

/// Ends the test program, naming the tests that still run, when they only wait for each other any more: at very many
/// looks no thread of it, and of no program that it started, had anything to do, and no test came to its end.
///
/// This is no time limit. On a busy machine a test takes as long as it takes: who waits for a turn has something to do.
struct FailsWhenStill: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let number = Watch.shared.begin(test.name)
        defer { Watch.shared.end(number) }
        try await function()
    }
}

/// The thread that looks.
private final class Watch: Sendable {
    static let shared = Watch()

    /// A second apart, for a look costs some: far more than what programs wait of themselves in any one test.
    private static let stillLooksMax = 180

    private struct State {
        var running = [Int: String]()
        var begun = 0
        var stillLooks = 0
    }

    private let state = Mutex(State())

    private init() { Thread.detachNewThread { self.look() } }

    func begin(_ name: String) -> Int {
        state.withLock { state in
            state.stillLooks = 0
            state.begun += 1
            state.running[state.begun] = name
            return state.begun
        }
    }

    func end(_ number: Int) {
        state.withLock { state in
            state.stillLooks = 0
            state.running[number] = nil
        }
    }

    private func look() -> Never {
        let own = Threads.current
        while true {
            sleep(1)
            guard state.withLock({ !$0.running.isEmpty }), Threads.allWait(besides: own) else { continue }
            let names = state.withLock { state in
                state.stillLooks += 1
                return state.stillLooks > Self.stillLooksMax ? state.running.values.sorted() : []
            }
            guard !names.isEmpty else { continue }
            let sentence = "Nothing happens any more in \(names.joined(separator: ", "))\n"
            FileHandle.standardError.write(Data(sentence.utf8))
            _exit(1)
        }
    }
}

/// The threads of this program and of all that it started, as the kernel tells of them.
private enum Threads {
    /// The calling thread's number.
    static var current: String {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        return link?.split(separator: "/").last.map(String.init) ?? ""
    }

    /// Whether each of them waits for something else than a processor or a disk.
    static func allWait(besides own: String) -> Bool {
        var processes = ["\(getpid())"]
        while let process = processes.popLast() {
            for thread in names("/proc/\(process)/task") where thread != own {
                let folder = "/proc/\(process)/task/\(thread)"
                // `4711 (name) S`; a thread that has just ended has none.
                guard let text = try? String(contentsOfFile: "\(folder)/stat", encoding: .utf8),
                    let state = text.split(separator: ")").last?.first(where: { $0 != " " })
                else { return false }
                if "RD".contains(state) { return false }
                let children = try? String(contentsOfFile: "\(folder)/children", encoding: .utf8)
                processes += (children ?? "").split(separator: " ").map(String.init)
            }
        }
        return true
    }

    private static func names(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
