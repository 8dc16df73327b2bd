import Contract
import Files
import Foundation
import Synchronization
import Testing
import Vault
import VaultConformance

@testable import ObjectStore
@testable import S3
@testable import S3Vault
@testable import Surroundings

/// What every vault promises, by a bucket of a real store; and what only buckets do.
struct S3VaultTests {
    @Test(arguments: VaultCheck.all) func promises(_ check: VaultCheck) async throws {
        try await check(StoreSubject())
    }

    /// The same where every third call meets a fault: nothing is lost, and nothing is half there.
    @Test(arguments: VaultCheck.all) func promisesOverFaults(_ check: VaultCheck) async throws {
        let store = try await SeaweedFS.running()
        try await check(StoreSubject(over: FaultyRoad(to: store.authority)))
    }

    private static let partBytes = Bucket.partBytesMin

    /// More than two parts.
    private func big(_ number: Int) -> (bytes: [UInt8], name: BlobName) {
        sample(number, count: 2 * Self.partBytes + 4_321)
    }

    private func write(_ bytes: [UInt8], to incoming: any IncomingBlob) async throws {
        for start in stride(from: 0, to: bytes.count, by: blobPieceBytes) {
            try await incoming.write(Array(bytes[start..<min(start + blobPieceBytes, bytes.count)]))
        }
    }

