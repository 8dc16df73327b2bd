import FileVault
import Foundation
import Testing
import Vault
import VaultConformance

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
        let (bytes, digest) = sample(1)
        try await store.put(bytes, digest: digest)
        try await store.put(bytes, digest: digest)
        try await store.erase(digest)
        try await store.erase(digest)
        try await store.put(bytes, digest: digest)
        _ = try await store.scrub(referenced: { _ in false }, olderThan: -9, now: now())
    }

    @Test(
        .enabled(if: (try? strace(["-o", "/dev/null", "/bin/true"])) == 0, "needs an strace that may trace"))
    func bytesAreDurableBeforeTheirNameAndTheNameBeforeTheAnswer() throws {
        guard ProcessInfo.processInfo.environment[Self.variable] == nil else { return }
        let parent = "\(FileManager.default.temporaryDirectory.path)/vault-traced-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let store = "\(parent)/store"
        let trace = try trace(store: store, into: "\(parent)/trace")
        let path = blobPath(of: sample(1).digest, in: store)
        let calls = trace.split(separator: "\n").compactMap {
            word(for: $0, parent: parent, store: store, blob: path)
        }
        let made = ["sync parent", "sync blobs", "sync store"]
        let put = ["write incoming", "sync incoming", "rename into shard", "sync shard"]
        let putAgain = [
            "write incoming", "sync incoming", "touch blob", "sync blob", "sync shard",
            "unlink from incoming",
        ]
        let erased = ["unlink from shard", "sync shard"]
        #expect(calls == made + put + putAgain + erased + ["sync shard"] + put + erased)
    }

    /// The call in our words; nil when it is not about the store, or failed.
    private func word(for line: Substring, parent: String, store: String, blob: String) -> String? {
        guard line.contains(parent), !line.contains(" = -1 ") else { return nil }
        let shard = blob.dropLast(65)
        let places = [
            ("blob", "<\(blob)>"), ("shard", "<\(shard)>"), ("incoming", "<\(store)/incoming"),
            ("blobs", "<\(store)/blobs>"), ("store", "<\(store)>"), ("parent", "<\(parent)>"),
        ]
        guard let place = places.first(where: { line.contains($0.1) })?.0 else { return nil }
        if line.contains(" write(") { return "write \(place)" }
        if line.contains(" fsync(") { return "sync \(place)" }
        if line.contains(" renameat") { return "rename into \(place)" }
        if line.contains(" utimensat") { return "touch \(place)" }
        if line.contains(" unlinkat(") { return "unlink from \(place)" }
        return nil
    }

    /// Runs `traced` in a process of its own under `strace`.
    private func trace(store: String, into file: String) throws -> String {
        let status = try Self.strace(
            [
                "-f", "-y", "-s", "0", "-e", "trace=write,fsync,renameat,renameat2,utimensat,unlinkat", "-o",
                file,
                FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
                "--testing-library", "swift-testing", "--filter", "DurabilityTests.traced",
            ], environment: [Self.variable: store])
        #expect(status == 0)
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    /// Runs `strace` to its end and returns the exit code of what it traced.
    private static func strace(_ arguments: [String], environment: [String: String] = [:]) throws -> Int32 {
        let tracer = Process()
        tracer.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
        tracer.arguments = arguments
        tracer.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        tracer.standardOutput = FileHandle.nullDevice
        tracer.standardError = FileHandle.nullDevice
        try tracer.run()
        tracer.waitUntilExit()
        return tracer.terminationStatus
    }
}
