import FileVault
import Foundation
import Testing
import Vault
import VaultConformance

/// What a thief, a careless administrator or a dying disk may do to the files (T51).
struct HostileFolderTests {
    @Test func everyFlippedBitIsFound() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(1, count: 100)
        try await temporary.vault.put(bytes, digest: digest)
        for offset in bytes.indices {
            try temporary.flipBit(at: offset, of: digest)
            #expect(try await temporary.vault.verify(digest) == .damaged)
            try temporary.flipBit(at: offset, of: digest)
        }
        #expect(try await temporary.vault.verify(digest) == .sound)
    }

    @Test func aShortenedFileIsFound() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(2)
        try await temporary.vault.put(bytes, digest: digest)
        let open = try await temporary.vault.open(digest)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary.path(of: digest)))
        try handle.truncate(atOffset: 400)
        try handle.close()
        #expect(try await temporary.vault.verify(digest) == .damaged)
        #expect(try await open.bytes(0..<400) == Array(bytes[..<400]))
        await #expect(throws: VaultError.damaged) { try await open.bytes(0..<401) }
    }

    @Test func puttingAgainRepairsWhatIsDamaged() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(3)
        try await temporary.vault.put(bytes, digest: digest)
        try temporary.flipBit(at: 77, of: digest)
        #expect(try await temporary.vault.put(bytes, digest: digest) == false)
        #expect(try await temporary.vault.verify(digest) == .sound)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary.path(of: digest)))
        try handle.truncate(atOffset: 0)
        try handle.close()
        #expect(try await temporary.vault.put(bytes, digest: digest) == false)
        #expect(try await temporary.vault.verify(digest) == .sound)
        #expect(temporary.files().count == 1)
    }

    @Test func aLinkInPlaceOfACiphertextIsNotFollowed() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(4)
        // The link's target even has the right content: it is still not in the store.
        let outside = temporary.path + "-outside"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try Data(bytes).write(to: URL(fileURLWithPath: outside))
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path(of: digest), withDestinationPath: outside)
        await #expect(throws: VaultError.damaged) { try await temporary.vault.open(digest) }
        await #expect(throws: VaultError.damaged) { try await temporary.vault.size(of: digest) }
        await #expect(throws: VaultError.damaged) { try await temporary.vault.renew(digest) }
        #expect(try await temporary.vault.verify(digest) == .damaged)
        let report = try await temporary.vault.scrub(referenced: { _ in false }, olderThan: 0, now: now() + 9)
        #expect(report.removed.isEmpty && report.foreign.count == 1)
        // A put takes the link's place; what it led to stays as it was.
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: outside))
        #expect(try await temporary.vault.put(bytes, digest: digest) == false)
        #expect(try await temporary.vault.verify(digest) == .sound)
        #expect(try VaultTests.bytes(at: outside) == [1, 2, 3])
        // Erasing removes a link, never its target.
        try await temporary.vault.erase(digest)
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path(of: digest), withDestinationPath: outside)
        try await temporary.vault.erase(digest)
        #expect(try VaultTests.bytes(at: outside) == [1, 2, 3])
        #expect(temporary.files().isEmpty)
    }

    @Test(arguments: ["", "/blobs", "/incoming", "/blobs/SHARD"])
    func aLinkInPlaceOfADirectoryIsNotFollowed(place: String) async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(5)
        let shard = String(temporary.path(of: digest).dropFirst(temporary.path.count + 7).prefix(2))
        let directory = temporary.path + place.replacingOccurrences(of: "SHARD", with: shard)
        let outside = temporary.path + "-outside"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try FileManager.default.moveItem(atPath: directory, toPath: outside)
        try FileManager.default.createSymbolicLink(atPath: directory, withDestinationPath: outside)
        let before = try FileManager.default.subpathsOfDirectory(atPath: outside)
        await #expect(throws: VaultError.damaged) {
            try await FileVault(path: temporary.path).put(bytes, digest: digest)
        }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: outside) == before)
        if place != "/incoming" {
            await #expect(throws: VaultError.damaged) {
                try await FileVault(path: temporary.path, readOnly: true).open(digest)
            }
        }
    }

    @Test func aPipeOrDirectoryInPlaceOfACiphertextHoldsNoOneUp() async throws {
        let temporary = try TemporaryVault()
        let pipe = sample(6)
        try #require(mkfifo(temporary.path(of: pipe.digest), 0o600) == 0)
        await #expect(throws: VaultError.damaged) { try await temporary.vault.open(pipe.digest) }
        #expect(try await temporary.vault.verify(pipe.digest) == .damaged)
        #expect(try await temporary.vault.put(pipe.bytes, digest: pipe.digest) == false)
        #expect(try await temporary.vault.verify(pipe.digest) == .sound)

        let directory = sample(7)
        try FileManager.default.createDirectory(
            atPath: temporary.path(of: directory.digest), withIntermediateDirectories: false)
        await #expect(throws: VaultError.damaged) { try await temporary.vault.open(directory.digest) }
        await #expect(throws: VaultError.damaged) {
            try await temporary.vault.put(directory.bytes, digest: directory.digest)
        }
        await #expect(throws: VaultError.damaged) { try await temporary.vault.erase(directory.digest) }
        #expect(temporary.files().count == 1)
    }

    @Test func namesThatDoNotBelongAreReportedAndLeftAlone() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(8)
        try await temporary.vault.put(bytes, digest: digest)
        let name = String(temporary.path(of: digest).suffix(64))
        let shard = String(name.prefix(2))
        let otherShard = shard == "00" ? "01" : "00"
        let foreign = [
            "note.txt", "blobs/stray", "blobs/100", "incoming/upload.tmp", "blobs/\(shard)/\(name).bak",
            "blobs/\(shard)/\(name.uppercased())", "blobs/\(shard)/\(name.dropLast())",
            "blobs/\(shard)/\(name.dropLast(2))",
            "blobs/\(otherShard)/\(name)",
            "blobs/\(shard)/\u{1b}[2J", "blobs/\(shard)/\u{ff10}\(name.dropFirst())",
        ]
        for path in foreign { try Data([1]).write(to: URL(fileURLWithPath: "\(temporary.path)/\(path)")) }
        #expect(try await temporary.vault.digests() == [digest])
        let report = try await temporary.vault.scrub(referenced: { _ in true }, olderThan: 0, now: now() + 9)
        #expect(Set(report.foreign) == Set(foreign.map { [UInt8]($0.utf8) }))
        let seen = try await temporary.vault.page(after: nil, limit: 10).foreign
        #expect(Set(seen) == Set(foreign.filter { $0 != "incoming/upload.tmp" }.map { [UInt8]($0.utf8) }))
        #expect(temporary.files().count == foreign.count + 1)
    }

    /// A file system of 1 MiB; only root can make one.
    @Test(.enabled(if: geteuid() == 0, "needs root, to mount a small tmpfs"))
    func aFullDiskIsNamedAndLeavesRoom() async throws {
        let mountPoint = FileManager.default.temporaryDirectory.path + "/vault-full-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: false)
        defer { _ = rmdir(mountPoint) }
        guard run("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "medseal-test", mountPoint) else {
            print("aFullDiskIsNamedAndLeavesRoom: not run, this machine does not allow mounting a tmpfs")
            return
        }
        defer { _ = run("/bin/umount", mountPoint) }
        do {
            let temporary = try TemporaryVault(in: mountPoint)
            let large = sample(9, count: 2 << 20)
            let deposit = try await temporary.vault.begin()
            await #expect(throws: VaultError.full) { try await deposit.write(large.bytes) }
            await #expect(throws: VaultError.closed) { try await deposit.finish(expecting: large.digest) }
            #expect(temporary.files().isEmpty)
            await #expect(throws: VaultError.full) {
                try await temporary.vault.put(large.bytes, digest: large.digest)
            }
            // The room is there again.
            let small = sample(10, count: 500_000)
            #expect(try await temporary.vault.put(small.bytes, digest: small.digest) == false)
            #expect(try await temporary.vault.verify(small.digest) == .sound)
        }
    }

    private func run(_ program: String, _ arguments: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
