import Contract
import Foundation
import Testing
import Vault
import VaultConformance

/// Two vaults that are one while what lies in the old one moves.
struct MovingVaultTests {
    private let old = MemoryVault { Int(Date().timeIntervalSince1970) }
    private let new = MemoryVault { Int(Date().timeIntervalSince1970) }
    private var vault: MovingVault { MovingVault(from: old, to: new) }

    @Test(arguments: VaultCheck.all) func promises(_ check: VaultCheck) async throws {
        try await check(MovingSubject())
    }

    private func put(_ numbers: Range<Int>, in vault: some Vault, _ record: RecordHandle) async throws {
        for number in numbers {
            let (bytes, name) = sample(number)
            try await vault.put(bytes, as: name, in: record)
        }
    }

    @Test func allThatIsThereMovesAndIsFoundAtAnyTime() async throws {
        let records = (0..<5).map { sampleRecord($0) }
        for (index, record) in records.enumerated() { try await put(0..<index + 1, in: old, record) }
        // Cut off before it was erased in the old place.
        try await put(0..<2, in: new, records[4])
        var sum = MovingVault.Moved()
        try await vault.forEachRecordToMove { record in
            let moved = try await vault.move(record)
            sum.blobCount += moved.blobCount
            sum.byteCount += moved.byteCount
            #expect(moved.damaged.isEmpty)
            for (index, record) in records.enumerated() {
                for number in 0...index {
                    #expect(try await vault.verify(sample(number).name, in: record) == .sound)
                }
            }
        }
        #expect(sum.blobCount == 15 && sum.byteCount == 15_000)
        #expect(try await old.records(after: nil, limit: 10).entries.isEmpty)
        #expect(try await new.records(after: nil, limit: 10).entries == records.sorted())
        #expect(try await new.blobs(of: records[4]).count == 5)
        #expect(try await vault.move(records[0]) == MovingVault.Moved())
    }

    @Test func aCopyThatIsDamagedIsMadeAgain() async throws {
        let record = sampleRecord()
        try await put(0..<1, in: old, record)
        try await put(0..<1, in: new, record)
        new.damage(sample(0).name, in: record)
        #expect(try await vault.move(record).damaged.isEmpty)
        #expect(try await new.verify(sample(0).name, in: record) == .sound)
        #expect(try await old.blobs(of: record).isEmpty)
    }

    @Test func whatIsDamagedStaysAndIsTold() async throws {
        let record = sampleRecord()
        try await put(0..<3, in: old, record)
        old.damage(sample(1).name, in: record)
        let moved = try await vault.move(record)
        #expect(moved.damaged == [sample(1).name] && moved.blobCount == 2)
        #expect(try await old.blobs(of: record).map(\.name) == [sample(1).name])
        #expect(try await new.size(of: sample(1).name, in: record) == nil)
    }

    @Test func whatIsErasedIsGoneFromBothAndNothingBringsItBack() async throws {
        let (record, other) = (sampleRecord(1), sampleRecord(2))
        for place in [old, new] {
            try await put(0..<3, in: place, record)
            try await put(0..<3, in: place, other)
        }
        try await vault.erase(record)
        try await vault.erase(sample(0).name, in: other)
        for record in [record, other] { _ = try await vault.move(record) }
        for place in [old, new] { #expect(try await place.blobs(of: record).isEmpty) }
        #expect(try await vault.blobs(of: other).count == 2)
        #expect(try await vault.size(of: sample(0).name, in: other) == nil)
    }

    @Test(arguments: [1, 3, 7, 100]) func twoListsAreOne(_ limit: Int) async throws {
        let record = sampleRecord()
        try await put(0..<15, in: old, record)
        try await put(10..<30, in: new, record)
        for number in 0..<30 { try await put(0..<1, in: number % 3 == 0 ? new : old, sampleRecord(number)) }
        var blobs = [BlobName]()
        var last: BlobName?
        repeat {
            let page = try await vault.blobs(of: record, after: last, limit: limit)
            #expect(page.entries.count <= limit)
            blobs += page.entries.map(\.name)
            last = page.next?.name
        } while last != nil
        #expect(blobs == (0..<30).map { sample($0).name }.sorted())
        var records = [RecordHandle]()
        try await vault.forEachRecord { records.append($0) }
        #expect(records == (0..<30).map { sampleRecord($0) }.sorted())
    }
}

private struct MovingSubject: VaultSubject {
    let vault: any Vault
    private let new: MemoryVault

    init() {
        new = MemoryVault { Int(Date().timeIntervalSince1970) }
        vault = MovingVault(from: MemoryVault { Int(Date().timeIntervalSince1970) }, to: new)
    }

    func reopened() -> any Vault { vault }

    func age(_ blob: BlobName, in record: RecordHandle, by seconds: Int) {
        new.age(blob, in: record, by: seconds)
    }

    func damage(_ blob: BlobName, in record: RecordHandle) { new.damage(blob, in: record) }
}