    @Test func largeBlobsComeInPartsOverFaults() async throws {
        let store = try await SeaweedFS.running()
        let road = FaultyRoad(to: store.authority)
        let subject = try await StoreSubject(over: road, partBytes: Self.partBytes, uploadSeconds: -60)
        for number in 0..<3 {
            let (bytes, name) = big(number)
            let incoming = try await subject.vault.begin(name, in: record)
            try await write(bytes, to: incoming)
            #expect(try await subject.vault.size(of: name, in: record) == nil)
            try await incoming.finish()
            #expect(try await subject.vault.size(of: name, in: record) == bytes.count)
            #expect(try await subject.vault.verify(name, in: record) == .sound)
        }
        // An upload whose beginning was not heard of is a leftover, and no more than that.
        let leftovers = try await subject.bucket.uploads("").uploads.count
        #expect(leftovers <= road.met.withLock { $0[.answerLost, default: 0] + $0[.truncated, default: 0] })
        #expect(try await subject.vault.removeLeftovers(begunBefore: now() + 60).removedCount == leftovers)
        for number in 0..<3 {
            #expect(try await subject.vault.verify(big(number).name, in: record) == .sound)
        }
        for fault in Fault.allCases { #expect(road.met.withLock { $0[fault] ?? 0 } > 0, "\(fault)") }
    }

    @Test func whatIsGivenUpOrIsNotItsNameLeavesNoParts() async throws {
        let subject = try await StoreSubject(partBytes: Self.partBytes)
        let (bytes, name) = big(1)
        let aborted = try await subject.vault.begin(name, in: record)
        try await write(bytes, to: aborted)
        #expect(try await subject.bucket.uploads("").uploads.count == 1)
        await aborted.abort()
        #expect(try await subject.bucket.uploads("").uploads.isEmpty)
        let wrong = try await subject.vault.begin(name, in: record)
        try await write(bytes + [0], to: wrong)
        await #expect(throws: VaultError.digestMismatch) { try await wrong.finish() }
        #expect(try await subject.bucket.uploads("").uploads.isEmpty)
        do {
            let forgotten = try await subject.vault.begin(name, in: record)
            try await write(bytes, to: forgotten)
        }
        while try await !subject.bucket.uploads("").uploads.isEmpty { await Task.yield() }
        #expect(try await subject.bucket.list("records/").objects.isEmpty)
    }

    @Test func anErasureTakesWhatComesIn() async throws {
        let subject = try await StoreSubject(partBytes: Self.partBytes)
        let (bytes, name) = big(1)
        for isWhole in [false, true] {
            let incoming = try await subject.vault.begin(name, in: record)
            try await write(bytes, to: incoming)
            if isWhole {
                try await subject.vault.erase(record)
            } else {
                try await subject.vault.erase(name, in: record)
            }
            #expect(try await subject.bucket.uploads("").uploads.isEmpty)
            await #expect(throws: VaultError(.unavailable, "")) { try await incoming.finish() }
            #expect(try await subject.vault.size(of: name, in: record) == nil)
        }
    }

    @Test func anUploadIsALeftoverAfterADay() async throws {
        let subject = try await StoreSubject()
        let beginning = now()
        _ = try await subject.bucket.beginUpload(BlobKey(record, sample(1).name).text)
        _ = try await subject.bucket.beginUpload("records/foreign")
        let young = try await subject.vault.removeLeftovers(begunBefore: now() + 9)
        #expect(young.removedCount == 0 && young.foreign == [Array("records/foreign".utf8)])
        let store = try await SeaweedFS.running()
        let spool = try Scratch()
        let later = try await S3Vault(
            Bucket(
                subject.bucket.address, credentials: .environment(SeaweedFS.environment),
                timing: Timing(now: { now() + 600 }, random: { $0 }, sleep: { _ in })),
            owner: "tests", spool: Folder(spool.directory.path), uploadSeconds: 300)
        #expect(try await later.removeLeftovers(begunBefore: beginning - 9).removedCount == 0)
        #expect(try await later.removeLeftovers(begunBefore: now() + 9).removedCount == 1)
        #expect(try await subject.bucket.uploads("").uploads.map(\.upload.key) == ["records/foreign"])
        withExtendedLifetime(store) {}
    }

    @Test func foreignNamesAreToldAndLeft() async throws {
        let subject = try await StoreSubject()
        let (bytes, name) = sample(1)
        try await subject.vault.put(bytes, as: name, in: record)
        let foreign = [
            "a", "z/1", "records/x", "records/\(record.hex.uppercased())/x", "records/\(record.hex)x/1",
        ]
        let inside = ["records/\(record.hex)/x", "records/\(record.hex)/\(name.text)/1"]
        for key in foreign + inside { try await subject.bucket.put(key, Content([1])) }
        let page = try await subject.vault.records(after: nil, limit: 10)
        #expect(page.entries == [record] && !page.hasMore)
        #expect(Set(page.foreign) == Set(foreign.map { Array($0.utf8) }))
        let blobs = try await subject.vault.blobs(of: record, after: nil, limit: 10)
        #expect(blobs.entries.map(\.name) == [name])
        #expect(Set(blobs.foreign) == Set(inside.map { Array($0.utf8) }))
        try await subject.vault.erase(record)
        #expect(try await subject.bucket.list("records/\(record.hex)/").objects.isEmpty)
        #expect(try await subject.bucket.size(of: "a") == 1)
    }

    @Test func aFolderHasOneOwner() async throws {
        let subject = try await StoreSubject()
        let spool = try Scratch()
        func open(_ owner: String) async throws(VaultError) -> S3Vault {
            try await S3Vault(subject.bucket, owner: owner, spool: Folder(spool.directory.path))
        }
        _ = try await open("tests")
        await #expect(throws: VaultError(.unavailable, "")) { try await open("hospital2") }
        #expect(try await subject.vault.records(after: nil, limit: 10).foreign.isEmpty)
    }

    @Test func aBucketThatKeepsVersionsIsNoVault() async throws {
        let store = try await SeaweedFS.running()
        let name = "versions-\(UUID().uuidString.lowercased())"
        try await store.make(bucket: name)
        let spool = try Scratch()
        let folder = Folder(spool.directory.path)
        let vault = try await S3Vault(try store.bucket(name), owner: "tests", spool: folder)
        let (bytes, blob) = sample(1)
        try await vault.put(bytes, as: blob, in: record)
        try await store.setVersioning(of: name, "Enabled")
        await #expect(throws: VaultError(.unavailable, "")) {
            try await S3Vault(try store.bucket(name), owner: "tests", spool: folder)
        }
        // Nothing that is only hidden is ever taken for erased.
        await #expect(throws: VaultError(.unavailable, "")) { try await vault.erase(blob, in: record) }
        await #expect(throws: VaultError(.unavailable, "")) { try await vault.erase(record) }
        await #expect(throws: VaultError(.unavailable, "")) { try await vault.blobs(of: record) }
        await #expect(throws: VaultError(.unavailable, "")) {
            try await S3Vault(try store.bucket("there-is-none"), owner: "tests", spool: folder)
        }
    }

    /// `aws s3 cp` would give these very bytes: what Python's signer, which is AWS's own, gets by the key in docs/reference/format.md.
    @Test func theKeyIsTheOneThatIsDocumented() async throws {
        let subject = try await StoreSubject()
        let (bytes, name) = sample(1)
        try await subject.vault.put(bytes, as: name, in: record)
        #expect(
            try await subject.bucket.list("").objects.map { String(decoding: $0.key, as: UTF8.self) }
                == ["OWNER", "records/\(record.hex)/\(name.digest.hex)"])
    }
}

/// The record in which these tests keep their blobs.
private let record = sampleRecord()

private func now() -> Int { Int(Date().timeIntervalSince1970) }
