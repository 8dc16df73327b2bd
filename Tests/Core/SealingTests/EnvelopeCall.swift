import Age
import BrowserCalls
import Contract
import Evidence
import Primitives
import Sealing

/// The call `open_record`: an identity as text, an envelope, the record's handle and the delegate's key that the envelope is
/// for, the record's state, and its descriptor.
enum EnvelopeCall {
    static func input(
        _ identity: [UInt8], envelope: [UInt8], record: RecordHandle, delegate: PublicKey, state: RecordState,
        descriptor: [UInt8]
    ) -> [UInt8] {
        Packed.pack([identity, envelope, record.bytes, delegate.bytes, state.encoded(), descriptor])
    }

    /// The record key's recipient and what the descriptor says, and whether what is wrapped and sealed afresh opens again;
    /// or the code and the sentence of why not.
    static func answer(_ input: [UInt8]) -> [UInt8] {
        var input = Packed(input)
        guard let text = input.next(), let identity = try? AgeIdentity(secretKey: text),
            let envelope = input.next(), let record = input.next().flatMap({ RecordHandle($0) }),
            let delegate = input.next().flatMap({ PublicKey($0) }),
            let state = input.next().flatMap({ RecordState(bytes: $0) }), let sealed = input.next()
        else { return Packed.malformed }
        do throws(PartyError) {
            let key = try Envelope.open(
                envelope, with: identity, expecting: .delegate(record, delegate),
                recipientHash: state.recipientHash)
            let descriptor = try Descriptor(opening: sealed, of: state.parts[0], with: key)
            let again = try Envelope.wrap(key, record: record, for: (delegate, identity.recipient))
            let found = try Envelope.open(
                again, with: identity, expecting: .delegate(record, delegate),
                recipientHash: state.recipientHash)
            return Packed.pack(
                [
                    [0], Array(key.recipient.text.utf8), [found.recipient == key.recipient ? 1 : 0],
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
