import Contract
import FileVault
import Foundation
import Testing
import Vault
import VaultConformance

/// What every vault promises, by a folder of files; and what only files do.
struct FileVaultTests {
    @Test(arguments: VaultCheck.all) func promises(_ check: VaultCheck) async throws {
        try await check(TemporaryVault())
    }

    @Test func theNameIsWhatSha256sumPrints() async throws {
        let temporary = try TemporaryVault()
        // FIPS 180-4's example "abc".
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        try await temporary.vault.put([UInt8]("abc".utf8), digest: try #require(Digest(hex: name)))
        #expect(temporary.files() == ["blobs/ba/\(name)"])
    }

    @Test func aDepositGivenUpLeavesNoFile() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(5)
        let aborted = try await temporary.vault.begin()
        try await aborted.write(bytes)
        #expect(temporary.files().count == 1)
        await aborted.abort()
        #expect(temporary.files().isEmpty)
        await #expect(throws: VaultError.digestMismatch) {
            try await temporary.vault.put(bytes + [0], digest: digest)
        }
        #expect(temporary.files().isEmpty)
        do {
            let forgotten = try await temporary.vault.begin()
            try await forgotten.write(bytes)
        }
        // The thread that wrote may hold it for a moment longer.
        while !temporary.files().isEmpty { await Task.yield() }
    }

    @Test func onlyTheOwnerMayReadTheFiles() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(6)
        try await temporary.vault.put(bytes, digest: digest)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(temporary.path(of: digest)) == 0o600)
        for folder in ["", "/blobs", "/incoming", "/blobs/00", "/blobs/ff"] {
            #expect(try mode(temporary.path + folder) == 0o700)
        }
    }

    @Test func theSameCiphertextTwiceIsTheSameFile() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(8)
        func number() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: temporary.path(of: digest))[.systemFileNumber]
                as? Int
        }
        #expect(try await temporary.vault.put(bytes, digest: digest) == false)
        let before = try number()
        #expect(try await temporary.vault.put(bytes, digest: digest) == true)
        #expect(try number() == before && before != nil)
        #expect(temporary.files().count == 1)
    }

    @Test func aReadOnlyVaultChangesNothing() async throws {
        let temporary = try TemporaryVault()
        let (bytes, digest) = sample(10)
        try await temporary.vault.put(bytes, digest: digest)
        try FileManager.default.removeItem(atPath: temporary.path + "/blobs/00")
        try FileManager.default.removeItem(atPath: temporary.path + "/incoming")
        let auditor = try FileVault(path: temporary.path, readOnly: true)
        #expect(try await auditor.digests() == [digest])
        #expect(try await auditor.verify(digest) == .sound)
        #expect(try await auditor.open(digest).bytes(0..<1000) == bytes)
        // In the subfolder that is not there.
        let missing = try #require(Digest([UInt8](repeating: 0, count: 32)))
        #expect(try await auditor.size(of: missing) == nil)
        #expect(try await auditor.verify(missing) == .absent)
        await #expect(throws: VaultError.absent) { try await auditor.open(missing) }
        await #expect(throws: VaultError.readOnly) { try await auditor.put(bytes, digest: digest) }
        await #expect(throws: VaultError.readOnly) { try await auditor.renew(digest) }
        await #expect(throws: VaultError.readOnly) { try await auditor.erase(digest) }
        await #expect(throws: VaultError.readOnly) {
            try await auditor.collect(digest, putBefore: now() + 9) { _ in false }
        }
        await #expect(throws: VaultError.readOnly) {
            try await auditor.scrub(referenced: { _ in false }, olderThan: 0, now: now() + 9)
        }
        #expect(temporary.files().count == 1)
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/blobs/00"))
        #expect(!FileManager.default.fileExists(atPath: temporary.path + "/incoming"))
        let nowhere = temporary.path + "/nowhere"
        #expect(throws: VaultError.absent) { try FileVault(path: nowhere, readOnly: true) }
        #expect(!FileManager.default.fileExists(atPath: nowhere))
        // A folder in which nothing was kept yet is an empty vault.
        try FileManager.default.createDirectory(atPath: nowhere, withIntermediateDirectories: false)
        let empty = try FileVault(path: nowhere, readOnly: true)
        #expect(try await empty.page(after: nil, limit: 10) == VaultPage())
    }
}
