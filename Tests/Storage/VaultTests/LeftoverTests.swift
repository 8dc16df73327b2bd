import Contract
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
        let folders = try RecordFolders(path: temporary.path, readOnly: false)
        let (bytes, name) = sample(1)
        var removedCount = 0
        let deposit = try IncomingFile(name, in: record, of: folders) {
            guard removedCount == 0 else { return }
            removedCount += try folders.removeLeftovers(begunBefore: now() + 5).removedCount
        }
        #expect(removedCount == 1)
        try deposit.write(bytes)
        try deposit.finish()
        #expect(try await temporary.vault.verify(name, in: record) == .sound)
    }

    @Test func whatADeadProcessLeftGoesWhatALiveOneWritesStays() async throws {
        let temporary = try TemporaryVault()
        let name = String(repeating: "0a", count: 16)
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(temporary.path)/incoming/\(name)"))
        let (bytes, blob) = sample(1)
        let slow = try await temporary.vault.begin(blob, in: record)
        try await slow.write(bytes)
        for file in temporary.files() { try temporary.age("\(temporary.path)/\(file)", by: 2 * grace) }
        func sweep(olderThan seconds: Int) async throws -> Leftovers {
            try await temporary.vault.removeLeftovers(begunBefore: now() - seconds)
        }
        #expect(try await sweep(olderThan: 3 * grace) == Leftovers())
        let leftovers = try await sweep(olderThan: grace)
        #expect(leftovers.removedCount == 1 && leftovers.foreign.isEmpty)
        try await slow.finish()
        #expect(try await temporary.vault.verify(blob, in: record) == .sound)
    }

    /// A process that was killed keeps nothing itself: what it had written is there for the next one.
    @Test func thePartOfAKilledProcessIsGoneOnWithByTheNext() async throws {
        let temporary = try TemporaryVault()
        let (bytes, blob) = sample(1, count: 5_000)
        let partial = PartialBlob(blob, in: record, from: PublicKey([UInt8](repeating: 3, count: 32))!)
        let path = "\(temporary.path)/incoming/\(partial.fileName)"
        try Data(bytes.prefix(4_000)).write(to: URL(fileURLWithPath: path))
        let next = try FileVault(path: temporary.path)
        #expect(try await next.byteCount(of: partial) == 4_000)
        let incoming = try await next.resume(partial)
        try await incoming.write(Array(bytes.dropFirst(4_000)))
        try await incoming.finish()
        #expect(try await next.verify(blob, in: record) == .sound)
        #expect(temporary.files().filter { $0.hasPrefix("incoming") }.isEmpty)
    }

    /// A name that was planted leads nowhere.
    @Test func aPartIsNeverALinkNorAFolder() async throws {
        let temporary = try TemporaryVault()
        let blob = sample(1).name
        let partial = PartialBlob(blob, in: record, from: PublicKey([UInt8](repeating: 3, count: 32))!)
        let path = "\(temporary.path)/incoming/\(partial.fileName)"
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/hostname")
        await #expect(throws: VaultError.damaged) { try await temporary.vault.resume(partial) }
        await #expect(throws: VaultError.damaged) { try await temporary.vault.byteCount(of: partial) }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        await #expect(throws: VaultError.damaged) { try await temporary.vault.resume(partial) }
    }
}
