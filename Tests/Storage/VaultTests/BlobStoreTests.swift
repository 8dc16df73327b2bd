import Foundation
import Testing
import Vault

struct BlobStoreTests {
    @Test func whatWasPutIsFoundUnderItsDigest() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(1)
        #expect(try vault.store.size(of: digest) == nil)
        #expect(throws: VaultError.absent) { try vault.store.open(digest) }
        #expect(try vault.store.verify(digest) == .absent)
        #expect(try vault.store.put(bytes, digest: digest) == false)
        #expect(try vault.store.size(of: digest) == bytes.count)
        #expect(try vault.store.verify(digest) == .sound)
        #expect(try VaultTests.bytes(at: vault.path(of: digest)) == bytes)
        #expect(vault.files().count == 1)
        // A second store on the same directory, as after a restart.
        let reopened = try BlobStore(directory: vault.directory)
        #expect(try reopened.open(digest).byteCount == bytes.count)
    }

    @Test func theNameIsWhatSha256sumPrints() throws {
        let vault = try TemporaryStore()
        // FIPS 180-4's example "abc".
        let digest = Array(
            Data(base64Encoded: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=") ?? Data())
        try vault.store.put([UInt8]("abc".utf8), digest: digest)
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(vault.files() == ["blobs/ba/\(name)"])
    }

    @Test func rangesAreReadAsTheyAre() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(2)
        try vault.store.put(bytes, digest: digest)
        let blob = try vault.store.open(digest)
        for (offset, count) in [(0, 1000), (0, 1), (999, 1), (999, 50), (500, 100), (0, 5000)] {
            #expect(try blob.read(count, at: offset) == Array(bytes[offset..<min(1000, offset + count)]))
        }
        #expect(try blob.read(10, at: 1000) == [])
        #expect(try blob.read(10, at: .max) == [])
        var buffer = [UInt8](repeating: 0, count: 8)
        let count = try buffer.withUnsafeMutableBytes { try blob.read(into: $0, at: 996) }
        #expect(count == 4)
        #expect(buffer == Array(bytes[996...]) + [0, 0, 0, 0])
    }

    @Test func aStreamInPiecesIsOneFile() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(3, count: 300_000)
        let deposit = try vault.store.begin()
        for start in stride(from: 0, to: bytes.count, by: 7_001) {
            try deposit.write(Array(bytes[start..<min(start + 7_001, bytes.count)]))
        }
        try deposit.write([])
        #expect(deposit.byteCount == 300_000)
        #expect(try deposit.finish(expecting: digest) == false)
        #expect(try VaultTests.bytes(at: vault.path(of: digest)) == bytes)
    }

    @Test func theEmptyFileIsAFile() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(0, count: 0)
        try vault.store.put(bytes, digest: digest)
        #expect(try vault.store.size(of: digest) == 0)
        #expect(try vault.store.open(digest).read(1, at: 0) == [])
        #expect(try vault.store.verify(digest) == .sound)
    }

    @Test func aWrongDigestLeavesNothing() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(4)
        #expect(throws: VaultError.digestMismatch) { try vault.store.put(bytes + [0], digest: digest) }
        #expect(throws: VaultError.digestMismatch) { try vault.store.put(bytes.dropLast(), digest: digest) }
        #expect(throws: VaultError.digestMismatch) { try vault.store.put([], digest: digest) }
        #expect(vault.files().isEmpty)
    }

    @Test func aDepositGivenUpLeavesNothing() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(5)
        let aborted = try vault.store.begin()
        try aborted.write(bytes)
        #expect(vault.files().count == 1)
        aborted.abort()
        #expect(vault.files().isEmpty)
        #expect(throws: VaultError.incomingBlobClosed) { try aborted.write(bytes) }
        #expect(throws: VaultError.incomingBlobClosed) { try aborted.finish(expecting: digest) }
        do {
            let forgotten = try vault.store.begin()
            try forgotten.write(bytes)
        }
        #expect(vault.files().isEmpty)
        let finished = try vault.store.begin()
        try finished.write(bytes)
        _ = try finished.finish(expecting: digest)
        #expect(throws: VaultError.incomingBlobClosed) { try finished.finish(expecting: digest) }
        finished.abort()
        #expect(try vault.store.verify(digest) == .sound)
    }

    @Test(arguments: [0, 31, 33, 64]) func digestsHave32Bytes(count: Int) throws {
        let vault = try TemporaryStore()
        let digest = [UInt8](repeating: 0x2f, count: count)
        #expect(throws: VaultError.malformedDigest) { try vault.store.put([1], digest: digest) }
        #expect(throws: VaultError.malformedDigest) { try vault.store.size(of: digest) }
        #expect(throws: VaultError.malformedDigest) { try vault.store.renew(digest) }
        #expect(throws: VaultError.malformedDigest) { try vault.store.open(digest) }
        #expect(throws: VaultError.malformedDigest) { try vault.store.verify(digest) }
        #expect(throws: VaultError.malformedDigest) { try vault.store.erase(digest) }
        #expect(vault.files().isEmpty)
    }

    @Test func onlyTheOwnerMayReadTheFiles() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(6)
        try vault.store.put(bytes, digest: digest)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(vault.path(of: digest)) == 0o600)
        for directory in ["", "/blobs", "/incoming", "/blobs/00", "/blobs/ff"] {
            #expect(try mode(vault.directory + directory) == 0o700)
        }
    }

    @Test func erasedIsGoneAndErasingAgainIsFine() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(7)
        try vault.store.put(bytes, digest: digest)
        let open = try vault.store.open(digest)
        try vault.store.erase(digest)
        try vault.store.erase(digest)
        #expect(vault.files().isEmpty)
        #expect(throws: VaultError.absent) { try vault.store.open(digest) }
        #expect(try open.read(1000, at: 0) == bytes)
    }

    @Test func theSameCiphertextTwiceIsKeptOnce() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(8)
        #expect(try vault.store.put(bytes, digest: digest) == false)
        let before = try FileManager.default.attributesOfItem(atPath: vault.path(of: digest))[
            .systemFileNumber]
        #expect(try vault.store.put(bytes, digest: digest) == true)
        let after = try FileManager.default.attributesOfItem(atPath: vault.path(of: digest))[
            .systemFileNumber]
        #expect(before as? Int == after as? Int)
        #expect(vault.files().count == 1)
    }

    @Test func manyMayPutTheSameAtOnce() async throws {
        let vault = try TemporaryStore()
        let store = vault.store
        let other = try BlobStore(directory: vault.directory)
        let (bytes, digest) = sample(9, count: 100_000)
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<24 {
                group.addTask { try (number % 2 == 0 ? store : other).put(bytes, digest: digest) }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(answers.filter { !$0 }.count == 1)
        #expect(vault.files().count == 1)
        #expect(try store.verify(digest) == .sound)
    }

    @Test func digestsComeInOrder() throws {
        let vault = try TemporaryStore()
        let digests = try (0..<40).map { number in
            let (bytes, digest) = sample(number, count: 10 + number)
            try vault.store.put(bytes, digest: digest)
            return digest
        }
        #expect(try vault.store.digests() == digests.sorted { $0.lexicographicallyPrecedes($1) })
    }

    @Test func aReadOnlyStoreChangesNothing() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(10)
        try vault.store.put(bytes, digest: digest)
        try FileManager.default.removeItem(atPath: vault.directory + "/blobs/00")
        try FileManager.default.removeItem(atPath: vault.directory + "/incoming")
        let auditor = try BlobStore(directory: vault.directory, readOnly: true)
        #expect(try auditor.digests() == [digest])
        #expect(try auditor.verify(digest) == .sound)
        #expect(try auditor.open(digest).read(1000, at: 0) == bytes)
        // In the subdirectory that is not there.
        let missing = [UInt8](repeating: 0, count: 32)
        #expect(try auditor.size(of: missing) == nil)
        #expect(try auditor.verify(missing) == .absent)
        #expect(throws: VaultError.absent) { try auditor.open(missing) }
        #expect(throws: VaultError.readOnly) { try auditor.put(bytes, digest: digest) }
        #expect(throws: VaultError.readOnly) { try auditor.renew(digest) }
        #expect(throws: VaultError.readOnly) { try auditor.erase(digest) }
        #expect(throws: VaultError.readOnly) {
            try auditor.scrub(referenced: { _ in false }, olderThan: 0, now: now() + 9)
        }
        #expect(vault.files().count == 1)
        #expect(!FileManager.default.fileExists(atPath: vault.directory + "/blobs/00"))
        #expect(!FileManager.default.fileExists(atPath: vault.directory + "/incoming"))
        let nowhere = vault.directory + "/nowhere"
        #expect(throws: VaultError.absent) { try BlobStore(directory: nowhere, readOnly: true) }
        #expect(!FileManager.default.fileExists(atPath: nowhere))
    }
}
