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
            let (key, identity) = (AgeIdentity.generate(kind), AgeIdentity.generate(kind))
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
            let state = RecordState(
                owner: SigningKey.generate().key, suite: kind.suite, recipientHash: key.recipient.hash,
                parts: [
                    RecordPart(
                        statement: StatementID([UInt8](repeating: 5, count: 32))!,
                        descriptor: Digest(hashing: descriptor),
                        manifest: Digest(hashing: manifest.encoded()), root: manifest.root)
                ])
            let envelope = try Envelope.wrap(key, record: record, for: (delegate, identity.recipient))
            func open(_ identity: AgeIdentity, _ envelope: [UInt8], _ descriptor: [UInt8]) -> [[UInt8]]? {
                let input = EnvelopeCall.input(
                    identity.withText { $0 }, envelope: envelope, record: record, delegate: delegate,
                    state: state, descriptor: descriptor)
                let answer = EnvelopeCall.answer(input)
                recording.add(input, answer: answer)
                return Packed.unpack(answer)
            }
            let opened = try #require(open(identity, envelope, descriptor))
            #expect(opened[0] == [0] && opened[1] == Array(key.recipient.text.utf8) && opened[2] == [1])
            #expect(opened[3] == Array("Ångström, \"A\"\n".utf8) && opened.count == 15)
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
