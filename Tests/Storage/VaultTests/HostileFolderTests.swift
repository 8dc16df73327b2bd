import Contract
import FileVault
import Foundation
import Testing
import Vault
import VaultConformance

@testable import Surroundings

/// What a thief, a careless administrator or a dying disk may do to the files (T51).
struct HostileFolderTests {
    @Test func everyFlippedBitIsFound() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(1, count: 100)
        try await temporary.vault.put(bytes, as: name, in: record)
        for offset in bytes.indices {
            try temporary.flipBit(at: offset, of: temporary.path(of: name))
            #expect(try await temporary.vault.verify(name, in: record) == .damaged)
            try temporary.flipBit(at: offset, of: temporary.path(of: name))
        }
        #expect(try await temporary.vault.verify(name, in: record) == .sound)
    }

    @Test func aShortenedFileIsFound() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(2)
        try await temporary.vault.put(bytes, as: name, in: record)
        let open = try await temporary.vault.open(name, in: record)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary.path(of: name)))
        try handle.truncate(atOffset: 400)
        try handle.close()
        #expect(try await temporary.vault.verify(name, in: record) == .damaged)
        #expect(try await open.bytes(0..<400) == Array(bytes[..<400]))
        await #expect(throws: VaultError.damaged) { try await open.bytes(0..<401) }
    }

    @Test func puttingAgainRepairsWhatIsDamaged() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(3)
        try await temporary.vault.put(bytes, as: name, in: record)
        try temporary.flipBit(at: 77, of: temporary.path(of: name))
        try await temporary.vault.put(bytes, as: name, in: record)
        #expect(try await temporary.vault.verify(name, in: record) == .sound)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: temporary.path(of: name)))
        try handle.truncate(atOffset: 0)
        try handle.close()
        try await temporary.vault.put(bytes, as: name, in: record)
        #expect(try await temporary.vault.verify(name, in: record) == .sound)
        #expect(temporary.files().count == 1)
    }

    @Test func aLinkInPlaceOfACiphertextIsNotFollowed() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(4)
        // The link's target even has the right content: it is still not in the store.
        let outside = temporary.path + "-outside"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try Data(bytes).write(to: URL(fileURLWithPath: outside))
        try temporary.makeRecordFolder()
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path(of: name), withDestinationPath: outside)
        await #expect(throws: VaultError.damaged) { try await temporary.vault.open(name, in: record) }
        await #expect(throws: VaultError.damaged) { try await temporary.vault.size(of: name, in: record) }
        #expect(try await temporary.vault.verify(name, in: record) == .damaged)
        let listed = try await temporary.vault.blobs(of: record, after: nil, limit: 10)
        #expect(listed.entries.isEmpty && listed.foreign.count == 1)
        // A put takes the link's place; what it led to stays as it was.
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: outside))
        try await temporary.vault.put(bytes, as: name, in: record)
        #expect(try await temporary.vault.verify(name, in: record) == .sound)
        #expect(try VaultTests.bytes(at: outside) == [1, 2, 3])
        // Erasing removes a link, never its target.
        try await temporary.vault.erase(name, in: record)
        try temporary.makeRecordFolder()
        try FileManager.default.createSymbolicLink(
            atPath: temporary.path(of: name), withDestinationPath: outside)
        try await temporary.vault.erase(name, in: record)
        #expect(try VaultTests.bytes(at: outside) == [1, 2, 3])
        #expect(temporary.files().isEmpty)
    }

    @Test(arguments: ["", "/records", "/incoming", "/records/SHARD", "/records/SHARD/RECORD"])
    func aLinkInPlaceOfADirectoryIsNotFollowed(place: String) async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(5)
        try temporary.makeRecordFolder()
        let directory =
            temporary.path
            + place.replacing("SHARD", with: record.hex.prefix(2)).replacing("RECORD", with: record.hex)
        let outside = temporary.path + "-outside"
        defer { try? FileManager.default.removeItem(atPath: outside) }
        try FileManager.default.moveItem(atPath: directory, toPath: outside)
        try FileManager.default.createSymbolicLink(atPath: directory, withDestinationPath: outside)
        let before = try FileManager.default.subpathsOfDirectory(atPath: outside)
        await #expect(throws: VaultError.damaged) {
            try await FileVault(path: temporary.path).put(bytes, as: name, in: record)
        }
        await #expect(throws: VaultError.damaged) { try await FileVault(path: temporary.path).erase(record) }
        #expect(try FileManager.default.subpathsOfDirectory(atPath: outside) == before)
        if place != "/incoming" {
            await #expect(throws: VaultError.damaged) {
                try await FileVault(path: temporary.path, readOnly: true).open(name, in: record)
            }
        }
    }

    @Test(.failsWhenStill) func aPipeOrDirectoryInPlaceOfACiphertextHoldsNoOneUp() async throws {
        let temporary = try TemporaryVault()
        let vault = temporary.vault
        try temporary.makeRecordFolder()
        let pipe = sample(6)
        try #require(mkfifo(temporary.path(of: pipe.name), 0o600) == 0)
        await #expect(throws: VaultError.damaged) { try await vault.open(pipe.name, in: record) }
        #expect(try await vault.verify(pipe.name, in: record) == .damaged)
        try await vault.put(pipe.bytes, as: pipe.name, in: record)
        #expect(try await vault.verify(pipe.name, in: record) == .sound)

        let directory = sample(7)
        try FileManager.default.createDirectory(
            atPath: temporary.path(of: directory.name), withIntermediateDirectories: false)
        await #expect(throws: VaultError.damaged) { try await vault.open(directory.name, in: record) }
        await #expect(throws: VaultError.damaged) {
            try await vault.put(directory.bytes, as: directory.name, in: record)
        }
        // No erasure is done as long as something is left.
        await #expect(throws: VaultError.damaged) { try await vault.erase(directory.name, in: record) }
        await #expect(throws: VaultError.damaged) { try await vault.erase(record) }
    }

    @Test func namesThatDoNotBelongAreReportedAndLeftAlone() async throws {
        let temporary = try TemporaryVault()
        let (bytes, blob) = sample(8)
        try await temporary.vault.put(bytes, as: blob, in: record)
        let (name, handle) = (blob.text, record.hex)
        let shard = "records/\(handle.prefix(2))"
        let otherShard = handle.hasPrefix("00") ? "01" : "00"
        let inRecord = [
            "\(name).bak", name.uppercased(), "\(name.dropLast())", "\(name.dropLast(2))", "\(name).file",
            "\(name).", "\(name).Descriptor", "\u{1b}[2J", "\u{ff10}\(name.dropFirst())",
        ].map { "\(shard)/\(handle)/\($0)" }
        let beside = [
            "note.txt", "records/stray", "records/100", "\(shard)/stray", "\(shard)/\(handle.uppercased())",
            "records/\(otherShard)/\(handle)",
        ]
        let foreign = inRecord + beside + ["incoming/upload.tmp"]
        for path in foreign { try Data([1]).write(to: URL(fileURLWithPath: "\(temporary.path)/\(path)")) }
        func paths(_ paths: [String]) -> Set<[UInt8]> { Set(paths.map { [UInt8]($0.utf8) }) }
        let blobs = try await temporary.vault.blobs(of: record, after: nil, limit: 100)
        #expect(blobs.entries.map(\.name) == [blob] && Set(blobs.foreign) == paths(inRecord))
        let records = try await temporary.vault.records(after: nil, limit: 100)
        #expect(records.entries == [record] && Set(records.foreign) == paths(beside))
        let leftovers = try await temporary.vault.removeLeftovers(begunBefore: now() + 9)
        #expect(Set(leftovers.foreign) == paths(["incoming/upload.tmp"]))
        let seen = try await temporary.vault.inspect(after: nil, limit: 10, bytesMax: 1 << 20)
        #expect(seen.blobs.map(\.address.blob) == [blob] && Set(seen.foreign) == paths(inRecord + beside))
        #expect(temporary.files().count == foreign.count + 1)
    }

    /// A file system of 1 MiB; only root can make one.
    @Test(.enabled(if: geteuid() == 0, "needs root, to mount a small tmpfs"))
    func aFullDiskIsNamedAndLeavesRoom() async throws {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        let mountPoint = scratch.directory.path
        guard run("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "medseal-test", mountPoint) else {
            print("aFullDiskIsNamedAndLeavesRoom: not run, this machine does not allow mounting a tmpfs")
            return
        }
        defer { _ = run("/bin/umount", mountPoint) }
        do {
            let temporary = try TemporaryVault(in: mountPoint)
            let large = sample(9, count: 2 << 20)
            let deposit = try await temporary.vault.begin(large.name, in: record)
            await #expect(throws: VaultError.full) { try await deposit.write(large.bytes) }
            await #expect(throws: VaultError.closed) { try await deposit.finish() }
            #expect(temporary.files().isEmpty)
            await #expect(throws: VaultError.full) {
                try await temporary.vault.put(large.bytes, as: large.name, in: record)
            }
            // The room is there again.
            let small = sample(10, count: 500_000)
            try await temporary.vault.put(small.bytes, as: small.name, in: record)
            #expect(try await temporary.vault.verify(small.name, in: record) == .sound)
        }
    }

    private func run(_ program: String, _ arguments: String...) -> Bool {
        (try? Command.run(program, arguments).status) == 0
    }
}
