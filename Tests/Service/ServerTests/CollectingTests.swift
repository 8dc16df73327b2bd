import Contract
import Foundation
import Identity
import Records
import Testing
import Vault

/// What was put into a vault and never named goes, and nothing else does (T58).
@Suite struct CollectingTests {
    /// When the grace of what was put now is over.
    private var later: UInt64 {
        UInt64(Date().timeIntervalSince1970) + RecordKeeping.collectionGraceSeconds + 10
    }

    @Test func whatNoStatementNamesIsRemovedAfterTheGrace() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let grant = try await world.grant(record, to: officer, of: world.insurer)
        let draft = Array("a draft's ciphertext".utf8)
        #expect(try await world.put(draft, by: clinician, at: world.hospital1).status == 201)
        let vault = try #require(world.records.custodians[world.hospital1]).vault

        #expect(try await world.records.collectUnnamed(now: later - 1_000) == 0)
        #expect(try await vault.size(of: Digest(hashing: draft)) == draft.count)
        #expect(try await world.records.collectUnnamed(now: later) == 1)
        #expect(try await vault.size(of: Digest(hashing: draft)) == nil)
        for blob in record.blobs + [grant.envelope] {
            #expect(try await vault.size(of: Digest(hashing: blob)) == blob.count)
        }
        #expect(try await world.records.collectUnnamed(now: later) == 0)

        // Of a grant that was revoked nothing stays but the statement.
        let revoke = Revoke(record: record.handle, grant: grant.id)
        #expect(try await world.submit(.revoke(revoke), by: record.owner).answer.status == 200)
        #expect(try await world.records.collectUnnamed(now: later) == 1)
        #expect(try await vault.size(of: Digest(hashing: grant.envelope)) == nil)
        for blob in record.blobs { #expect(try await vault.size(of: Digest(hashing: blob)) == blob.count) }
    }

    @Test func ofAnotherOrganisationOnlyItsOwnVaultIsLookedThrough() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        // The same ciphertext in another vault is named by the ledger as well: it stays.
        let other = try await world.enrol(world.hospital2, .clinician)
        #expect(try await world.put(record.blobs[0], by: other, at: world.hospital2).status == 201)
        #expect(try await world.records.collectUnnamed(now: later) == 0)
    }
}
