import Contract
import Foundation
import Synchronization
import Testing
import Vault
import VaultConformance

/// A vault with a second copy, which may be away.
struct MirroredVaultTests {
    private let own = MemoryVault { Int(Date().timeIntervalSince1970) }
    private let copy = AwayVault()
    private var vault: MirroredVault { MirroredVault(own, copiedTo: copy) }

    @Test(arguments: VaultCheck.all) func promises(_ check: VaultCheck) async throws {
        try await check(MirroredSubject())
    }

    private func put(_ numbers: Range<Int>, in vault: some Vault, _ record: RecordHandle) async throws {
        for number in numbers {
            let (bytes, name) = sample(number)
            try await vault.put(bytes, as: name, in: record)
        }
    }

    @Test func whatComesIsInBothAndWhatIsErasedInNone() async throws {
        let record = sampleRecord()
        try await put(0..<3, in: vault, record)
        for place in [own, copy.kept] { #expect(try await place.blobs(of: record).count == 3) }
        let partial = PartialBlob(
            sample(3).name, in: record, from: try #require(PublicKey([UInt8](repeating: 3, count: 32))))
        let resumed = try await vault.resume(partial)
        try await resumed.write(sample(3).bytes)
        try await resumed.finish()
        #expect(try await copy.kept.size(of: sample(3).name, in: record) == 1_000)
        try await vault.erase(sample(0).name, in: record)
        for place in [own, copy.kept] { #expect(try await place.size(of: sample(0).name, in: record) == nil) }
        try await vault.erase(record)
        for place in [own, copy.kept] { #expect(try await place.blobs(of: record).isEmpty) }
    }

    @Test func whatOneHasLostTheOtherGives() async throws {
        let record = sampleRecord()
        try await put(0..<4, in: vault, record)
        own.damage(sample(0).name, in: record)
        copy.kept.damage(sample(1).name, in: record)
        try await own.erase(sample(2).name, in: record)
        // Served all the same, and not brought again.
        #expect(try await vault.verify(sample(2).name, in: record) == .sound)
        #expect(try await vault.absent(of: [sample(2).name, sample(9).name], in: record) == [sample(9).name])
        var standings = [MirroredVault.Standing]()
        for number in 0..<4 { standings.append(try await vault.mend(sample(number).name, in: record)) }
        #expect(standings == [.onlyInCopy, .onlyInVault, .onlyInCopy, .sound])
        for number in 0..<4 {
            for place in [own, copy.kept] {
                #expect(try await place.verify(sample(number).name, in: record) == .sound)
            }
        }
        for place in [own, copy.kept] { place.damage(sample(3).name, in: record) }
        #expect(try await vault.mend(sample(3).name, in: record) == .lost)
        #expect(try await vault.standing(of: sample(3).name, in: record, reading: false) == .sound)
        #expect(try await vault.standing(of: sample(3).name, in: record, reading: true) == .lost)
    }

    @Test func aSecondCopyThatIsAwayHoldsNothingUpButErasures() async throws {
        let record = sampleRecord()
        try await put(0..<1, in: vault, record)
        copy.isAway.withLock { $0 = true }
        let vault = vault
        try await put(1..<2, in: vault, record)
        #expect(vault.lag?.code == .unavailable)
        #expect(try await vault.size(of: sample(1).name, in: record) == 1_000)
        #expect(try await vault.size(of: sample(2).name, in: record) == nil)
        #expect(try await vault.absent(of: [sample(2).name], in: record) == [sample(2).name])
        #expect(try await vault.verify(sample(1).name, in: record) == .sound)
        let erasures: [() async throws -> Void] = [
            { try await vault.erase(sample(1).name, in: record) }, { try await vault.erase(record) },
        ]
        for erase in erasures {
            let error = await #expect(throws: VaultError.self) { try await erase() }
            #expect(error?.message.contains("nothing was erased") == true)
        }
        #expect(try await own.blobs(of: record).count == 2)
        await #expect(throws: VaultError(.unavailable, "")) {
            _ = try await vault.mend(sample(1).name, in: record)
        }

        copy.isAway.withLock { $0 = false }
        #expect(try await vault.mend(sample(1).name, in: record) == .onlyInVault)
        try await put(2..<3, in: vault, record)
        #expect(vault.lag == nil)
        try await vault.erase(record)
        for place in [own, copy.kept] { #expect(try await place.blobs(of: record).isEmpty) }
    }

    @Test func whatIsDamagedInTheVaultIsNotCopied() async throws {
        let record = sampleRecord()
        try await put(0..<1, in: own, record)
        own.damage(sample(0).name, in: record)
        #expect(try await vault.mend(sample(0).name, in: record) == .lost)
        #expect(try await copy.kept.blobs(of: record).isEmpty)
    }
}

/// A vault that cannot be reached at times.
private final class AwayVault: Vault {
    let kept = MemoryVault { Int(Date().timeIntervalSince1970) }
    let isAway = Mutex(false)

    private func reached() throws(VaultError) -> MemoryVault {
        guard !isAway.withLock({ $0 }) else { throw VaultError(.unavailable, "away") }
        return kept
    }

    func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob {
        try await reached().begin(blob, in: record)
    }
    func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob {
        try await reached().resume(partial)
    }
    func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int {
        try await reached().byteCount(of: partial)
    }
    func requireRoom(for byteCount: Int) async throws(VaultError) {
        try await reached().requireRoom(for: byteCount)
    }
    func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int? {
        try await reached().size(of: blob, in: record)
    }
    func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob {
        try await reached().open(blob, in: record)
    }
    func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        try await reached().erase(blob, in: record)
    }
    func erase(_ record: RecordHandle) async throws(VaultError) { try await reached().erase(record) }
    func records(after last: RecordHandle?, limit: Int) async throws(VaultError) -> VaultPage<RecordHandle> {
        try await reached().records(after: last, limit: limit)
    }
    func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob> {
        try await reached().blobs(of: record, after: last, limit: limit)
    }
    func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        try await reached().removeLeftovers(begunBefore: time)
    }
}

private struct MirroredSubject: VaultSubject {
    let vault: any Vault
    private let own: MemoryVault
    private let copy: MemoryVault

    init() {
        own = MemoryVault { Int(Date().timeIntervalSince1970) }
        copy = MemoryVault { Int(Date().timeIntervalSince1970) }
        vault = MirroredVault(own, copiedTo: copy)
    }

    func reopened() -> any Vault { vault }

    func age(_ blob: BlobName, in record: RecordHandle, by seconds: Int) {
        for place in [own, copy] { place.age(blob, in: record, by: seconds) }
    }

    func damage(_ blob: BlobName, in record: RecordHandle) { own.damage(blob, in: record) }
}
