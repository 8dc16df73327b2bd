import Age
import BrowserCalls
import Contract
import Evidence
import Primitives
import Sealing

/// The call `open_record`: an identity as text, an envelope, the record's handle and the delegate's key that the envelope is
/// for, the record's state, and what its parts are opened from, in order.
enum EnvelopeCall {
    static func input(
        _ identity: [UInt8], envelope: [UInt8], record: RecordHandle, delegate: PublicKey, state: RecordState,
        sealed: [[UInt8]]
    ) -> [UInt8] {
        Packed.pack([identity, envelope, record.bytes, delegate.bytes, state.encoded()] + sealed)
    }

    /// The record key's recipient and what the descriptor says, and whether what is wrapped and sealed afresh opens again;
    /// or the code and the sentence of why not.
    static func answer(_ input: [UInt8]) -> [UInt8] {
        var input = Packed(input)
        guard let text = input.next(), let identity = try? AgeIdentity(secretKey: text),
            let envelope = input.next(), let record = input.next().flatMap({ RecordHandle($0) }),
            let delegate = input.next().flatMap({ PublicKey($0) }),
            let state = input.next().flatMap({ RecordState(bytes: $0) })
        else { return Packed.malformed }
        var sealed = [[UInt8]]()
        while let blob = input.next() { sealed.append(blob) }
        guard sealed.count == state.parts.reduce(0, { $0 + ($1.key == nil ? 1 : 2) }) else {
            return Packed.malformed
        }
        do throws(PartyError) {
            let keys = try Envelope.open(
                envelope, with: identity, expecting: .delegate(record, delegate), of: state.keyHashes)
            var parts = try OpenedParts(keys, of: record, parts: state.parts)
            for blob in sealed { try parts.take(blob) }
            let descriptor = parts.descriptor
            let again = try Envelope.wrap(keys, record: record, for: (delegate, identity.recipient))
            let found = try Envelope.open(
                again, with: identity, expecting: .delegate(record, delegate), of: state.keyHashes)
            return Packed.pack(
                [
                    [0], Array(keys.record.recipient.text.utf8),
                    [found.record.recipient == keys.record.recipient ? 1 : 0],
                    Array(descriptor.patient.utf8), Packed.big(descriptor.depositedAt),
                ]
                    + descriptor.files.flatMap {
                        [
                            Array($0.name.utf8), Array($0.mediaType.utf8), Packed.big(UInt64($0.byteCount)),
                            $0.sha256.bytes, $0.ciphertext.bytes,
                        ]
                    })
        } catch {
            return Packed.pack([[UInt8(error.code.rawValue)], Array(error.message.utf8)])
        }
    }
}
