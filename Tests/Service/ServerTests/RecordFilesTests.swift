import API
import Contract
import HTTPTypes
import Identity
import Manifests
import Primitives
import Records
import Testing

/// A record's files are those of its manifests: named, served, granted and erased with them (T50, T58).
@Suite struct RecordFilesTests {
    /// Stores blobs of a record that was deposited, as staff do.
    private struct Shelf {
        let world: World
        let record: World.Deposited
        let clinician: SigningKey

        func put(_ bytes: [UInt8], as kind: BlobKind, by key: SigningKey? = nil) async throws -> Digest {
            let answer = try await world.put(
                bytes, as: kind, of: record.handle, by: key ?? clinician, at: world.hospital1)
            #expect(answer.status == 201)
            return Digest(hashing: bytes)
        }

        /// Further files with a manifest and a descriptor, and the statement that adds them.
        func append(_ files: [[UInt8]]) async throws -> (assertion: Append, blobs: [[UInt8]]) {
            var digests = [Digest]()
            for file in files { digests.append(try await put(file, as: .file)) }
            let manifest = try #require(Manifest(of: digests))
            let descriptor = Array("descriptor of more".utf8) + Random.bytes(8)
            let key = Array("key of more".utf8) + Random.bytes(8)
            let state = try world.records.state(.record(record.handle), as: RecordState.self)
            let append = Append(
                organisation: world.hospital1, record: record.handle,
                after: try #require(state).contents,
                descriptor: try await put(descriptor, as: .descriptor),
                manifest: try await put(manifest.encoded(), as: .manifest), root: manifest.root,
                recipientHash: Digest(hashing: manifest.root.bytes),
                envelope: try await put(key, as: .additionEnvelope))
            return (append, files + [descriptor, manifest.encoded(), key])
        }

        /// Says it with the owner's consent.
        func say(_ assertion: Assertion) async throws -> World.Answer {
            let draft = Statement.make(assertion, now: world.time.now)
            let content = Approval.signedContent(
                draft.approvedContent(), by: record.owner.key, signer: clinician.key, network: world.network)
            let statement = Statement(
                assertion, validUntil: draft.validUntil, nonce: draft.nonce,
                approvals: [Approval(key: record.owner.key, signature: record.owner.sign(content))])
            return try await world.send(
                .post, Routes.statements, by: clinician,
                body: statement.signed(by: clinician, network: world.network))
        }

        func status(_ blob: [UInt8], by key: SigningKey, _ release: StatementID) async throws -> Int {
            try await world.fetch(blob, by: key, release: release, from: world.hospital1).status
        }
    }

    private func shelf(_ world: World) async throws -> Shelf {
        let clinician = try await world.enrol(world.hospital1, .clinician)
        return Shelf(
            world: world, record: try await world.deposit(by: clinician, at: world.hospital1),
            clinician: clinician)
    }

    @Test("a manifest that is none, has another root, or names what is not stored is not recorded")
    func whatIsStatedMustBeSo() async throws {
        let world = try World()
        let shelf = try await shelf(world)
        var (append, _) = try await shelf.append([[1]])
        let right = append
        append.root = Digest(hashing: [9])
        #expect(try await shelf.say(.append(append)).problem?.type == .malformed)
        append = right
        append.manifest = try await shelf.put(Array("no manifest".utf8), as: .manifest)
        #expect(try await shelf.say(.append(append)).problem?.type == .malformed)
        let absent = try #require(Manifest(of: [Digest(hashing: [1]), Digest(hashing: [2])]))
        append.manifest = try await shelf.put(absent.encoded(), as: .manifest)
        (append.root, append.recipientHash) = (absent.root, Digest(hashing: [5]))
        let missing = try await shelf.say(.append(append))
        #expect(missing.problem?.type == .conflict)
        #expect(missing.problem?.detail.contains(Digest(hashing: [2]).hex) == true)
        // Stored as a descriptor, a file is not stored as a file.
        _ = try await shelf.put([2], as: .descriptor)
        #expect(try await shelf.say(.append(append)).problem?.type == .conflict)
        _ = try await shelf.put([2], as: .file)
        #expect(try await shelf.say(.append(append)).status == 200)
        #expect(try await shelf.say(.append(right)).problem?.code == RejectionCode.superseded.rawValue)
    }

    @Test("a grant covers what there was when it was given, or what is added too; staff see all")
    func coverage() async throws {
        let world = try World()
        let shelf = try await shelf(world)
        let officer = try await world.enrol(world.insurer, .officer)
        let before = try await world.grant(shelf.record, to: officer, of: world.insurer)
        let growing = try await world.grant(
            shelf.record, to: officer, of: world.insurer, coverage: .growing)
        let (append, added) = try await shelf.append([[1], [2]])
        #expect(try await shelf.say(.append(append)).status == 200)
        let after = try await world.grant(shelf.record, to: officer, of: world.insurer)
        for (grant, seesAdded) in [(before.id, false), (growing.id, true), (after.id, true)] {
            let release = try await world.release(
                shelf.record, by: officer, of: world.insurer, grant: grant)
            #expect(release.answer.status == 200)
            for blob in [shelf.record.files, shelf.record.blobs[1], shelf.record.blobs[4]] {
                #expect(try await shelf.status(blob, by: officer, release.id) == 200)
            }
            for blob in added {
                #expect(try await shelf.status(blob, by: officer, release.id) == (seesAdded ? 200 : 404))
            }
        }
        let care = try await world.release(
            shelf.record, by: shelf.clinician, of: world.hospital1, basis: .care)
        for blob in added + [shelf.record.files] {
            #expect(try await shelf.status(blob, by: shelf.clinician, care.id) == 200)
        }
    }

