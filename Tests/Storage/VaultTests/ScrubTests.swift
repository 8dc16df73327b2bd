import Foundation
import Testing

@testable import Vault

struct ScrubTests {
    private let grace = 3600

    @Test func onlyWhatNothingRefersToForLongGoes() throws {
        let vault = try TemporaryStore()
        let kept = sample(1)
        let waiting = sample(2)
        let old = sample(3)
        for blob in [kept, waiting, old] { try vault.store.put(blob.bytes, digest: blob.digest) }
        for blob in [kept, old] { try vault.age(vault.path(of: blob.digest), by: 2 * grace) }
        let report = try vault.store.scrub(
            referenced: { $0 == kept.digest }, olderThan: grace, now: now(), rehashing: true)
        var expected = ScrubReport()
        expected.keptCount = 1
        expected.keptBytes = 1000
        expected.waitingCount = 1
        expected.removed = [old.digest]
        #expect(report == expected)
        #expect(Set(try vault.store.digests()) == [kept.digest, waiting.digest])
    }

    @Test func aClockSetBackRemovesNothing() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(1)
        try vault.store.put(bytes, digest: digest)
        let report = try vault.store.scrub(referenced: { _ in false }, olderThan: 0, now: now() - 86_400)
        #expect(report.waitingCount == 1 && report.removed.isEmpty)
    }

    /// T58: a second put, or a renewal, of an old unreferenced ciphertext protects it for another grace
    /// period.
    @Test func puttingOrRenewingBeginsTheGraceAnew() throws {
        let vault = try TemporaryStore()
        let again = sample(1)
        let renewed = sample(2)
        for blob in [again, renewed] {
            try vault.store.put(blob.bytes, digest: blob.digest)
            try vault.age(vault.path(of: blob.digest), by: 2 * grace)
        }
        #expect(try vault.store.put(again.bytes, digest: again.digest) == true)
        #expect(try vault.store.renew(renewed.digest) == 1000)
        #expect(try vault.store.renew(sample(3).digest) == nil)
        let report = try vault.store.scrub(referenced: { _ in false }, olderThan: grace, now: now())
        #expect(report.waitingCount == 2 && report.removed.isEmpty)
    }

    /// T58: a depositor comes between the sweep's first look and its removal.
    @Test(arguments: ["put", "renew", "commit"]) func whoComesInBetweenIsSeen(what: String) throws {
        let vault = try TemporaryStore()
        let store = vault.store
        let (bytes, digest) = sample(1)
        try store.put(bytes, digest: digest)
        try vault.age(vault.path(of: digest), by: 2 * grace)
        var isReferenced = false
        var askedCount = 0
        let report = try store.scrub(
            referenced: { _ in
                defer { askedCount += 1 }
                guard askedCount == 0 else { return isReferenced }
                // Right after the answer "no" someone puts the same, or commits a statement that refers to
                // it.
                switch what {
                case "put": try store.put(bytes, digest: digest)
                case "renew": _ = try store.renew(digest)
                default: isReferenced = true
                }
                return false
            }, olderThan: grace, now: now())
        #expect(report.removed.isEmpty)
        #expect(try store.verify(digest) == .sound)
    }

    /// Depositors and a sweep without grace race: an acknowledged put is either there or was swept after it,
    /// and the next put of the same brings it back whole.
    @Test func sweepsAndPutsRaceWithoutHarm() async throws {
        let vault = try TemporaryStore()
        let store = vault.store
        let (bytes, digest) = sample(1, count: 5000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { for _ in 0..<60 { try store.put(bytes, digest: digest) } }
            }
            group.addTask {
                for _ in 0..<10 {
                    _ = try store.scrub(referenced: { _ in false }, olderThan: -5, now: now())
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        try store.put(bytes, digest: digest)
        #expect(try store.verify(digest) == .sound)
        #expect(vault.files().count == 1)
    }

    /// T58: a depositor comes after the sweep's last look, when nothing but the lock can keep the two apart.
    /// What it is told must be true when the sweep has gone on.
    @Test(arguments: ["put", "renew"]) func whoComesAfterTheLastLookWaits(what: String) throws {
        let vault = try TemporaryStore()
        let store = vault.store
        let (bytes, digest) = sample(1)
        try store.put(bytes, digest: digest)
        try vault.age(vault.path(of: digest), by: 2 * grace)
        let hasBytes = Answer()
        let isAnswered = DispatchSemaphore(value: 0)
        var askedCount = 0
        _ = try store.scrub(
            referenced: { _ in
                askedCount += 1
                guard askedCount == 2 else { return false }
                Thread.detachNewThread {
                    let size = what == "put" ? (try? store.put(bytes, digest: digest)).map { _ in 1000 } : nil
                    hasBytes.value = try? size ?? store.renew(digest)
                    isAnswered.signal()
                }
                // With the lock, the depositor is still waiting when this time is over.
                if isAnswered.wait(timeout: .now() + 0.3) == .success { isAnswered.signal() }
                return false
            }, olderThan: grace, now: now())
        isAnswered.wait()
        #expect(askedCount == 2)
        #expect(hasBytes.value == (what == "put" ? 1000 : nil))
        #expect(try store.verify(digest) == (what == "put" ? .sound : .absent))
    }

    /// Written by one thread before a signal, read by another after it.
    private final class Answer: @unchecked Sendable {
        var value: Int?
    }

    /// A sweep without grace meets a deposit's file before the deposit could lock it.
    @Test func aDepositBegunDuringASweepSurvivesIt() throws {
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(1)
        var report = ScrubReport()
        let deposit = try IncomingBlob(into: vault.store, incoming: vault.store.incoming()) {
            () throws(VaultError) in
            guard report.leftoversRemovedCount == 0 else { return }
            try vault.store.removeLeftovers(olderThan: -5, now: now(), report: &report)
        }
        #expect(report.leftoversRemovedCount == 1)
        try deposit.write(bytes)
        #expect(try deposit.finish(expecting: digest) == false)
        #expect(try vault.store.verify(digest) == .sound)
    }

    @Test func whatADeadProcessLeftGoesWhatALiveOneWritesStays() throws {
        let vault = try TemporaryStore()
        let name = String(repeating: "0a", count: 16)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(vault.directory)/incoming/\(name)"))
        let (bytes, digest) = sample(1)
        let slow = try vault.store.begin()
        try slow.write(bytes)
        for file in vault.files() { try vault.age("\(vault.directory)/\(file)", by: 2 * grace) }
        #expect(
            try vault.store.scrub(referenced: { _ in false }, olderThan: 3 * grace, now: now())
                == ScrubReport())
        let report = try vault.store.scrub(referenced: { _ in false }, olderThan: grace, now: now())
        #expect(report.leftoversRemovedCount == 1)
        #expect(report.foreign.isEmpty)
        #expect(try slow.finish(expecting: digest) == false)
        #expect(try vault.store.verify(digest) == .sound)
    }

    @Test func damageIsReportedAndKept() throws {
        let vault = try TemporaryStore()
        let good = sample(1)
        let bad = sample(2)
        for blob in [good, bad] { try vault.store.put(blob.bytes, digest: blob.digest) }
        try vault.flipBit(at: 5, of: bad.digest)
        let quick = try vault.store.scrub(referenced: { _ in true }, olderThan: 0, now: now() + 9)
        #expect(quick.damaged.isEmpty)
        let thorough = try vault.store.scrub(
            referenced: { _ in true }, olderThan: 0, now: now() + 9, rehashing: true)
        #expect(thorough.damaged == [bad.digest])
        #expect(vault.files().count == 2)
    }

    @Test func aLedgerThatCannotAnswerStopsTheSweep() throws {
        struct Unreachable: Error {}
        let vault = try TemporaryStore()
        let (bytes, digest) = sample(1)
        try vault.store.put(bytes, digest: digest)
        #expect(throws: Unreachable.self) {
            try vault.store.scrub(referenced: { _ in throw Unreachable() }, olderThan: -9, now: now())
        }
        #expect(try vault.store.verify(digest) == .sound)
    }
}
