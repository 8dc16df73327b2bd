import API
import Contract
import Foundation
import HTTPTypes
import Identity
import Primitives
import Records
import Testing
import Vault

/// No statement gives another record's bytes away, nor keeps them from being erased, whatever its kind (T66, T67).
@Suite struct ForeignBytesTests {
    /// The kinds that name no blob. Every other is tried: a new kind is in neither list until it is thought of.
    private static let namingNone: Set<StatementKind> = [
        .genesis, .admit, .suspend, .rotateRoot, .enrol, .retire, .revoke, .release, .remove, .attestErasure,
        .hold, .undelegate, .review, .veto, .permit, .instruct, .dispatch,
    ]
    /// Those that name letters, which lie on a desk and never in a vault.
    private static let namingLetters: Set<StatementKind> = [.request, .route, .answer]

    @Test func everyKindThatNamesABlobIsTried() async throws {
        let tried = Set(try await Village().attempts(naming: []).map(\.assertion.kind))
        #expect(tried.isDisjoint(with: Self.namingNone.union(Self.namingLetters)))
        #expect(tried.union(Self.namingNone).union(Self.namingLetters) == Set(StatementKind.allCases))
    }

    @Test("a statement that names what was stored under another record is refused, and nothing is served")
    func whatIsAnothersIsNamedByNone() async throws {
        let village = try await Village()
        let world = village.world
        // All of the victim's, each in every role.
        for (blob, kind) in zip(village.victim.blobs, World.Deposited.kinds) {
            for attempt in try await village.attempts(naming: blob) {
                let answer = try await village.answer(to: attempt)
                #expect(attempt.isRefused(answer), "\(attempt.name) naming \(kind.name): \(answer.status)")
            }
        }
        // Whoever may read the shadow gets nothing of the victim's under it.
        for (reader, basis) in [(village.clinician, Basis.care), (village.shadow.owner, .owner)] {
            let release = try await world.release(
                village.shadow, by: reader, of: basis == .care ? world.hospital1 : nil, basis: basis)
            #expect(release.answer.status == 200)
            for blob in village.victim.blobs {
                let answer = try await world.fetch(
                    blob, by: reader, release: release.id, from: world.hospital1)
                #expect(answer.status == 404 && answer.body != blob)
            }
        }
    }

    @Test("what a record stored as one kind no statement about it names as another")
    func rolesAreKept() async throws {
        let village = try await Village()
        for (blob, kind) in zip(village.shadow.blobs, World.Deposited.kinds) {
            for attempt in try await village.attempts(naming: blob)
            where attempt.role != kind && attempt.isAboutTheShadow {
                // A list of all its files is the same bytes, which the owner has stored as a grant's.
                if kind == .manifest, attempt.role == .grantManifest { continue }
                let answer = try await village.answer(to: attempt)
                #expect(attempt.isRefused(answer), "\(attempt.name) naming \(kind.name): \(answer.status)")
            }
        }
    }

    @Test("with its own bytes in the right role each of them is ordered")
    func withItsOwnItIsOrdered() async throws {
        let count = try await Village().attempts(naming: []).count
        for index in 0..<count {
            // One for each: what one of them orders may keep another from being ordered.
            let village = try await Village()
            let draft = try await village.attempts(naming: [])[index]
            let attempt = try await village.attempts(naming: try await village.own(for: draft))[index]
            let answer = try await village.answer(to: attempt)
            #expect(answer.status == 200, "\(attempt.name): \(answer.problem?.detail ?? "")")
        }
    }

