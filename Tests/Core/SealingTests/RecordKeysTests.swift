import Age
import Contract
import Evidence
import Identity
import Manifests
import Primitives
import Testing

@testable import Sealing

/// What is added has a key of its own: who was granted what there was opens nothing of it, whatever the bytes that are had.
@Suite struct RecordKeysTests {
    /// A record of one file, and what was added to it, each time one file.
    private struct Kept {
        let record = RecordHandle(Random.bytes(32))!
        let keys = RecordKeys.generate(.x25519)
        var state: RecordState
        var blobs: [Digest: [UInt8]] = [:]
        var plaintexts: [[UInt8]] = []
        var files: [Digest] = []
        /// The own keys of what was added.
        var added: [AgeIdentity] = []

        init(additions count: Int) throws {
            let additions = try #require(keys.additions)
            state = RecordState(
                owner: nil, suite: .classical, recipientHash: keys.record.recipient.hash,
                additionsHash: additions.recipient.hash, parts: [])
            try bring(sealedTo: keys.record, key: nil)
            for _ in 0..<count { try add() }
        }

        mutating func add() throws {
            let (own, additions) = (AgeIdentity.generate(.x25519), try #require(keys.additions))
            let envelope = try Envelope.wrap(own, addedTo: record, for: additions.recipient)
            blobs[Digest(hashing: envelope)] = envelope
            added.append(own)
            try bring(
                sealedTo: own,
                key: PartKey(recipientHash: own.recipient.hash, envelope: Digest(hashing: envelope)))
        }

        private mutating func bring(sealedTo key: AgeIdentity, key named: PartKey?) throws {
            let plaintext = Random.bytes(9)
            let file = try Age.seal(plaintext, for: .recipients([key.recipient]))
            let described = Descriptor(
                patient: "P-1", depositedAt: 7,
                files: [
                    .init(
                        name: "\(files.count)", mediaType: "text/plain", byteCount: 9,
                        sha256: Digest(hashing: plaintext), ciphertext: Digest(hashing: file), dicom: nil)
                ])
            let descriptor = try described.sealed(to: key.recipient)
            let manifest = try #require(described.manifest)
            for blob in [file, descriptor] { blobs[Digest(hashing: blob)] = blob }
            plaintexts.append(plaintext)
            files.append(Digest(hashing: file))
            state.parts.append(
                RecordPart(
                    statement: StatementID(Random.bytes(32))!, descriptor: Digest(hashing: descriptor),
                    manifest: Digest(hashing: manifest.encoded()), root: manifest.root, key: named))
        }

        /// The parts, opened with `keys`.
        func opened(_ keys: RecordKeys, parts count: Int) throws -> OpenedParts {
            var parts = try OpenedParts(keys, of: record, parts: Array(state.parts[..<count]))
            while let blob = parts.next { try parts.take(try #require(blobs[blob.digest])) }
            return parts
        }

        func opensFile(_ index: Int, with identity: AgeIdentity) -> Bool {
            (try? Age.open(blobs[files[index]]!, with: .identity(identity))) == plaintexts[index]
        }
    }

    private let grantee = AgeIdentity.generate(.x25519)

    /// What a grant's envelope brings, when it is opened again.
    private func granted(
        _ keys: RecordKeys, _ kept: Kept, _ hashes: RecordKeys.Hashes
    ) throws(PartyError) -> RecordKeys {
        let delegate = SigningKey.generate().key
        let envelope = try Envelope.wrap(keys, record: kept.record, for: (delegate, grantee.recipient))
        return try Envelope.open(
            envelope, with: grantee, expecting: .delegate(kept.record, delegate), of: hashes)
    }

    private func grant(_ kind: GrantKind, _ coverage: Coverage, _ kept: Kept) -> GrantState {
        GrantState(
            record: kept.record, organisation: OrganisationName("insurer")!, grantee: nil, role: .clinician,
            kind: kind, purpose: .treatment, notBefore: 0, notAfter: 9, releasesAllowed: 1, releasesUsed: 0,
            envelope: nil, revoked: false, coverage: coverage, contents: kept.state.contents,
            owner: SigningKey.generate().key)
    }

    @Test func aGrantOfWhatThereWasOpensNothingThatComesLater() throws {
        var kept = try Kept(additions: 2)
        let whole = try kept.opened(kept.keys, parts: 3)
        #expect(whole.descriptor.files.map(\.ciphertext) == kept.files)
        let present = grant(.read, .present, kept)
        let held = try granted(
            whole.keys(granting: .read, .present), kept, present.keyHashes(of: kept.state))
        let before = try kept.opened(held, parts: 3)
        for (index, file) in before.descriptor.files.enumerated() {
            #expect(kept.opensFile(index, with: before.key(of: file)))
        }
        try kept.add()
        // All bytes of the vault do not help: not one of its keys opens the file, its descriptor or its key.
        let part = try #require(kept.state.parts.last)
        for key in held.identities {
            #expect(!kept.opensFile(3, with: key))
            for digest in [part.descriptor, try #require(part.key).envelope] {
                #expect(throws: AgeError.self) {
                    try Age.open(try #require(kept.blobs[digest]), with: .identity(key))
                }
            }
        }
        // What was there goes on opening, also where the ledger covers what came while the grant was under way.
        #expect(try kept.opened(held, parts: 4).descriptor.files == before.descriptor.files)
        // The ledger still means the keys of what there was.
        _ = try granted(whole.keys(granting: .read, .present), kept, present.keyHashes(of: kept.state))
    }

    @Test("what is added opens without a word for who holds the key for additions")
    func growing() throws {
        for (kind, coverage) in [(GrantKind.read, Coverage.growing), (.transfer, .present)] {
            var kept = try Kept(additions: 0)
            let given = grant(kind, coverage, kept)
            let whole = try kept.opened(kept.keys, parts: 1)
            let held = try granted(
                whole.keys(granting: kind, coverage), kept, given.keyHashes(of: kept.state))
            try kept.add()
            try kept.add()
            let opened = try kept.opened(held, parts: 3)
            for (index, file) in opened.descriptor.files.enumerated() {
                #expect(kept.opensFile(index, with: opened.key(of: file)))
            }
            #expect(
                opened.sealed.map(\.blob.kind) == [
                    .descriptor, .additionEnvelope, .descriptor, .additionEnvelope, .descriptor,
                ])
        }
    }

    @Test("an addition that came while a grant was under way is missing in it, and says so")
    func meanwhile() throws {
        var kept = try Kept(additions: 1)
        let before = try kept.opened(kept.keys, parts: 2).keys(granting: .read, .present)
        try kept.add()
        let held = try granted(before, kept, grant(.read, .present, kept).keyHashes(of: kept.state))
        let opened = try kept.opened(held, parts: 3)
        #expect(opened.parts.count == 2 && opened.leftOut == 1)
        #expect(try kept.opened(before, parts: 2).leftOut == 0)
    }

    @Test("an envelope has the keys that the ledger names, each in its place")
    func otherKeys() throws {
        let kept = try Kept(additions: 2)
        let (key, additions) = (kept.keys.record, try #require(kept.keys.additions))
        let whole = kept.state.keyHashes
        let present = grant(.read, .present, kept).keyHashes(of: kept.state)
        func holds(_ keys: RecordKeys, _ hashes: RecordKeys.Hashes) -> Bool {
            (try? granted(keys, kept, hashes)) != nil
        }
        #expect(holds(kept.keys, whole) && !holds(kept.keys, present))
        #expect(!holds(RecordKeys(present: key), whole))
        #expect(!holds(RecordKeys(additions, additions: key), whole))
        #expect(!holds(RecordKeys(key, additions: .generate(.x25519)), whole))
        #expect(holds(RecordKeys(present: key, added: kept.added), present))
        #expect(!holds(RecordKeys(present: key, added: kept.added.reversed()), present))
        #expect(!holds(RecordKeys(present: key, added: [kept.added[1]]), present))
        #expect(!holds(RecordKeys(present: key, added: kept.added + [additions]), present))
        #expect(!holds(RecordKeys(present: kept.added[0]), present))
        // Keys of two kinds are never in one envelope.
        let hybrid = AgeIdentity.generate(.hybrid)
        #expect(
            !holds(
                RecordKeys(key, additions: hybrid),
                .whole(record: key.recipient.hash, additions: hybrid.recipient.hash)))
        // Nor does a record have parts of which another's envelope brings the key.
        let other = try Kept(additions: 1)
        var parts = try OpenedParts(kept.keys, of: kept.record, parts: [other.state.parts[1]])
        #expect(throws: PartyError.self) {
            let next = try #require(parts.next)
            try parts.take(try #require(other.blobs[next.digest]))
        }
    }
}
