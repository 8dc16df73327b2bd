import Age
import Contract
import Evidence
import Foundation
import Identity
import Manifests
import Primitives
import Sealing
import Testing
import Workflow

/// A record that is fetched by each right, played without sockets.
struct FetchStoryTests {
    let gateway = SigningKey.generate()

    /// The story with a gateway at the hospital.
    private func story() throws -> ApprovalStory {
        var story = try ApprovalStory()
        try ApprovalStory.enrol(
            gateway, AgeIdentity.generate(.hybrid), "Gate", .gateway, at: story.server.hospital, &story.server
        )
        return story
    }

    private func order(
        _ right: FetchRight, _ reader: MemberReader, _ story: inout ApprovalStory
    ) throws -> FetchSteps.Order {
        try story.server.read { ledger throws(Pause) in try ledger.order(right, by: reader) }
    }

    private func failure(_ body: () throws -> Void) throws -> PartyError? {
        do {
            try body()
            return nil
        } catch let failure as PartyError {
            return failure
        }
    }

    private func reader(_ story: ApprovalStory, records: AgeIdentity?) -> MemberReader {
        MemberReader(
            organisation: story.server.hospital, role: .gateway, signingKey: gateway,
            identity: AgeIdentity.generate(.x25519), desk: nil, records: records)
    }

    @Test func aGatewayOpensWhatItsOrganisationKeeps() throws {
        var story = try story()
        let gateway = reader(story, records: story.server.records)
        let order = try order(.custody(story.record, .administration), gateway, &story)
        let fetched = try story.fetched(order)
        #expect(fetched.descriptor.files[0].name == "scan.txt")
        #expect(fetched.opened?.keys.record.recipient == story.keys.record.recipient)
        #expect(story.server.statements.last?.id == fetched.release)
        #expect(story.server.statements.last?.assertion == .release(order.release))
    }

