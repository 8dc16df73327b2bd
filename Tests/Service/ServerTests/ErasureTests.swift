import API
import Contract
import Foundation
import HTTPTypes
import Identity
import Primitives
import Testing

/// What is said to be gone is gone, and nothing else is (T47).
@Suite struct ErasureTests {
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
        let all = (record.names + [BlobName(Digest(hashing: grant.envelope), .grantEnvelope)]).sorted()
        func kept() async throws -> [BlobName] {
            try await world.blobs(of: record.handle, at: world.hospital1)
        }

        // Refused, an attestation erases nothing.
        let early = try await attest(record, world, by: clinician)
        #expect(early.problem?.code == RejectionCode.nothingToErase.rawValue)
        let foreign = try await attest(record, world, by: officer)
        #expect(foreign.problem?.code == RejectionCode.memberOfOtherOrganisation.rawValue)
        #expect(try await kept() == all)

        #expect(
            try await world.submit(.remove(Remove(record: record.handle)), by: record.owner).answer.status
                == 200)
        // A release that was recorded before serves nothing more.
        let late = try await world.fetch(
            record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(late.problem?.code == RejectionCode.recordRemoved.rawValue)
        #expect(try await kept() == all)
        #expect(try await attest(record, world, by: clinician).status == 200)
        #expect(try await kept().isEmpty)
        #expect(
            try await attest(record, world, by: clinician).problem?.code
                == RejectionCode.notACustodian.rawValue)
    }

    @Test("what a release rests on is asked again before each byte: a delegation, an owner, an emergency")
    func whatHasEndedServesNothing() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let second = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        func put(_ text: String, as kind: BlobKind) async throws -> [UInt8] {
            let blob = Array(text.utf8) + Random.bytes(8)
            let stored = try await world.put(
                blob, as: kind, of: record.handle, by: clinician, at: world.hospital1)
            #expect(stored.status == 201)
            return blob
        }
        func release(_ release: Release, by key: SigningKey) async throws -> StatementID {
            let (id, answer) = try await world.submit(.release(release), by: key)
            #expect(answer.status == 200)
            return id
        }
        func refusal(_ blob: [UInt8], by key: SigningKey, _ id: StatementID) async throws -> UInt64? {
            try await world.fetch(blob, by: key, release: id, from: world.hospital1).problem?.code
        }

        let guardian = SigningKey.generate()
        let envelope = try await put("for the guardian", as: .delegateEnvelope)
        let delegate = Delegate(
            record: record.handle, delegate: guardian.key, scope: .read, notAfter: world.time.now + 5_000,
            envelope: Digest(hashing: envelope))
        #expect(try await world.submit(.delegate(delegate), by: record.owner).answer.status == 200)
        let asGuardian = try await release(
            Release(record: record.handle, custodian: world.hospital1, basis: .delegate), by: guardian)
        #expect(try await refusal(envelope, by: guardian, asGuardian) == nil)
        // The owner's envelope is not the guardian's.
        let owners = try await world.fetch(
            record.blobs[2], by: guardian, release: asGuardian, from: world.hospital1)
        #expect(owners.status == 404)
        let undelegate = Undelegate(record: record.handle, delegate: guardian.key)
        #expect(try await world.submit(.undelegate(undelegate), by: record.owner).answer.status == 200)
        #expect(
            try await refusal(record.files, by: guardian, asGuardian)
                == RejectionCode.delegationEnded.rawValue)

        let sealed = try await put("for the emergency", as: .emergencyEnvelope)
        let declared = Emergency(
            organisation: world.hospital1, record: record.handle, readerOrganisation: world.hospital1,
            reader: clinician.key, second: second.key, reason: .unconscious,
            notAfter: world.time.now + 600, envelope: Digest(hashing: sealed))
        let (emergency, answer) = try await world.submit(
            .emergency(declared), by: clinician, agreed: [second])
        #expect(answer.status == 200)
        let inEmergency = try await release(
            Release(
                organisation: world.hospital1, record: record.handle, custodian: world.hospital1,
                basis: .emergency, emergency: emergency), by: clinician)
        #expect(try await refusal(sealed, by: clinician, inEmergency) == nil)
        let instruct = Instruct(record: record.handle, emergencies: .refused)
        #expect(try await world.submit(.instruct(instruct), by: record.owner).answer.status == 200)
        #expect(
            try await refusal(sealed, by: clinician, inEmergency)
                == RejectionCode.emergenciesRefused.rawValue)
        let allow = Instruct(record: record.handle, emergencies: .allowed)
        #expect(try await world.submit(.instruct(allow), by: record.owner).answer.status == 200)
        world.time.advance(600)
        #expect(
            try await refusal(sealed, by: clinician, inEmergency) == RejectionCode.emergencyEnded.rawValue)
    }
}
