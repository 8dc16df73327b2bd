import Foundation
import Testing
import Vault

/// What a thief, a careless administrator or a dying disk may do to the files (T51).
struct HostileStoreTests {
    @Test func everyFlippedBitIsFound() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(1, count: 100)
        try vault.store.put(bytes, digest: digest)
        for offset in bytes.indices {
            try vault.flipBit(at: offset, of: digest)
            #expect(try vault.store.verify(digest) == .damaged)
            try vault.flipBit(at: offset, of: digest)
        }
        #expect(try vault.store.verify(digest) == .sound)
    }

    @Test func aShortenedFileIsFound() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(2)
        try vault.store.put(bytes, digest: digest)
        let open = try vault.store.open(digest)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: vault.path(of: digest)))
        try handle.truncate(atOffset: 400)
        try handle.close()
        #expect(try vault.store.verify(digest) == .damaged)
        #expect(try open.read(400, at: 0) == Array(bytes[..<400]))
        #expect(throws: VaultError.changedWhileRead) { try open.read(401, at: 0) }
    }

    @Test func puttingAgainRepairsWhatIsDamaged() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(3)
        try vault.store.put(bytes, digest: digest)
        try vault.flipBit(at: 77, of: digest)
        #expect(try vault.store.put(bytes, digest: digest) == false)
        #expect(try vault.store.verify(digest) == .sound)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: vault.path(of: digest)))
        try handle.truncate(atOffset: 0)
        try handle.close()
        #expect(try vault.store.put(bytes, digest: digest) == false)
        #expect(try vault.store.verify(digest) == .sound)
        #expect(vault.files().count == 1)
    }

    @Test func aLinkInPlaceOfACiphertextIsNotFollowed() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(4)
        // The link's target even has the right content: it is still not in the store.
        let outside = vault.directory + "-outside"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try Data(bytes).write(to: URL(fileURLWithPath: outside))
        try FileManager.default.createSymbolicLink(
            atPath: vault.path(of: digest), withDestinationPath: outside)
        #expect(throws: VaultError.notAFile) { try vault.store.open(digest) }
        #expect(throws: VaultError.notAFile) { try vault.store.size(of: digest) }
        #expect(throws: VaultError.notAFile) { try vault.store.renew(digest) }
        #expect(try vault.store.verify(digest) == .damaged)
        let report = try vault.store.scrub(referenced: { _ in false }, olderThan: 0, now: now() + 9)
        #expect(report.removed.isEmpty && report.foreign.count == 1)
        // A put takes the link's place; what it led to stays as it was.
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: outside))
        #expect(try vault.store.put(bytes, digest: digest) == false)
        #expect(try vault.store.verify(digest) == .sound)
        #expect(try VaultTests.bytes(at: outside) == [1, 2, 3])
        // Erasing removes a link, never its target.
        try vault.store.erase(digest)
        try FileManager.default.createSymbolicLink(
            atPath: vault.path(of: digest), withDestinationPath: outside)
        try vault.store.erase(digest)
        #expect(try VaultTests.bytes(at: outside) == [1, 2, 3])
        #expect(vault.files().isEmpty)
    }

    @Test(arguments: ["", "/blobs", "/incoming", "/blobs/SHARD"])
    func aLinkInPlaceOfADirectoryIsNotFollowed(place: String) throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(5)
        let shard = String(vault.path(of: digest).dropFirst(vault.directory.count + 7).prefix(2))
        let directory = vault.directory + place.replacingOccurrences(of: "SHARD", with: shard)
        let outside = vault.directory + "-outside"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try FileManager.default.moveItem(atPath: directory, toPath: outside)
        try FileManager.default.createSymbolicLink(atPath: directory, withDestinationPath: outside)
        let before = try FileManager.default.subpathsOfDirectory(atPath: outside)
        let refused = { try BlobStore(directory: vault.directory).put(bytes, digest: digest) }
        #expect(throws: VaultError.notAFile) { _ = try refused() }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: outside) == before)
        if place != "/incoming" {
            #expect(throws: VaultError.notAFile) {
                try BlobStore(directory: vault.directory, readOnly: true).open(digest)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func aPipeOrDirectoryInPlaceOfACiphertextHoldsNoOneUp() throws {
        let vault = try TemporaryStore()
        let pipe = sample(6)
        try #require(mkfifo(vault.path(of: pipe.digest), 0o600) == 0)
        #expect(throws: VaultError.notAFile) { try vault.store.open(pipe.digest) }
        #expect(try vault.store.verify(pipe.digest) == .damaged)
        #expect(try vault.store.put(pipe.bytes, digest: pipe.digest) == false)
        #expect(try vault.store.verify(pipe.digest) == .sound)

        let directory = sample(7)
        try FileManager.default.createDirectory(
            atPath: vault.path(of: directory.digest), withIntermediateDirectories: false)
        #expect(throws: VaultError.notAFile) { try vault.store.open(directory.digest) }
        #expect(throws: VaultError.notAFile) {
            try vault.store.put(directory.bytes, digest: directory.digest)
        }
        #expect(throws: VaultError.notAFile) { try vault.store.erase(directory.digest) }
        #expect(vault.files().count == 1)
    }

    @Test func namesThatDoNotBelongAreReportedAndLeftAlone() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(8)
        try vault.store.put(bytes, digest: digest)
        let name = String(vault.path(of: digest).suffix(64))
        let shard = String(name.prefix(2))
        let otherShard = shard == "00" ? "01" : "00"
        let foreign = [
            "note.txt", "blobs/stray", "blobs/100", "incoming/upload.tmp", "blobs/\(shard)/\(name).bak",
            "blobs/\(shard)/\(name.uppercased())", "blobs/\(shard)/\(name.dropLast())",
            "blobs/\(shard)/\(name.dropLast(2))",
            "blobs/\(otherShard)/\(name)",
            "blobs/\(shard)/\u{1b}[2J", "blobs/\(shard)/\u{ff10}\(name.dropFirst())",
        ]
        for path in foreign { try Data([1]).write(to: URL(fileURLWithPath: "\(vault.directory)/\(path)")) }
        #expect(try vault.store.digests() == [digest])
        let report = try vault.store.scrub(referenced: { _ in true }, olderThan: 0, now: now() + 9)
        #expect(Set(report.foreign) == Set(foreign.map { [UInt8]($0.utf8) }))
        let seen = try vault.store.foreignNames()
        #expect(Set(seen) == Set(foreign.filter { $0 != "incoming/upload.tmp" }.map { [UInt8]($0.utf8) }))
        #expect(vault.files().count == foreign.count + 1)
    }

    /// A file system of 1 MiB; only root can make one.
    @Test(.enabled(if: geteuid() == 0, "needs root, to mount a small tmpfs"))
    func aFullDiskIsNamedAndLeavesRoom() throws {
        let mountPoint = FileManager.default.temporaryDirectory.path + "/vault-full-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: false)
        defer { _ = rmdir(mountPoint) }
        guard run("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "medseal-test", mountPoint) else {
            print("aFullDiskIsNamedAndLeavesRoom: not run, this machine does not allow mounting a tmpfs")
            return
        }
        defer { _ = run("/bin/umount", mountPoint) }
        do {
            let vault = try TemporaryStore(in: mountPoint)
            let large = sample(9, count: 2 << 20)
            let deposit = try vault.store.begin()
            #expect(throws: VaultError.full) { try deposit.write(large.bytes) }
            #expect(throws: VaultError.incomingBlobClosed) { try deposit.finish(expecting: large.digest) }
            #expect(vault.files().isEmpty)
            #expect(throws: VaultError.full) { try vault.store.put(large.bytes, digest: large.digest) }
            // The room is there again.
            let small = sample(10, count: 500_000)
            #expect(try vault.store.put(small.bytes, digest: small.digest) == false)
            #expect(try vault.store.verify(small.digest) == .sound)
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
