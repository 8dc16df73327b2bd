import Age
import BrowserCalls
import Contract
import Identity
import Manifests
import Primitives
import Sealing
import Testing

/// Envelopes and descriptors natively, recorded for the browser's core.
struct EnvelopeCallTests {
    @Test func recordsAreOpenedAndRecorded() throws {
        var recording = Recording(of: "open_record")
        for kind in AgeKeyKind.allCases {
            let (keys, identity) = (RecordKeys.generate(kind), AgeIdentity.generate(kind))
            let (key, additions, own) = (
                keys.record, try #require(keys.additions), AgeIdentity.generate(kind)
            )
            let record = try #require(RecordHandle(Random.bytes(32)))
            let delegate = SigningKey.generate().key
            let files = [Digest(hashing: [1]), Digest(hashing: [2])]
            let described = Descriptor(
                patient: "Ångström, \"A\"\n", depositedAt: 7,
                files: files.map {
                    .init(
                        name: "a/b", mediaType: "image/png", byteCount: 1 << 40, sha256: Digest(hashing: []),
                        ciphertext: $0, dicom: nil)
                })
            let descriptor = try described.sealed(to: key.recipient)
            let manifest = try #require(described.manifest)
            let more = Descriptor(
                patient: "more", depositedAt: 8,
                files: [
                    .init(
                        name: "c", mediaType: "image/png", byteCount: 3, sha256: Digest(hashing: []),
                        ciphertext: Digest(hashing: [3]), dicom: nil)
                ])
            let added = try more.sealed(to: own.recipient)
            let wrapped = try Envelope.wrap(own, addedTo: record, for: additions.recipient)
            let listed = try #require(more.manifest)
            let state = RecordState(
                owner: SigningKey.generate().key, suite: kind.suite, recipientHash: key.recipient.hash,
                additionsHash: additions.recipient.hash,
                parts: [
                    RecordPart(
                        statement: StatementID([UInt8](repeating: 5, count: 32))!,
                        descriptor: Digest(hashing: descriptor),
                        manifest: Digest(hashing: manifest.encoded()), root: manifest.root),
                    RecordPart(
                        statement: StatementID([UInt8](repeating: 6, count: 32))!,
                        descriptor: Digest(hashing: added), manifest: Digest(hashing: listed.encoded()),
                        root: listed.root,
                        key: PartKey(
                            recipientHash: own.recipient.hash, envelope: Digest(hashing: wrapped))),
                ])
            let envelope = try Envelope.wrap(keys, record: record, for: (delegate, identity.recipient))
            func open(_ identity: AgeIdentity, _ envelope: [UInt8], _ descriptor: [UInt8]) -> [[UInt8]]? {
                let input = EnvelopeCall.input(
                    identity.withText { $0 }, envelope: envelope, record: record, delegate: delegate,
                    state: state, sealed: [descriptor, wrapped, added])
                let answer = EnvelopeCall.answer(input)
                recording.add(input, answer: answer)
                return Packed.unpack(answer)
            }
            let opened = try #require(open(identity, envelope, descriptor))
            #expect(opened[0] == [0] && opened[1] == Array(key.recipient.text.utf8) && opened[2] == [1])
            #expect(opened[3] == Array("Ångström, \"A\"\n".utf8) && opened.count == 20)
            #expect(open(key, envelope, descriptor)?[0] == [4])
            for position in stride(from: 0, to: envelope.count, by: 23) {
                var altered = envelope
                altered[position] ^= 1
                #expect(open(identity, altered, descriptor)?[0] == [4], "byte \(position)")
            }
            for position in stride(from: 0, to: descriptor.count, by: 41) {
                var altered = descriptor
                altered[position] ^= 1
                #expect(open(identity, envelope, altered)?[0] == [4], "byte \(position)")
            }
        }
        #expect(recording.count > 100)
        try recording.save()
    }
}
