import Contract
import FileVault
import Foundation
import Testing
import Vault
import VaultConformance

@testable import Surroundings

/// What every vault promises, by a folder of files; and what only files do.
struct FileVaultTests {
    @Test(arguments: VaultCheck.all) func promises(_ check: VaultCheck) async throws {
        try await check(TemporaryVault())
    }

    @Test func theNameIsWhatSha256sumPrints() async throws {
        let temporary = try TemporaryVault()
        // FIPS 180-4's example "abc".
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let digest = try #require(Digest(hex: name))
        try await temporary.vault.put([UInt8]("abc".utf8), as: BlobName(digest, .file), in: record)
        try await temporary.vault.put([UInt8]("abc".utf8), as: BlobName(digest, .descriptor), in: record)
        let folder = "records/\(record.hex.prefix(2))/\(record.hex)"
        #expect(Set(temporary.files()) == ["\(folder)/\(name)", "\(folder)/\(name).descriptor"])
    }

    @Test func sha256sumChecksARecordInItsFolder() async throws {
        let temporary = try TemporaryVault()
        let samples = (0..<5).map { sample($0) }
        for blob in samples { try await temporary.vault.put(blob.bytes, as: blob.name, in: record) }
        let lines = samples.map { "\($0.name.digest.hex)  \($0.name.text)\n" }.joined()
        let list = temporary.path + "/list"
        try Data(lines.utf8).write(to: URL(fileURLWithPath: list))
        func check() throws -> Int32 {
            let folder = URL(fileURLWithPath: temporary.path(of: samples[0].name)).deletingLastPathComponent()
            return try Command.run(
                "/usr/bin/sha256sum", ["--check", "--strict", "--quiet", list], in: folder
            ).status
        }
        #expect(try check() == 0)
        try temporary.damage(samples[2].name, in: record)
        #expect(try check() == 1)
    }

    @Test(.failsWhenStill) func aDepositGivenUpLeavesNoFile() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(5)
        let aborted = try await temporary.vault.begin(name, in: record)
        try await aborted.write(bytes)
        #expect(temporary.files().count == 1)
        await aborted.abort()
        #expect(temporary.files().isEmpty)
        await #expect(throws: VaultError.digestMismatch) {
            try await temporary.vault.put(bytes + [0], as: name, in: record)
        }
        #expect(temporary.files().isEmpty)
        do {
            let forgotten = try await temporary.vault.begin(name, in: record)
            try await forgotten.write(bytes)
        }
        // The thread that wrote may hold it for a moment longer.
        while !temporary.files().isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func onlyTheOwnerMayReadTheFiles() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(6)
        try await temporary.vault.put(bytes, as: name, in: record)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(temporary.path(of: name)) == 0o600)
        let folder = "/records/\(record.hex.prefix(2))/\(record.hex)"
        for folder in ["", "/records", "/incoming", "/records/00", "/records/ff", folder] {
            #expect(try mode(temporary.path + folder) == 0o700)
        }
    }

    @Test func anErasedRecordLeavesNoFolder() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(8)
        let shard = "\(temporary.path)/records/\(record.hex.prefix(2))"
        func folders() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: shard) }
        try await temporary.vault.put(bytes, as: name, in: record)
        #expect(try folders() == [record.hex])
        try await temporary.vault.erase(name, in: record)
        #expect(try folders().isEmpty)
        // What does not belong there may be ciphertext too.
        try await temporary.vault.put(bytes, as: name, in: record)
        for odd in ["\(name.text).bak", ".hidden", "\u{ff10}"] {
            try Data(bytes).write(to: URL(fileURLWithPath: "\(shard)/\(record.hex)/\(odd)"))
        }
        try await temporary.vault.erase(record)
        #expect(try folders().isEmpty)
    }

    @Test func aReadOnlyVaultChangesNothing() async throws {
        let temporary = try TemporaryVault()
        let (bytes, name) = sample(10)
        try await temporary.vault.put(bytes, as: name, in: record)
        try FileManager.default.removeItem(atPath: temporary.path + "/records/00")
        try FileManager.default.removeItem(atPath: temporary.path + "/incoming")
        let auditor = try FileVault(path: temporary.path, readOnly: true)
        #expect(try await auditor.blobs(of: record).map(\.name) == [name])
        #expect(try await auditor.verify(name, in: record) == .sound)
        #expect(try await auditor.open(name, in: record).bytes(0..<1000) == bytes)
        // In the subfolder that is not there.
        let missing = try #require(RecordHandle([UInt8](repeating: 0, count: 32)))
        #expect(try await auditor.size(of: name, in: missing) == nil)
        #expect(try await auditor.verify(name, in: missing) == .absent)
        await #expect(throws: VaultError.absent) { try await auditor.open(name, in: missing) }
        await #expect(throws: VaultError.readOnly) { try await auditor.put(bytes, as: name, in: record) }
        await #expect(throws: VaultError.readOnly) { try await auditor.erase(name, in: record) }
        await #expect(throws: VaultError.readOnly) { try await auditor.erase(record) }
        await #expect(throws: VaultError.readOnly) { try await auditor.removeLeftovers(begunBefore: now()) }
        #expect(temporary.files().count == 1)
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/records/00"))
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/incoming"))
        let nowhere = temporary.path + "/nowhere"
        #expect(throws: VaultError.absent) { try FileVault(path: nowhere, readOnly: true) }
        #expect(!FileManager.default.fileExists(atPath: nowhere))
        // A folder in which nothing was kept yet is an empty vault.
        try FileManager.default.createDirectory(atPath: nowhere, withIntermediateDirectories: false)
        let empty = try FileVault(path: nowhere, readOnly: true)
        #expect(try await empty.records(after: nil, limit: 10) == VaultPage())
    }
}
