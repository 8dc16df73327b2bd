import Contract
import FileVault
import Foundation
import Testing
import Vault
import VaultConformance

@testable import Surroundings

/// The order of system calls, seen from outside the process by `strace`: bytes are durable before they get
/// their name, and the name before `finish` returns.
struct DurabilityTests {
    /// Names the directory of the store to the process under `strace`.
    private static let variable = "MEDSEAL_TRACED_STORE"

    /// What is traced; runs only in the process that the other test starts.
    @Test(.enabled(if: ProcessInfo.processInfo.environment[variable] != nil, "runs inside the other test"))
    func traced() async throws {
        let directory = try #require(ProcessInfo.processInfo.environment[Self.variable])
        let store = try FileVault(path: directory)
        let (bytes, name) = sample(1)
        try await store.put(bytes, as: name, in: record)
        try await store.put(bytes, as: BlobName(name.digest, .descriptor), in: record)
        try await store.put(bytes, as: name, in: record)
        try await store.erase(name, in: record)
        try await store.erase(name, in: record)
        try await store.erase(record)
        try await store.erase(record)
        try await store.put(bytes, as: name, in: record)
        try await store.erase(name, in: record)
    }

    @Test(
        .enabled(if: (try? strace(["-o", "/dev/null", "/bin/true"])) == 0, "needs an strace that may trace"))
    func bytesAreDurableBeforeTheirNameAndTheNameBeforeTheAnswer() throws {
        guard ProcessInfo.processInfo.environment[Self.variable] == nil else { return }
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        let parent = scratch.directory.path
        let store = "\(parent)/store"
        let trace = try trace(store: store, into: "\(parent)/trace")
        let path = blobPath(of: sample(1).name, in: store)
        let calls = trace.split(separator: "\n").compactMap {
            word(for: $0, parent: parent, store: store, folder: path.dropLast(65))
        }
        let made = ["sync parent", "sync records", "sync store"]
        let written = ["write incoming", "sync incoming"]
        let named = ["rename into record", "sync record"]
        let first = written + ["sync shard"] + named
        let next = written + named
        let erased = ["unlink from record", "sync record"]
        let gone = ["unlink from shard", "sync shard"]
        let puts = first + next + next
        let erasures = erased + ["sync record"] + erased + gone + ["sync shard"]
        #expect(calls == made + puts + erasures + first + erased + gone)
    }

    /// The call in our words; nil when it is not about the store, or failed.
    private func word(for line: Substring, parent: String, store: String, folder: Substring) -> String? {
        guard line.contains(parent), !line.contains(" = -1 ") else { return nil }
        let places = [
            ("record", "<\(folder)>"), ("shard", "<\(folder.dropLast(65))>"),
            ("incoming", "<\(store)/incoming"), ("records", "<\(store)/records>"), ("store", "<\(store)>"),
            ("parent", "<\(parent)>"),
        ]
        if line.contains(" renameat"), line.contains("<\(folder)>") { return "rename into record" }
        guard let place = places.first(where: { line.contains($0.1) })?.0 else { return nil }
        if line.contains(" write(") { return "write \(place)" }
        if line.contains(" fsync(") { return "sync \(place)" }
        if line.contains(" unlinkat(") { return "unlink from \(place)" }
        return nil
    }

    /// Runs `traced` in a process of its own under `strace`.
    private func trace(store: String, into file: String) throws -> String {
        let status = try Self.strace(
            [
                "-f", "-y", "-s", "0", "-e", "trace=write,fsync,renameat,renameat2,unlinkat", "-o",
                file,
                FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
                "--testing-library", "swift-testing", "--filter", "DurabilityTests.traced",
            ], environment: [Self.variable: store])
        #expect(status == 0)
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    /// Runs `strace` to its end and returns the exit code of what it traced.
    private static func strace(_ arguments: [String], environment: [String: String] = [:]) throws -> Int32 {
        try Command.run(
            "/usr/bin/strace", arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 }, mergingErrors: true
        ).status
    }
}
