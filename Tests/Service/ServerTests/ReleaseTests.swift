import API
import Contract
import HTTPTypes
import Identity
import Primitives
import Records
import Testing

/// Logged before released: who gets bytes, and that nobody else gets one.
@Suite struct ReleaseTests {
    @Test func aGranteeIsServedAfterTheReleaseOnly() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)

        // Without a grant the contract refuses the release, and no id that one could make up serves a byte.
        let denied = try await world.release(record, by: officer, of: world.insurer, basis: .care)
        #expect(denied.answer.status == 403)
        #expect(denied.answer.problem?.code == RejectionCode.basisNotAllowed.rawValue)
        for blob in record.blobs {
            let answer = try await world.fetch(blob, by: officer, release: denied.id, from: world.hospital1)
            #expect(answer.status == 404)
        }

        let grant = try await world.grant(record, to: officer, of: world.insurer)
        // A grant alone serves nothing either: it is no release.
        #expect(
            try await world.fetch(record.files, by: officer, release: grant.id, from: world.hospital1).status
                == 404)
        let release = try await world.release(record, by: officer, of: world.insurer, grant: grant.id)
        #expect(release.answer.status == 200)
        for blob in [record.files, record.blobs[1], record.blobs[4], grant.envelope] {
            let answer = try await world.fetch(blob, by: officer, release: release.id, from: world.hospital1)
            #expect(answer.status == 200)
            #expect(answer.body == blob)
        }
        // The envelopes of the owner and the custodian are not the grantee's.
        for blob in [record.blobs[2], record.blobs[3]] {
            let answer = try await world.fetch(blob, by: officer, release: release.id, from: world.hospital1)
            #expect(answer.status == 404)
        }
    }

    @Test func aReleaseServesItsReaderOnly() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let colleague = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let grant = try await world.grant(record, to: officer, of: world.insurer)
        let refused = try await world.release(record, by: colleague, of: world.insurer, grant: grant.id)
        #expect(refused.answer.problem?.code == RejectionCode.notTheGrantee.rawValue)
        let release = try await world.release(record, by: officer, of: world.insurer, grant: grant.id)
        let other = try await world.fetch(
            record.files, by: colleague, release: release.id, from: world.hospital1)
        #expect(other.status == 404)
        // Absent and forbidden are told in the same bytes (T9).
        let absent = try await world.fetch(
            record.files, by: colleague, release: StatementID(Random.bytes(32))!, from: world.hospital1)
        #expect(absent.body == other.body)
        // Nor does another organisation's vault serve it.
        let elsewhere = try await world.fetch(
            record.files, by: officer, release: release.id, from: world.hospital2)
        #expect(elsewhere.status == 404)
    }

    @Test func revocationExpiryAndRetirementEndARunningRelease() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)

        let revoked = try await world.grant(record, to: officer, of: world.insurer)
        var release = try await world.release(record, by: officer, of: world.insurer, grant: revoked.id)
        let revoke = Revoke(record: record.handle, grant: revoked.id)
        #expect(try await world.submit(.revoke(revoke), by: record.owner).answer.status == 200)
        var answer = try await world.fetch(
            record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(answer.problem?.code == RejectionCode.grantRevoked.rawValue)

        let short = try await world.grant(record, to: officer, of: world.insurer, seconds: 60)
        release = try await world.release(record, by: officer, of: world.insurer, grant: short.id)
        world.time.advance(59)
        answer = try await world.fetch(record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(answer.status == 200)
        world.time.advance(1)
        answer = try await world.fetch(record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(answer.problem?.code == RejectionCode.grantExpired.rawValue)

        let long = try await world.grant(record, to: officer, of: world.insurer)
        release = try await world.release(record, by: officer, of: world.insurer, grant: long.id)
        let retire = Retire(organisation: world.insurer, member: officer.key)
        #expect(try await world.submit(.retire(retire), by: world.roots[world.insurer]!).answer.status == 200)
        answer = try await world.fetch(record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(answer.problem?.code == RejectionCode.memberRetired.rawValue)
    }

    @Test func aMemberWhoseEnrolmentHasExpiredIsServedNoMore() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer, seconds: 100)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let grant = try await world.grant(record, to: officer, of: world.insurer)
        let release = try await world.release(record, by: officer, of: world.insurer, grant: grant.id)
        world.time.advance(99)
        var answer = try await world.fetch(
            record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(answer.status == 200)
        world.time.advance(1)
        answer = try await world.fetch(
            record.files, by: officer, release: release.id, from: world.hospital1)
        #expect(answer.problem?.code == RejectionCode.memberExpired.rawValue)
    }

    @Test func aMemberWhoseOrganisationWasSuspendedIsServedNoMore() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let grant = try await world.grant(record, to: officer, of: world.insurer)
        let release = try await world.release(record, by: officer, of: world.insurer, grant: grant.id)
        func fetch() async throws -> World.Answer {
            try await world.fetch(record.files, by: officer, release: release.id, from: world.hospital1)
        }
        #expect(try await fetch().status == 200)
        try await world.suspend(world.insurer)
        #expect(try await fetch().problem?.code == RejectionCode.organisationSuspended.rawValue)
    }

    @Test func aTransferIsServedByTheCustodianItNamesAndMakesAnother() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let gateway = try await world.enrol(world.hospital2, .gateway)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let read = try await world.grant(record, to: gateway, of: world.hospital2)
        let reading = try await world.release(record, by: gateway, of: world.hospital2, grant: read.id)
        let grant = try await world.grant(record, to: gateway, of: world.hospital2, kind: .transfer)
        let release = try await world.release(record, by: gateway, of: world.hospital2, grant: grant.id)
        // The owner's envelope goes with a transfer, not with a read.
        func owners(_ id: StatementID) async throws -> Int {
            try await world.fetch(record.blobs[2], by: gateway, release: id, from: world.hospital1).status
        }
        #expect(try await owners(reading.id) == 404)
        #expect(try await owners(release.id) == 200)

        var acknowledge = Acknowledge(
            organisation: world.hospital2, record: record.handle, grant: grant.id, release: release.id,
            contents: try #require(
                try world.records.state(.record(record.handle), as: RecordState.self)
            ).contents, ownerEnvelope: record.deposit.ownerEnvelope!,
            custodianEnvelope: Digest(hashing: [5]))
        // Nobody becomes custodian of what is not in the vault.
        let early = try await world.submit(.acknowledge(acknowledge), by: gateway)
        #expect(early.answer.problem?.type == .conflict)
        for (blob, kind) in zip(record.blobs.prefix(3) + [[5], record.blobs[4]], World.Deposited.kinds) {
            #expect(
                try await world.put(
                    blob, as: kind, of: record.handle, by: gateway, at: world.hospital2
                ).status == 201)
        }
        // Nor without the patient's transfer grant.
        acknowledge.grant = read.id
        let refused = try await world.submit(.acknowledge(acknowledge), by: gateway)
        #expect(refused.answer.problem?.code == RejectionCode.grantOfOtherKind.rawValue)
        #expect(refused.answer.problem?.detail.hasPrefix("medical data access denied") == true)
        acknowledge.grant = grant.id
        #expect(try await world.submit(.acknowledge(acknowledge), by: gateway).answer.status == 200)

        // A release names one custodian: the other does not serve under it.
        let other = try await world.fetch(
            record.files, by: gateway, release: release.id, from: world.hospital2)
        #expect(other.status == 404)
        let here = try await world.fetch(
            record.files, by: gateway, release: release.id, from: world.hospital1)
        #expect(here.status == 200)
    }

    @Test func aReleaseLastsAQuarterOfAnHour() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let release = try await world.release(record, by: clinician, of: world.hospital1, basis: .care)
        world.time.advance(Limits.releaseSeconds - 1)
        #expect(
            try await world.fetch(record.files, by: clinician, release: release.id, from: world.hospital1)
                .status == 200)
        world.time.advance(1)
        let late = try await world.fetch(
            record.files, by: clinician, release: release.id, from: world.hospital1)
        #expect(late.status == 403)
    }

    @Test func aReadThatBeganInTimeGoesOnForADay() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let content = Random.bytes(2 << 20)
        let record = try await world.deposit(by: clinician, at: world.hospital1, content: content)
        let grant = try await world.grant(
            record, to: officer, of: world.insurer, seconds: 2 * RecordKeeping.readSeconds)
        func read(_ release: StatementID, from offset: Int) async throws -> World.Answer {
            try await world.fetch(
                record.files, by: officer, release: release, from: world.hospital1,
                headers: [.range: "bytes=\(offset)-"])
        }
        let begun = try await world.release(record, by: officer, of: world.insurer, grant: grant.id).id
        let idle = try await world.release(record, by: officer, of: world.insurer, grant: grant.id).id
        #expect(try await read(begun, from: 0).status == 206)
        world.time.advance(Limits.releaseSeconds)
        #expect(try await read(begun, from: 0).status == 403)
        let rest = try await read(begun, from: 1_000_000)
        #expect(rest.status == 206 && rest.body == Array(content[1_000_000...]))
        // One that never began, in part neither.
        #expect(try await read(idle, from: 0).status == 403)
        #expect(try await read(idle, from: 1_000_000).status == 403)
        world.time.advance(RecordKeeping.readSeconds - Limits.releaseSeconds - 1)
        #expect(try await read(begun, from: 1_000_000).status == 206)
        world.time.advance(1)
        #expect(try await read(begun, from: 1_000_000).status == 403)
    }

    @Test func aReadGoesOnAsLongAsTheRightLasts() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(
            by: clinician, at: world.hospital1, content: Random.bytes(2 << 20))
        let grant = try await world.grant(record, to: officer, of: world.insurer)
        let release = try await world.release(record, by: officer, of: world.insurer, grant: grant.id).id
        func read() async throws -> World.Answer {
            try await world.fetch(
                record.files, by: officer, release: release, from: world.hospital1,
                headers: [.range: "bytes=1000-"])
        }
        #expect(try await read().status == 206)
        let revoke = Revoke(record: record.handle, grant: grant.id)
        #expect(try await world.submit(.revoke(revoke), by: record.owner).answer.status == 200)
        #expect(try await read().problem?.code == RejectionCode.grantRevoked.rawValue)
    }

    @Test func staffAndOwnersAreLoggedTheSameWay() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let stranger = try await world.enrol(world.hospital2, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let care = try await world.release(record, by: clinician, of: world.hospital1, basis: .care)
        #expect(
            try await world.fetch(record.blobs[3], by: clinician, release: care.id, from: world.hospital1)
                .status == 200)
        #expect(
            try await world.fetch(record.blobs[2], by: clinician, release: care.id, from: world.hospital1)
                .status == 404)
        let owner = try await world.release(record, by: record.owner, of: nil, basis: .owner)
        #expect(
            try await world.fetch(record.blobs[2], by: record.owner, release: owner.id, from: world.hospital1)
                .status
                == 200)
        let elsewhere = try await world.release(record, by: stranger, of: world.hospital2, basis: .care)
        #expect(elsewhere.answer.problem?.code == RejectionCode.basisNotAllowed.rawValue)
    }

    @Test func rangesAreServedAndCounted() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let release = try await world.release(record, by: clinician, of: world.hospital1, basis: .care)
        func range(_ text: String) async throws -> World.Answer {
            try await world.fetch(
                record.files, by: clinician, release: release.id, from: world.hospital1,
                headers: [.range: text])
        }
        let middle = try await range("bytes=2-5")
        #expect(middle.status == 206 && middle.body == Array(record.files[2...5]))
        #expect(middle.headers[.contentRange] == "bytes 2-5/\(record.files.count)")
        #expect(try await range("bytes=3-").body == Array(record.files[3...]))
        #expect(try await range("bytes=-2").body == Array(record.files.suffix(2)))
        for ignored in ["bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=+1-2"] {
            let whole = try await range(ignored)
            #expect(whole.status == 200 && whole.body == record.files, "\(ignored)")
        }
        #expect(try await range("bytes=99999-").status == 416)
    }

    @Test func whatOnlyAnotherOrganisationsServerCanSeeToIsNotOrdered() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let insurers = RecordKeeping(
            ledger: world.ledger, custodians: world.records.custodians.filter { $0.key == world.insurer })
        func isElsewhere(_ assertion: Assertion, by key: SigningKey) async throws -> Bool {
            let bytes = Statement.make(assertion, now: world.time.now).signed(
                by: key, network: world.network)
            guard
                case .elsewhere(let name) = try await insurers.submit(
                    try SignedStatement(bytes, network: world.network))
            else { return false }
            return name == world.hospital1
        }
        var deposit = record.deposit
        deposit.record = RecordHandle(Random.bytes(32))!
        deposit.permit = Permit.signed(
            key: .generate(), organisation: world.hospital1, notAfter: world.time.now + 100,
            network: world.network)
        #expect(try await isElsewhere(.deposit(deposit), by: clinician))
        let request = Request(
            organisation: world.insurer, custodian: world.hospital1, purpose: .claim,
            notAfter: world.time.now + 10, letter: Digest(hashing: [44]))
        #expect(try await isElsewhere(.request(request), by: officer))
        let grant = Grant(
            record: record.handle, organisation: world.insurer, grantee: officer.key, kind: .read,
            purpose: .claim, notBefore: world.time.now, notAfter: world.time.now + 10, releases: 1,
            envelope: Digest(hashing: [43]), request: nil)
        #expect(try await isElsewhere(.grant(grant), by: record.owner))
        // A member's limits are the custodian's to hold.
        let given = try await world.grant(record, to: officer, of: world.insurer)
        let release = Release(
            organisation: world.insurer, record: record.handle, custodian: world.hospital1, grant: given.id,
            basis: nil)
        #expect(try await isElsewhere(.release(release), by: officer))
        // What points to nothing is ordered anywhere.
        let revoke = Statement.make(
            .revoke(Revoke(record: record.handle, grant: given.id)), now: world.time.now
        ).signed(by: record.owner, network: world.network)
        guard
            case .committed = try await insurers.submit(
                try SignedStatement(revoke, network: world.network))
        else {
            Issue.record("a revocation was not ordered")
            return
        }
    }

    @Test func aStatementThatPointsToNothingIsNotOrdered() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        var deposit = record.deposit
        deposit.record = RecordHandle(Random.bytes(32))!
        deposit.permit = Permit.signed(
            key: .generate(), organisation: world.hospital1, notAfter: world.time.now + 100,
            network: world.network)
        deposit.manifest = Digest(hashing: [42])
        let (_, absent) = try await world.submit(.deposit(deposit), by: clinician)
        #expect(absent.status == 409 && absent.problem?.type == .conflict)
        // What the contract refuses is refused with the contract's reason, whatever is missing.
        deposit.permit = nil
        let (_, refused) = try await world.submit(.deposit(deposit), by: clinician)
        #expect(refused.problem?.code == RejectionCode.permitMissing.rawValue)
        #expect(refused.problem?.detail.hasPrefix("medical data saving: access denied") == true)
        // Nor does it matter where a signature does not hold. A statement ends with its signature.
        var altered = Statement.make(.deposit(deposit), now: world.time.now)
            .signed(by: clinician, network: world.network)
        altered[altered.count - 1] ^= 1
        let unsigned = try await world.send(.post, Routes.statements, by: clinician, body: altered)
        #expect(unsigned.problem?.code == RejectionCode.signatureInvalid.rawValue)
        let grant = Grant(
            record: record.handle, organisation: world.insurer, grantee: officer.key, kind: .read,
            purpose: .claim,
            notBefore: world.time.now, notAfter: world.time.now + 10, releases: 1,
            envelope: Digest(hashing: [43]),
            request: nil)
        #expect(try await world.submit(.grant(grant), by: record.owner).answer.problem?.type == .conflict)
        let request = Request(
            organisation: world.insurer, custodian: world.hospital1, purpose: .claim,
            notAfter: world.time.now + 10,
            letter: Digest(hashing: [44]))
        #expect(try await world.submit(.request(request), by: officer).answer.problem?.type == .conflict)
    }
}