    @Test func whatTheLedgerDoesNotHaveIsSaidBeforeARelease() throws {
        var story = try story()
        let id = StatementID(Random.bytes(32))!
        let handle = RecordHandle(Random.bytes(32))!
        let gateway = reader(story, records: story.server.records)
        let before = story.server.statements.count
        #expect(try failure { _ = try order(.grant(id), gateway, &story) }?.rejection == .grantUnknown)
        #expect(
            try failure { _ = try order(.emergency(id), gateway, &story) }?.rejection == .emergencyUnknown)
        #expect(
            try failure { _ = try order(.custody(handle, .administration), gateway, &story) }?.rejection
                == .recordUnknown)
        let without = reader(story, records: nil)
        let refused = try failure { _ = try order(.custody(story.record, .administration), without, &story) }
        #expect(refused?.code == .refused && refused?.rejection == nil)
        #expect(story.server.statements.count == before)
    }

    /// What a vault could serve instead: nothing of it is opened.
    @Test func otherBytesAreNotBelieved() throws {
        var whole = try ApprovalStory()
        let approved = try whole.carryOut(try whole.signed(try whole.proposal()))
        let reader = whole.reader
        let order = try order(.grant(approved.orders[0].id), reader, &whole)
        #expect(order.isWhole)
        for blob in [order.envelope, order.state.parts[0].descriptor] {
            var story = whole
            story.server.blobs[blob]?[40] ^= 1
            #expect(try failure { _ = try story.fetched(order) }?.code == .unverified)
            story.server.blobs[blob] = nil
            #expect(try failure { _ = try story.fetched(order) }?.code == .refused)
        }
        // An envelope for another: its bytes are those that the ledger names, and it opens nothing here.
        let other = FetchSteps.Order(
            order.release, of: order.state, covering: order.covered, envelope: order.envelope,
            binding: order.binding, reader: order.reader, identity: AgeIdentity.generate(.hybrid))
        #expect(try failure { _ = try whole.fetched(other) }?.code == .unverified)
        let unbound = FetchSteps.Order(
            order.release, of: order.state, covering: order.covered, envelope: order.envelope,
            binding: .custodian(order.record), reader: order.reader, identity: order.identity)
        #expect(try failure { _ = try whole.fetched(unbound) }?.code == .unverified)
    }

    /// Of single files it takes the grant's own manifest, and the headers in the envelope; no descriptor is asked for.
    @Test func singleFilesAreOpenedByTheirOwnHeaders() throws {
        var story = try ApprovalStory()
        let whole = try story.opened(try #require(try story.ownRecords().first))
        let file = whole.descriptor.files[0]
        let (header, _) = try AgeHeader.parse(prefixOf: try #require(story.server.blobs[file.ciphertext]))
        let manifest = try #require(Manifest(of: [file.ciphertext]))
        let id = try story.granted([(file, header, whole.parts.key(of: file))], manifest)
        let order = try order(.grant(id), story.reader, &story)
        #expect(!order.isWhole)
        let calls = story.server.calls.count
        let fetched = try story.fetched(order)
        #expect(story.server.calls.count == calls + 3)
        #expect(fetched.descriptor.files == [file] && fetched.parts.isEmpty)
        #expect(
            fetched.headers[file.ciphertext] != nil
                && fetched.key(of: file).recipient == order.identity.recipient)

        let digest = Digest(hashing: manifest.encoded())
        var other = story
        other.server.blobs[digest]?[0] ^= 1
        #expect(try failure { _ = try other.fetched(order) }?.code == .unverified)
        other.server.blobs[digest] = nil
        #expect(try failure { _ = try other.fetched(order) }?.code == .refused)
        // Of another root than the ledger names, and of other files than the envelope.
        let elsewhere = try #require(Manifest(of: [Digest(hashing: [9])]))
        story.server.blobs[Digest(hashing: elsewhere.encoded())] = elsewhere.encoded()
        for root in [manifest.root, elsewhere.root] {
            var other = story
            let wrong = FetchSteps.Order(
                order.release, of: order.state,
                covering: .files(manifest: Digest(hashing: elsewhere.encoded()), root: root),
                envelope: order.envelope, binding: order.binding, reader: order.reader,
                identity: order.identity)
            #expect(try failure { _ = try other.fetched(wrong) }?.code == .unverified)
        }
    }

    /// A fetch that was cut off says the same release again, as long as it serves.
    @Test func aReleaseIsSaidAgain() throws {
        var story = try ApprovalStory()
        let approved = try story.carryOut(try story.signed(try story.proposal()))
        let order = try order(.grant(approved.orders[0].id), story.reader, &story)
        let (network, now) = (story.server.network.id, ScriptedServer.now)
        let release = Statement.make(.release(order.release), now: now).signed(
            by: order.reader, network: network)
        #expect(FetchSteps.serves(release, for: order, of: network, at: now))
        #expect(!FetchSteps.serves(release, for: order, of: network, at: now + Limits.releaseSeconds / 2))
        #expect(!FetchSteps.serves([], for: order, of: network, at: now))
        let strange = Statement.make(.release(order.release), now: now).signed(
            by: .generate(), network: network)
        #expect(!FetchSteps.serves(strange, for: order, of: network, at: now))
        let basis = Release(record: order.record, custodian: order.custodian, basis: .owner)
        let otherRelease = Statement.make(.release(basis), now: now).signed(
            by: order.reader, network: network)
        #expect(!FetchSteps.serves(otherRelease, for: order, of: network, at: now))

        for cut in 0..<3 {
            var again = story
            var steps = try FetchSteps(order, release: release, of: again.server.network)
            #expect(steps.isUnreleased)
            for _ in 0..<cut {
                guard case .call(let next) = steps.next else { break }
                try steps.take(try again.server.answer(next.call))
            }
            #expect(steps.isUnreleased == (cut == 0))
            var second = try FetchSteps(order, release: release, of: again.server.network)
            while case .call(let next) = second.next { try second.take(try again.server.answer(next.call)) }
            let id = approved.orders[0].id
            let state = try #require(again.server.state[.grant(id)].flatMap { GrantState(bytes: $0) })
            #expect(state.releasesUsed == 1, "cut off after \(cut)")
        }
    }

    @Test func grantsAreThoseOfTheReader() throws {
        var story = try ApprovalStory()
        let approved = try story.carryOut(try story.signed(try story.proposal()))
        let officer = story.reader
        let grants = try story.server.read { ledger throws(Pause) in try ledger.grants(to: officer) }
        #expect(
            grants.map(\.id) == approved.orders.map(\.id) && grants[0].custodians == [story.server.hospital])
        let stranger = MemberReader(
            organisation: story.server.insurer, role: .officer, signingKey: .generate(),
            identity: story.officerIdentity, desk: nil, records: nil)
        let none = try story.server.read { ledger throws(Pause) in try ledger.grants(to: stranger) }
        #expect(none.isEmpty)
    }
}

extension ApprovalStory {
    /// A grant of single files to the officer.
    fileprivate mutating func granted(
        _ files: [PartialEnvelope.Stored], _ manifest: Manifest
    ) throws -> StatementID {
        let key = officer.key
        let member = try server.read { ledger throws(Pause) in try ledger.verifiedMember(key) }
        let nonce = Random.bytes(Statement.nonceBytes)
        let notAfter = ScriptedServer.now.dayEnded
        let envelope = try PartialEnvelope.wrap(
            files, record: record, nonce: nonce, notAfter: notAfter, for: member)
        let grant = Grant(
            record: record, organisation: server.insurer, grantee: key, kind: .read, purpose: .claim,
            notBefore: ScriptedServer.now.dayBegun, notAfter: notAfter, releases: 3,
            envelope: Digest(hashing: envelope), coverage: .part,
            manifest: Digest(hashing: manifest.encoded()), root: manifest.root)
        for blob in [envelope, manifest.encoded()] { server.blobs[Digest(hashing: blob)] = blob }
        let owner = wallet.ownerKey(organisation: server.hospital, index: 0)
        let statement = Statement(.grant(grant), validUntil: ScriptedServer.now + 600, nonce: nonce)
        return try server.order(statement.signed(by: owner, network: server.network.id)).id
    }
}
