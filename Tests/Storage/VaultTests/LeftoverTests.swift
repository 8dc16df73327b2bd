import Foundation
import Testing
import Vault
import VaultConformance

@testable import FileVault

/// What deposits leave behind whose process ended, and what a sweep must not take for it.
struct LeftoverTests {
    private let grace = 3600

    /// A sweep without grace meets a deposit's file before the deposit could lock it.
    @Test func aDepositBegunDuringASweepSurvivesIt() async throws {
        let temporary = try TemporaryVault()
        let folder = try BlobFolder(path: temporary.path, readOnly: false)
        let (bytes, digest) = sample(1)
        var removedCount = 0
        let deposit = try IncomingFile(into: folder, incoming: folder.incoming()) {
            guard removedCount == 0 else { return }
            removedCount += try folder.removeLeftovers(begunBefore: now() + 5).removedCount
        }
        #expect(removedCount == 1)
        try deposit.write(bytes)
        #expect(try deposit.finish(expecting: BlobName(digest)) == false)
        #expect(try await temporary.vault.verify(digest) == .sound)
    }

    @Test func whatADeadProcessLeftGoesWhatALiveOneWritesStays() async throws {
        let temporary = try TemporaryVault()
        let name = String(repeating: "0a", count: 16)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(temporary.path)/incoming/\(name)"))
        let (bytes, digest) = sample(1)
        let slow = try await temporary.vault.begin()
        try await slow.write(bytes)
        for file in temporary.files() { try temporary.age("\(temporary.path)/\(file)", by: 2 * grace) }
        func scrub(olderThan seconds: Int) async throws -> ScrubReport {
            try await temporary.vault.scrub(referenced: { _ in false }, olderThan: seconds, now: now())
        }
        #expect(try await scrub(olderThan: 3 * grace) == ScrubReport())
        let report = try await scrub(olderThan: grace)
        #expect(report.leftoversRemovedCount == 1)
        #expect(report.foreign.isEmpty)
        #expect(try await slow.finish(expecting: digest) == false)
        #expect(try await temporary.vault.verify(digest) == .sound)
    }
}
