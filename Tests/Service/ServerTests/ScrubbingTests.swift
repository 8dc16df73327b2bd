import Contract
import Foundation
import Identity
import Primitives
import Testing
import Vault
import VaultConformance

@testable import Records

/// What an organisation must have is looked at, and mended from the second copy; what was erased stays erased (T48).
@Suite struct ScrubbingTests {
    private let own = MemoryVault { Int(Date().timeIntervalSince1970) }
    private let copy = MemoryVault { Int(Date().timeIntervalSince1970) }
    private let world: World

    init() throws {
        let hospital1 = try #require(OrganisationName("hospital1"))
        world = try World(vaults: [hospital1: MirroredVault(own, copiedTo: copy)])
    }

    /// Every day's part together: all is read.
    private func scrub() async throws -> RecordKeeping.Scrub {
        var all = RecordKeeping.Scrub()
        for day in 0..<RecordKeeping.scrubDays {
            let scrub = try await world.records.scrub(day: day)
            all.copiedCount += scrub.copiedCount
            all.restored += scrub.restored
            all.lost += scrub.lost
            all.blobCount = scrub.blobCount
            all.recordCount = scrub.recordCount
        }
        return all
    }

    @Test func whatOnePlaceHasLostTheOtherGives() async throws {
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        #expect(try await copy.blobs(of: record.handle).map(\.name) == record.names.sorted())
        var scrub = try await scrub()
        #expect(scrub == RecordKeeping.Scrub(recordCount: 1, blobCount: 5))

        let names = record.names.sorted()
        try await own.erase(names[0], in: record.handle)
        try await copy.erase(names[1], in: record.handle)
        own.damage(names[2], in: record.handle)
        copy.damage(names[3], in: record.handle)
        scrub = try await self.scrub()
        #expect(scrub.copiedCount == 2 && scrub.lost.isEmpty)
        #expect(Set(scrub.restored.map(\.blob)) == [names[0], names[2]])
        for name in names {
            #expect(try await own.verify(name, in: record.handle) == .sound)
            #expect(try await copy.verify(name, in: record.handle) == .sound)
        }

        for place in [own, copy] { place.damage(names[4], in: record.handle) }
        scrub = try await self.scrub()
        // A manifest that is lost is told each day: nobody knows what it named.
        #expect(Set(scrub.lost) == [BlobAddress(record.handle, names[4])] && scrub.restored.isEmpty)
    }

    @Test func whatWasErasedDoesNotComeBackFromEitherPlace() async throws {
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        // As both were kept by somebody.
        var kept = [BlobName: [UInt8]]()
        for name in record.names {
            let stored = try await own.open(name, in: record.handle)
            kept[name] = try await stored.bytes(0..<stored.byteCount)
        }
        let removed = try await world.submit(.remove(Remove(record: record.handle)), by: record.owner)
        #expect(removed.answer.status == 200)
        let attestation = AttestErasure(organisation: world.hospital1, record: record.handle)
        #expect(try await world.submit(.attestErasure(attestation), by: clinician).answer.status == 200)
        for place in [own, copy] { #expect(try await place.blobs(of: record.handle).isEmpty) }

        for (name, bytes) in kept { try await copy.put(bytes, as: name, in: record.handle) }
        let scrub = try await scrub()
        #expect(scrub.restored.isEmpty && scrub.copiedCount == 0)
        #expect(try await own.blobs(of: record.handle).isEmpty)
        #expect(try await world.records.reapplyErasures() == 5)
        #expect(try await copy.blobs(of: record.handle).isEmpty)
    }
}
