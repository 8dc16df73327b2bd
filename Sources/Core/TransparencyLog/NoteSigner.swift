public import Primitives

/// A private key together with the name and the kind under which it signs notes.
public struct NoteSigner: Sendable {
    /// What others need to check the signatures.
    public let verifierKey: VerifierKey
    private let key: SigningKey

    /// Throws `malformedName`. One key must not sign under two names or kinds: an Ed25519 cosignature does
    /// not name its signer.
    public init(name: String, kind: VerifierKey.Kind, key: SigningKey) throws(NoteError) {
        verifierKey = try VerifierKey(name: name, kind: kind, publicKey: key.publicKey)
        self.key = key
    }

    /// A log's signature over its own checkpoint. The log must have made the entries durable before.
    ///
    /// Throws `wrongKind` unless this is a `note` key, `wrongOrigin` unless the key's name is the
    /// checkpoint's origin.
    public func sign(_ checkpoint: Checkpoint) throws(NoteError) -> SignedNote {
        guard verifierKey.kind == .note else { throw .wrongKind }
        guard verifierKey.name == checkpoint.origin else { throw .wrongOrigin }
        let text = checkpoint.encoded
        return SignedNote(text: text, signatures: [signature(key.sign(text))])
    }

    /// A cosignature for a checkpoint whose log signature was verified, to be added to its note
    /// (c2sp.org/tlog-cosignature). `time` is in seconds since 1970.
    ///
    /// The cosigner must have persisted the checkpoint as the newest consistent one before: this only signs.
    /// Throws `wrongKind` unless this is a `cosignature` key.
    public func cosign(_ checkpoint: VerifiedCheckpoint, time: UInt64) throws(NoteError)
        -> SignedNote.Signature
    {
        guard verifierKey.kind == .cosignature else { throw .wrongKind }
        precondition(time <= UInt64(Int64.max), "a cosignature's time is below 2^63")
        let message = VerifiedSignature.cosigned(checkpoint.note.text, at: time)
        return signature(time.bigEndianBytes + key.sign(message))
    }

    private func signature(_ bytes: [UInt8]) -> SignedNote.Signature {
        SignedNote.Signature(name: [UInt8](verifierKey.name.utf8), keyID: verifierKey.keyID, bytes: bytes)
    }
}
