import Contract
import Dispatch
import Synchronization
import Testing
import Vault

private let grace = 3600

extension VaultCheck {
    /// What leaves a vault, and what must not (SECURITY.md, T58).
    static let scrubbing: [VaultCheck] =
        sweeping
        + Late.allCases.map { late in
            VaultCheck("a \(late) between the sweep's two looks is seen", late.comesBetween)
        }
        + [Late.put, .renew].map { late in
            VaultCheck("a \(late) after the sweep's last look waits", late.comesAfter)
        }

    private static let sweeping: [VaultCheck] = [
        VaultCheck("only what nothing refers to for long goes") { subject in
            let (kept, waiting, old) = (sample(1), sample(2), sample(3))
            for blob in [kept, waiting, old] {
                try await subject.vault.put(blob.bytes, digest: blob.digest)
            }
            for blob in [kept, old] { try await subject.age(blob.digest, by: 2 * grace) }
            let report = try await subject.vault.scrub(
                referenced: { $0 == kept.digest }, olderThan: grace, now: now(), rehashing: true)
            var expected = ScrubReport()
            expected.keptCount = 1
            expected.keptBytes = 1000
            expected.waitingCount = 1
            expected.removed = [old.digest]
            #expect(report == expected)
            #expect(try await subject.vault.digests() == [kept.digest, waiting.digest])
        },
        VaultCheck("a clock that was set back removes nothing") { subject in
            let (bytes, digest) = sample(1)
            try await subject.vault.put(bytes, digest: digest)
            let report = try await subject.vault.scrub(
                referenced: { _ in false }, olderThan: 0, now: now() - 86_400)
            #expect(report.waitingCount == 1 && report.removed.isEmpty)
        },
        VaultCheck("putting or renewing begins the grace anew") { subject in
            let (vault, again, renewed) = (subject.vault, sample(1), sample(2))
            for blob in [again, renewed] {
                try await vault.put(blob.bytes, digest: blob.digest)
                try await subject.age(blob.digest, by: 2 * grace)
            }
            #expect(try await vault.put(again.bytes, digest: again.digest) == true)
            #expect(try await vault.renew(renewed.digest) == 1000)
            #expect(try await vault.renew(sample(3).digest) == nil)
            let report = try await vault.scrub(
                referenced: { _ in false }, olderThan: grace, now: now())
            #expect(report.waitingCount == 2 && report.removed.isEmpty)
        },
        VaultCheck("of many ciphertexts each is asked for") { subject in
            let samples = (0..<30).map { sample($0, count: 100) }
            for blob in samples { try await subject.vault.put(blob.bytes, digest: blob.digest) }
            let odd = Set(samples.map(\.digest).filter { $0.bytes[31] % 2 == 1 })
            let report = try await subject.vault.scrub(
                referenced: { odd.contains($0) }, olderThan: -9, now: now())
            #expect(report.keptCount == odd.count && report.removed.count == 30 - odd.count)
            #expect(try await subject.vault.digests() == odd)
        },
        VaultCheck("damage is reported and kept") { subject in
            let (vault, good, bad) = (subject.vault, sample(1), sample(2))
            for blob in [good, bad] { try await vault.put(blob.bytes, digest: blob.digest) }
            try await subject.damage(bad.digest)
            let quick = try await vault.scrub(referenced: { _ in true }, olderThan: 0, now: now() + 9)
            #expect(quick.damaged.isEmpty)
            let thorough = try await vault.scrub(
                referenced: { _ in true }, olderThan: 0, now: now() + 9, rehashing: true)
            #expect(thorough.damaged == [bad.digest])
            #expect(try await vault.digests().count == 2)
        },
        VaultCheck("a ledger that cannot answer stops the sweep") { subject in
            struct Unreachable: Error {}
            let (bytes, digest) = sample(1)
            try await subject.vault.put(bytes, digest: digest)
            await #expect(throws: Unreachable.self) {
                try await subject.vault.scrub(
                    referenced: { _ in throw Unreachable() }, olderThan: -9, now: now())
            }
            #expect(try await subject.vault.verify(digest) == .sound)
        },
        VaultCheck("what still comes in survives every sweep") { subject in
            let (bytes, digest) = sample(1)
            let slow = try await subject.vault.begin()
            try await slow.write(bytes)
            let report = try await subject.vault.scrub(
                referenced: { _ in false }, olderThan: -9, now: now())
            #expect(report == ScrubReport())
            #expect(try await slow.finish(expecting: digest) == false)
            #expect(try await subject.vault.verify(digest) == .sound)
        },
        // Depositors and a sweep without grace: an acknowledged put is either there or was swept after it, and
        // the next put of the same brings it back whole.
        VaultCheck("sweeps and puts race without harm") { subject in
            let (vault, (bytes, digest)) = (subject.vault, sample(1, count: 5000))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask { for _ in 0..<60 { try await vault.put(bytes, digest: digest) } }
                }
                group.addTask {
                    for _ in 0..<10 {
                        _ = try await vault.scrub(
                            referenced: { _ in false }, olderThan: -5, now: now())
                    }
                }
                try await group.waitForAll()
            }
            try await vault.put(bytes, digest: digest)
            #expect(try await vault.verify(digest) == .sound)
            #expect(try await vault.digests() == [digest])
        },
    ]
}

/// What happens to a ciphertext while a sweep is about to remove it.
private enum Late: String, CaseIterable, CustomStringConvertible {
    case put, renew, commit

    var description: String { rawValue }

    /// Gives the number of bytes that are there, as the vault says.
    @Sendable func act(_ vault: any Vault) async throws -> Int? {
        let (bytes, digest) = sample(1)
        switch self {
        case .put: _ = try await vault.put(bytes, digest: digest)
        case .renew: return try await vault.renew(digest)
        case .commit: break
        }
        return bytes.count
    }

    @Sendable func comesBetween(_ subject: any VaultSubject) async throws {
        let (vault, (bytes, digest)) = (subject.vault, sample(1))
        try await vault.put(bytes, digest: digest)
        try await subject.age(digest, by: 2 * grace)
        // Right after the answer "no" something is put, or a statement that refers to it is committed.
        #expect(try await vault.page(after: nil, limit: 10).blobs.map(\.digest) == [digest])
        _ = try await act(vault)
        let isReferenced = self == .commit
        let collected = try await vault.collect(
            digest, putBefore: now() - grace, unless: { _ in isReferenced })
        #expect(collected == .stays)
        #expect(try await vault.verify(digest) == .sound)
    }

    /// Nothing but the vault itself can keep the two apart then. What the depositor is told must be true when the
    /// sweep has gone on.
    @Sendable func comesAfter(_ subject: any VaultSubject) async throws {
        let (vault, (bytes, digest)) = (subject.vault, sample(1))
        try await vault.put(bytes, digest: digest)
        try await subject.age(digest, by: 2 * grace)
        let depositor = Mutex<Task<Int?, any Error>?>(nil)
        let isAnswered = DispatchSemaphore(value: 0)
        let collected = try await vault.collect(digest, putBefore: now() - grace) { _ in
            depositor.withLock {
                $0 = Task {
                    defer { isAnswered.signal() }
                    return try await act(vault)
                }
            }
            // With the lock, the depositor is still waiting when this time is over.
            _ = isAnswered.wait(timeout: .now() + 0.3)
            return false
        }
        #expect(collected == .removed)
        let told = try await depositor.withLock { $0 }?.value
        #expect(told == (self == .put ? bytes.count : nil))
        #expect(try await vault.verify(digest) == (self == .put ? .sound : .absent))
    }
}
