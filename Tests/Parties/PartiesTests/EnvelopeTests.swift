import Age
import Contract
import Identity
import Primitives
import Sealing
import Testing

/// T11: an envelope opens for its own record, grant, grantee and time, and for no other.
struct EnvelopeTests {
    struct Sealed {
        let binding: Envelope.Binding
        let bytes: [UInt8]
        let reader: AgeIdentity
        let recordKey: AgeIdentity
    }

    @Test func onlyTheRightOnesOpen() async throws {
        let world = try await World.shared.value
        let records = (0..<2).map { _ in
            (handle: RecordHandle(Random.bytes(32))!, key: AgeIdentity.generate(.x25519))
        }
        let grantees = [try Candidate(world), try Candidate(world, name: "Other Officer")]
        let nonces = [Random.bytes(16), Random.bytes(16)]
        var envelopes = [Sealed]()
        for record in records {
            for nonce in nonces {
                for grantee in grantees {
                    let member = try grantee.verified()
                    let bytes = try Envelope.wrap(
                        RecordKeys(present: record.key), record: record.handle, nonce: nonce, notAfter: 1_000,
                        for: member)
                    let binding = Envelope.Binding.grant(
                        record.handle, nonce: nonce, grantee: member.key, notAfter: 1_000)
                    envelopes.append(
                        Sealed(
                            binding: binding, bytes: bytes, reader: grantee.identity, recordKey: record.key))
                }
            }
        }
        #expect(envelopes.count == 8)
        var opened = 0
        for (index, envelope) in envelopes.enumerated() {
            for (other, expected) in envelopes.enumerated() {
                for reader in grantees.map(\.identity) {
                    let key = try? Envelope.open(
                        envelope.bytes, with: reader, expecting: expected.binding,
                        of: .present(record: expected.recordKey.recipient.hash, added: []))
                    let isRight = index == other && reader.recipient == envelope.reader.recipient
                    #expect((key != nil) == isRight)
                    if key != nil { opened += 1 }
                }
            }
        }
        #expect(opened == 8)
    }

    @Test func everyFieldCounts() async throws {
        let world = try await World.shared.value
        let grantee = try Candidate(world)
        let recordKey = AgeIdentity.generate(.hybrid)
        let hash = recordKey.recipient.hash
        let record = RecordHandle(Random.bytes(32))!
        let nonce = Random.bytes(16)
        let key = grantee.key.key
        let bytes = try Envelope.wrap(
            RecordKeys(present: recordKey), record: record, nonce: nonce, notAfter: 5,
            for: try grantee.verified())
        func opens(_ binding: Envelope.Binding, hash: Digest = hash) -> Bool {
            (try? Envelope.open(
                bytes, with: grantee.identity, expecting: binding, of: .present(record: hash, added: [])))
                != nil
        }
        #expect(opens(.grant(record, nonce: nonce, grantee: key, notAfter: 5)))
        #expect(!opens(.grant(RecordHandle(Random.bytes(32))!, nonce: nonce, grantee: key, notAfter: 5)))
        #expect(!opens(.grant(record, nonce: Random.bytes(16), grantee: key, notAfter: 5)))
        #expect(!opens(.grant(record, nonce: nonce, grantee: SigningKey.generate().key, notAfter: 5)))
        #expect(!opens(.grant(record, nonce: nonce, grantee: key, notAfter: 6)))
        #expect(!opens(.owner(record)))
        #expect(!opens(.custodian(record)))
        let other = AgeIdentity.generate(.hybrid).recipient.hash
        #expect(!opens(.grant(record, nonce: nonce, grantee: key, notAfter: 5), hash: other))
    }

    @Test func aSecondKeyOrCommentIsRefused() throws {
        let reader = AgeIdentity.generate(.x25519)
        let recordKey = AgeIdentity.generate(.x25519)
        let record = RecordHandle(Random.bytes(32))!
        let binding = Envelope.Binding.owner(record)
        func opens(_ file: IdentityFile) throws -> Bool {
            let bytes = try seal(file.serialized(), for: .recipients([reader.recipient]))
            return
                (try? Envelope.open(
                    bytes, with: reader, expecting: binding,
                    of: .present(record: recordKey.recipient.hash, added: []))) != nil
        }
        let comments = binding.comments
        #expect(try opens(IdentityFile(comments: comments, identities: [recordKey])))
        #expect(try !opens(IdentityFile(comments: comments, identities: [recordKey, .generate(.x25519)])))
        #expect(try !opens(IdentityFile(comments: comments + ["grant: any"], identities: [recordKey])))
        #expect(try !opens(IdentityFile(comments: comments.reversed(), identities: [recordKey])))
        #expect(try !opens(IdentityFile(comments: [], identities: [recordKey])))
    }
}
