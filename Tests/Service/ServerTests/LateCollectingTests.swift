import Contract
import Identity
import Primitives
import Records
import Synchronization
import Testing
import Vault
import VaultConformance

/// What comes while a sweep is about to take a blob away is seen by it, or waits for its end (T58).
@Suite struct LateCollectingTests {
    private let vault = LateVault()
    private let world: World

    init() throws {
        world = try World(vaults: [OrganisationName("hospital1")!: vault])
    }

    @Test func aBlobThatIsPutAgainBetweenTheTwoLooksStays() async throws {
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let (record, blob) = (RecordHandle(Random.bytes(32))!, Array("a draft's".utf8))
        try await put([blob], as: [.file], of: record, by: clinician)
        vault.clock.advance(RecordKeeping.collectionGraceSeconds + 10)
        let late = Mutex(0)
        vault.after(look: 1, at: record) { [world] in
            let answer = try? await world.put(blob, as: .file, of: record, by: clinician, at: world.hospital1)
            late.withLock { $0 = answer?.status ?? 0 }
        }
        #expect(try await world.records.collectUnnamed(now: vault.clock.now) == 0)
        #expect(late.withLock { $0 } == 201)
        #expect(try await world.blobs(of: record, at: world.hospital1).count == 1)
    }

    @Test func aBlobThatAStatementNamesBetweenTheTwoLooksStays() async throws {
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let deposited = try await world.deposit(by: clinician, at: world.hospital1)
        var deposit = deposited.deposit
        deposit.record = RecordHandle(Random.bytes(32))!
        deposit.permit = Permit.signed(
            key: .generate(), organisation: world.hospital1, notAfter: world.time.now + 10_000,
            network: world.network)
        let record = deposit.record
        try await put(deposited.blobs, as: World.Deposited.kinds, of: record, by: clinician)
        vault.clock.advance(RecordKeeping.collectionGraceSeconds + 10)
        let late = Mutex(0)
        vault.after(look: 1, at: record) { [world, deposit] in
            let answer = try? await world.submit(.deposit(deposit), by: clinician).answer
            late.withLock { $0 = answer?.status ?? 0 }
        }
        #expect(try await world.records.collectUnnamed(now: vault.clock.now) == 0)
        #expect(late.withLock { $0 } == 200)
        #expect(try await world.blobs(of: record, at: world.hospital1).count == 5)
    }

    /// Nothing but turns can keep the two apart then: what the depositor is told must be true when the sweep has gone on.
    @Test func aBlobThatIsPutAfterTheLastLookWaitsAndIsThere() async throws {
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let (record, blob) = (RecordHandle(Random.bytes(32))!, Array("a draft's".utf8))
        try await put([blob], as: [.file], of: record, by: clinician)
        vault.clock.advance(RecordKeeping.collectionGraceSeconds + 10)
        let depositor = Depositor()
        vault.after(look: 2, at: record) { [world] in
            let task = Task {
                let answer = try await world.put(
                    blob, as: .file, of: record, by: clinician, at: world.hospital1)
                depositor.isTold.withLock { $0 = true }
                return answer.status
            }
            depositor.task.withLock { $0 = task }
            // Long enough for a depositor who does not wait.
            for _ in 0..<2_000 { await Task.yield() }
            depositor.wasToldEarly.withLock { early in early = depositor.isTold.withLock { $0 } }
        }
        #expect(try await world.records.collectUnnamed(now: vault.clock.now) == 1)
        #expect(!depositor.wasToldEarly.withLock { $0 })
        #expect(try await depositor.task.withLock { $0 }?.value == 201)
        #expect(try await world.blobs(of: record, at: world.hospital1).count == 1)
    }

    /// Who puts a blob while it is being collected.
    private final class Depositor: Sendable {
        let task = Mutex<Task<Int, any Error>?>(nil)
        let isTold = Mutex(false)
        let wasToldEarly = Mutex(false)
    }

    private func put(
        _ blobs: [[UInt8]], as kinds: [BlobKind], of record: RecordHandle, by key: SigningKey
    ) async throws {
        for (blob, kind) in zip(blobs, kinds) {
            let answer = try await world.put(blob, as: kind, of: record, by: key, at: world.hospital1)
            #expect(answer.status == 201)
        }
    }
}

/// A vault in memory in which something happens right after a look at a record.
private final class LateVault: Vault {
    private struct Late {
        let record: RecordHandle
        var looks: Int
        let action: @Sendable () async -> Void
    }

    let clock: TestClock
    private let vault: MemoryVault
    private let late = Mutex<Late?>(nil)

    init() {
        let clock = TestClock()
        self.clock = clock
        vault = MemoryVault { Int(clock.now) }
    }

    /// Has `action` happen once the record has been listed so often from now on, before the answer is given.
    func after(look: Int, at record: RecordHandle, _ action: @escaping @Sendable () async -> Void) {
        late.withLock { $0 = Late(record: record, looks: look, action: action) }
    }

    func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob> {
        let page = try await vault.blobs(of: record, after: last, limit: limit)
        let action = late.withLock { late -> (@Sendable () async -> Void)? in
            guard late?.record == record else { return nil }
            late?.looks -= 1
            return late?.looks == 0 ? late?.action : nil
        }
        await action?()
        return page
    }

    func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob {
        try await vault.begin(blob, in: record)
    }

    func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob {
        try await vault.resume(partial)
    }

    func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int {
        try await vault.byteCount(of: partial)
    }

    func requireRoom(for byteCount: Int) async throws(VaultError) {
        try await vault.requireRoom(for: byteCount)
    }

    func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int? {
        try await vault.size(of: blob, in: record)
    }

    func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob {
        try await vault.open(blob, in: record)
    }

    func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        try await vault.erase(blob, in: record)
    }

    func erase(_ record: RecordHandle) async throws(VaultError) { try await vault.erase(record) }

    func records(
        after last: RecordHandle?, limit: Int
    ) async throws(VaultError) -> VaultPage<RecordHandle> {
        try await vault.records(after: last, limit: limit)
    }

    func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        try await vault.removeLeftovers(begunBefore: time)
    }
}