    @Test("a grant of single files serves those, and nothing else of the record")
    func singleFiles() async throws {
        let world = try World()
        let shelf = try await shelf(world)
        let officer = try await world.enrol(world.insurer, .officer)
        let owner = shelf.record.owner
        let (append, added) = try await shelf.append([[1], [2], [3]])
        #expect(try await shelf.say(.append(append)).status == 200)
        let envelope = Array("headers".utf8)
        func grant(_ files: [Digest], root: Digest? = nil) async throws -> (StatementID, World.Answer) {
            let manifest = try #require(Manifest(of: files))
            let grant = Grant(
                record: shelf.record.handle, organisation: world.insurer, grantee: officer.key, kind: .read,
                purpose: .claim, notBefore: world.time.now, notAfter: world.time.now + 1_000, releases: 5,
                envelope: try await shelf.put(envelope, as: .grantEnvelope, by: owner), coverage: .part,
                manifest: try await shelf.put(manifest.encoded(), as: .grantManifest, by: owner),
                root: root ?? manifest.root)
            let (id, answer) = try await world.submit(.grant(grant), by: owner)
            return (id, answer)
        }
        // Only what the record has, and under the root that is stated.
        _ = try await shelf.put([7], as: .file)
        let foreign = try await grant([Digest(hashing: [1]), Digest(hashing: [7])])
        #expect(foreign.1.problem?.type == .malformed)
        let lied = try await grant([Digest(hashing: [1])], root: Digest(hashing: [1]))
        #expect(lied.1.problem?.type == .malformed)

        let (id, answer) = try await grant([Digest(hashing: shelf.record.files), Digest(hashing: [2])])
        #expect(answer.status == 200)
        let release = try await world.release(shelf.record, by: officer, of: world.insurer, grant: id)
        #expect(release.answer.status == 200)
        let manifest = try #require(
            Manifest(of: [Digest(hashing: shelf.record.files), Digest(hashing: [2])]))
        for blob in [shelf.record.files, [2], envelope, manifest.encoded()] {
            #expect(try await shelf.status(blob, by: officer, release.id) == 200)
        }
        // Neither other files, nor descriptors, nor the record's own manifests, nor what is stored beside them.
        for blob in [[1], [3], [7]] + shelf.record.blobs.dropFirst() + added.suffix(3) {
            #expect(try await shelf.status(blob, by: officer, release.id) == 404)
        }
    }

    @Test("what a re-sealing replaced is erased with its manifests, and what takes its place is not")
    func erasure() async throws {
        let world = try World()
        let shelf = try await shelf(world)
        let (append, added) = try await shelf.append([[1], [2]])
        #expect(try await shelf.say(.append(append)).status == 200)
        let fresh: [[UInt8]] = [[11], [12], [13]]
        var digests = [Digest]()
        for file in fresh { digests.append(try await shelf.put(file, as: .file)) }
        let manifest = try #require(Manifest(of: digests))
        let reseal = Reseal(
            organisation: world.hospital1, record: shelf.record.handle, recipientHash: Digest(hashing: [8]),
            suite: .hybrid, descriptor: try await shelf.put([14], as: .descriptor),
            ownerEnvelope: try await shelf.put([15], as: .ownerEnvelope),
            custodianEnvelope: try await shelf.put([16], as: .custodianEnvelope),
            manifest: try await shelf.put(manifest.encoded(), as: .manifest), root: manifest.root, grants: [],
            delegates: [], additionsHash: Digest(hashing: [9]))
        #expect(try await shelf.say(.reseal(reseal)).status == 200)
        let attest = AttestErasure(organisation: world.hospital1, record: shelf.record.handle)
        #expect(
            try await world.submit(.attestErasure(attest), by: shelf.clinician).answer.status == 200)
        let left = try await world.blobs(of: shelf.record.handle, at: world.hospital1)
        let expected =
            digests.map { BlobName($0, .file) } + [
                BlobName(reseal.manifest, .manifest), BlobName(reseal.descriptor, .descriptor),
                BlobName(reseal.ownerEnvelope, .ownerEnvelope),
                BlobName(reseal.custodianEnvelope, .custodianEnvelope),
            ]
        #expect(left == expected.sorted())
        // A vault that comes back from a backup has it again, and loses it again.
        for (blob, kind) in [([UInt8]([1]), BlobKind.file), ([2], .file), (added[3], .manifest)] {
            _ = try await shelf.put(blob, as: kind)
        }
        #expect(try await world.records.reapplyErasures() == 3)
        #expect(try await world.blobs(of: shelf.record.handle, at: world.hospital1) == expected.sorted())
        // A manifest that is damaged does not tell any more what is kept: nothing is erased, and the start goes on.
        _ = try await shelf.put([1], as: .file)
        try world.damage(BlobName(reseal.manifest, .manifest), of: shelf.record.handle, at: world.hospital1)
        #expect(try await world.records.reapplyErasures() == 0)
        #expect(
            try await world.blobs(of: shelf.record.handle, at: world.hospital1).count == expected.count + 1)
    }

    @Test("manifests are for auditors and the organisation's own members")
    func inspection() async throws {
        let world = try World()
        let shelf = try await shelf(world)
        let auditor = try await world.enrol(world.auditor, .auditor)
        let officer = try await world.enrol(world.insurer, .officer)
        let routes = Routes.Organisation(world.hospital1)
        let path = routes.manifest(
            shelf.record.deposit.manifest.hex, of: shelf.record.handle.hex)
        #expect(try await world.send(.get, path, by: auditor).body == shelf.record.blobs[4])
        #expect(try await world.send(.get, path, by: officer).status == 403)
        // It gives nothing but manifests.
        let file = routes.manifest(Digest(hashing: shelf.record.files).hex, of: shelf.record.handle.hex)
        #expect(try await world.send(.get, file, by: auditor).status == 404)
    }
}
