import API
import Contract
import Foundation
import Identity
import Primitives
import Testing

/// What is said to be gone is gone, and nothing else is (T47).
@Suite struct ErasureTests {
    private func missing(_ blobs: [[UInt8]], _ world: World, asking key: SigningKey) async throws -> Int {
        let answer = try await world.send(
            .post, Routes.Organisation(world.hospital1).missing, by: key,
            body: [UInt8](JSONEncoder().encode(Wire.Digests(digests: blobs.map { Digest(hashing: $0) }))))
        return try JSONDecoder().decode(Wire.Digests.self, from: Data(answer.body)).digests.count
    }

    private func attest(_ record: World.Deposited, _ world: World, by key: SigningKey) async throws
        -> World.Answer
    {
        try await world.submit(
            .attestErasure(AttestErasure(organisation: world.hospital1, record: record.handle)), by: key
        ).answer
    }

    @Test func aRemovedRecordIsServedToNobodyAndErasedBeforeItIsAttested() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let grant = try await world.grant(record, to: officer, of: world.insurer)
        let release = try await world.release(record, by: officer, of: world.insurer, grant: grant.id)
        let all = record.blobs + [grant.envelope]

        // Refused, an attestation erases nothing.
        let early = try await attest(record, world, by: clinician)
        #expect(early.problem?.code == RejectionCode.nothingToErase.rawValue)
        let foreign = try await attest(record, world, by: officer)
        #expect(foreign.problem?.code == RejectionCode.memberOfOtherOrganisation.rawValue)
        #expect(try await missing(all, world, asking: clinician) == 0)

        #expect(
            try await world.submit(.remove(Remove(record: record.handle)), by: record.owner).answer.status
                == 200)
        // A release that was recorded before serves nothing more.
        let late = try await world.fetch(
            record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(late.problem?.code == RejectionCode.recordRemoved.rawValue)
        #expect(try await missing(all, world, asking: clinician) == 0)
        #expect(try await attest(record, world, by: clinician).status == 200)
        #expect(try await missing(all, world, asking: clinician) == all.count)
        #expect(
            try await attest(record, world, by: clinician).problem?.code
                == RejectionCode.notACustodian.rawValue)
    }

    @Test("whoever names another patient's ciphertext in a record of his own cannot have it erased")
    func sharedCiphertextStays() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let thief = SigningKey.generate()
        let own = Array("descriptor of his own".utf8) + Random.bytes(8)
        #expect(try await world.put(own, by: clinician, at: world.hospital1).status == 201)
        var deposit = record.deposit
        deposit.record = RecordHandle(Random.bytes(32))!
        deposit.permit = Permit.signed(
            key: thief, organisation: world.hospital1, notAfter: world.time.now + 10_000,
            network: world.network)
        deposit.descriptor = Digest(hashing: own)
        #expect(try await world.submit(.deposit(deposit), by: clinician).answer.status == 200)
        let stolen = World.Deposited(
            handle: deposit.record, owner: thief, blobs: record.blobs, deposit: deposit)
        #expect(
            try await world.submit(.remove(Remove(record: stolen.handle)), by: thief).answer.status == 200)
        #expect(try await attest(stolen, world, by: clinician).status == 200)
        #expect(try await missing([own], world, asking: clinician) == 1)
        #expect(try await missing(record.blobs, world, asking: clinician) == 0)
    }
}
