import API
import Contract
import Foundation
import Identity
import Primitives
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
        let envelope = BlobName(Digest(hashing: grant.envelope), .grantEnvelope)
        let never = RecordHandle(Random.bytes(32))!
        // Of a record that was never deposited, beside what a record's statements name, and as another kind.
        for (blob, kind, handle) in [
            (Array("a draft's".utf8), BlobKind.file, never), (Array("beside".utf8), .file, record.handle),
            (record.files, .emergencyEnvelope, record.handle),
        ] {
            #expect(
                try await world.put(blob, as: kind, of: handle, by: clinician, at: world.hospital1).status
                    == 201)
        }
        #expect(try await world.records.collectUnnamed(now: later - 1_000) == 0)
        #expect(try await world.blobs(of: never, at: world.hospital1).count == 1)
        #expect(try await world.records.collectUnnamed(now: later) == 3)
        #expect(try await world.blobs(of: never, at: world.hospital1).isEmpty)
        #expect(
            try await world.blobs(of: record.handle, at: world.hospital1)
                == (record.names + [envelope]).sorted())
        #expect(try await world.records.collectUnnamed(now: later) == 0)

        // Of a grant that was revoked nothing stays but the statement.
        let revoke = Revoke(record: record.handle, grant: grant.id)
        #expect(try await world.submit(.revoke(revoke), by: record.owner).answer.status == 200)
        #expect(try await world.records.collectUnnamed(now: later) == 1)
        #expect(try await world.blobs(of: record.handle, at: world.hospital1) == record.names.sorted())
    }

    @Test("a record that another names is collected all the same, and each organisation's vault by itself")
    func whatAnotherRecordNamesIsCollected() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        // The same bytes under a handle of which the ledger knows nothing.
        let stray = RecordHandle(Random.bytes(32))!
        for (blob, kind) in zip(record.blobs, World.Deposited.kinds) {
            #expect(
                try await world.put(blob, as: kind, of: stray, by: clinician, at: world.hospital1).status
                    == 201)
        }
        #expect(try await world.records.collectUnnamed(now: later) == 5)
        #expect(try await world.blobs(of: record.handle, at: world.hospital1).count == 5)
        // At another organisation the record's own name them.
        let other = try await world.enrol(world.hospital2, .clinician)
        for (blob, kind) in [(record.files, BlobKind.file), (record.blobs[4], .manifest)] {
            #expect(
                try await world.put(
                    blob, as: kind, of: record.handle, by: other, at: world.hospital2
                ).status == 201)
        }
        #expect(try await world.records.collectUnnamed(now: later) == 0)
    }

    @Test("a damaged manifest keeps its own record's files, and stops no sweep of others")
    func aDamagedManifestStopsNoSweep() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let records = [
            try await world.deposit(by: clinician, at: world.hospital1),
            try await world.deposit(by: clinician, at: world.hospital1),
        ]
        for record in records {
            for kind in [BlobKind.file, .grantEnvelope] {
                let stored = try await world.put(
                    [7], as: kind, of: record.handle, by: clinician, at: world.hospital1)
                #expect(stored.status == 201)
            }
        }
        try world.damage(records[0].names[4], of: records[0].handle, at: world.hospital1)
        #expect(try await world.records.collectUnnamed(now: later) == 3)
        let left = try await world.blobs(of: records[0].handle, at: world.hospital1)
        #expect(left.filter { $0.kind == .file }.count == 2 && left.count == 6)
        #expect(
            try await world.blobs(of: records[1].handle, at: world.hospital1) == records[1].names.sorted())
    }

    @Test("a refused statement keeps nothing: what it names goes in its time")
    func refusedStatementsRenewNothing() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        var deposit = record.deposit
        deposit.record = RecordHandle(Random.bytes(32))!
        for (blob, kind) in zip(record.blobs, World.Deposited.kinds) {
            #expect(
                try await world.put(
                    blob, as: kind, of: deposit.record, by: clinician, at: world.hospital1
                ).status == 201)
        }
        let vault = world.records.custodians[world.hospital1]!.vault
        let before = try await vault.blobs(of: deposit.record)
        for _ in 0..<3 {
            // The permit was used for another record.
            let (_, answer) = try await world.submit(.deposit(deposit), by: clinician)
            #expect(answer.problem?.code == RejectionCode.permitUsed.rawValue)
        }
        #expect(try await vault.blobs(of: deposit.record) == before)
        #expect(try await world.records.collectUnnamed(now: later) == 5)
    }
}