    @Test("an erased record's bytes are gone, whoever named or stored the same before, meanwhile or after")
    func erasedIsGone() async throws {
        let village = try await Village()
        let (world, victim) = (village.world, village.victim)
        func kept() async throws -> [BlobName] {
            try await world.blobs(of: victim.handle, at: world.hospital1)
        }
        func store(_ blob: [UInt8], _ kind: BlobKind) async throws -> World.Answer {
            try await world.put(blob, as: kind, of: victim.handle, by: village.clinician, at: world.hospital1)
        }
        // Before: in every role under its own handle, and brought to another record that names it.
        for blob in victim.blobs {
            for kind in BlobKind.allCases { #expect(try await store(blob, kind).status == 201) }
        }
        let copy = try await village.shadowOf(victim)
        for blob in victim.blobs {
            for attempt in try await village.attempts(naming: blob) {
                _ = try await village.answer(to: attempt)
            }
        }
        #expect(
            try await world.submit(.remove(Remove(record: victim.handle)), by: victim.owner).answer.status
                == 200)
        // Meanwhile: an upload that began before, and ends after all was attested.
        let custodian = try #require(world.records.custodians[world.hospital1])
        let name = BlobName(Digest(hashing: victim.files), .file)
        await #expect(throws: RejectionCode.recordRemoved) {
            try await world.records.store(name, in: victim.handle, at: custodian) { incoming in
                try await incoming.write(victim.files)
            }
        }
        #expect(try await store(victim.files, .file).problem?.code == RejectionCode.recordRemoved.rawValue)
        #expect(try await village.attest(victim).status == 200)
        #expect(try await kept().isEmpty)
        // After.
        for kind in BlobKind.allCases { #expect(try await store(victim.files, kind).status == 403) }
        #expect(try await kept().isEmpty)
        // What another record brought is its own: only its own erasure takes it.
        #expect(try await world.blobs(of: copy, at: world.hospital1).count == 5)
    }

    @Test("an upload that began before a removal and ends after the attestation leaves nothing")
    func lateUploadsLeaveNothing() async throws {
        let village = try await Village()
        let (world, victim) = (village.world, village.victim)
        let custodian = try #require(world.records.custodians[world.hospital1])
        let blob = Array("late".utf8)
        let name = BlobName(Digest(hashing: blob), .file)
        await #expect(throws: RejectionCode.recordRemoved) {
            try await world.records.store(name, in: victim.handle, at: custodian) { incoming in
                try await incoming.write(blob)
                let removed = try await world.submit(
                    .remove(Remove(record: victim.handle)), by: victim.owner)
                #expect(removed.answer.status == 200)
                #expect(try await village.attest(victim).status == 200)
            }
        }
        #expect(try await world.blobs(of: victim.handle, at: world.hospital1).isEmpty)
    }

    @Test("each custodian erases its own copy and no other's")
    func eachErasesItsOwn() async throws {
        let village = try await Village()
        let (world, victim) = (village.world, village.victim)
        let before = try await world.blobs(of: victim.handle, at: world.hospital1)
        #expect(before.count == 6)
        #expect(try await world.blobs(of: victim.handle, at: world.hospital2).count == 5)
        #expect(
            try await world.submit(.remove(Remove(record: victim.handle)), by: victim.owner).answer.status
                == 200)
        #expect(try await village.attest(victim, at: world.hospital2).status == 200)
        #expect(try await world.blobs(of: victim.handle, at: world.hospital2).isEmpty)
        #expect(try await world.blobs(of: victim.handle, at: world.hospital1) == before)
    }

    @Test("a vault that came back from a backup loses again what was attested, strays included")
    func erasuresAreAppliedAgain() async throws {
        let village = try await Village()
        let (world, victim) = (village.world, village.victim)
        #expect(
            try await world.submit(.remove(Remove(record: victim.handle)), by: victim.owner).answer.status
                == 200)
        #expect(try await village.attest(victim).status == 200)
        #expect(try await world.records.reapplyErasures() == 0)
        let vault = try #require(world.records.custodians[world.hospital1]).vault
        let stray = Array("a draft's".utf8)
        try await vault.put(stray, as: BlobName(Digest(hashing: stray), .file), in: victim.handle)
        for (blob, name) in zip(victim.blobs, victim.names) {
            try await vault.put(blob, as: name, in: victim.handle)
        }
        #expect(try await world.records.reapplyErasures() == 6)
        #expect(try await world.blobs(of: victim.handle, at: world.hospital1).isEmpty)
        #expect(try await world.blobs(of: village.shadow.handle, at: world.hospital1).count == 7)
    }
}
