/// A checkpoint whose log signature was verified, with the cosignatures that its reader knows and checked.
///
/// There is no other way to make one than `init(opening:log:cosigners:)`.
public struct VerifiedCheckpoint: Sendable, Hashable {
    public let checkpoint: Checkpoint
    /// Of the configured cosigners those that signed, each once, in the order of configuration.
    public let cosignatures: [VerifiedSignature]
    /// The note as received, to be stored or passed on: unknown signature lines included.
    public let note: SignedNote

    /// Opens a checkpoint note under the pinned key of the log, whose name is the only origin accepted.
    ///
    /// How many cosignatures are enough, and how old, is the caller's policy. Lines of unknown keys are
    /// ignored. Throws `unsigned` without the log's signature, `badSignature` when the log's or any
    /// configured cosigner's signature does not verify, `wrongOrigin`, `malformedNote`,
    /// `malformedCheckpoint`; `wrongKind` and `keyInTwoRoles` when the configured keys themselves are unfit.
    public init(opening note: [UInt8], log: VerifierKey, cosigners: [VerifierKey] = []) throws(NoteError) {
        try self.init(opening: SignedNote(decoding: note), log: log, cosigners: cosigners)
    }

    /// The same for a note already read.
    public init(opening note: SignedNote, log: VerifierKey, cosigners: [VerifierKey] = []) throws(NoteError) {
        guard log.kind == .note, cosigners.allSatisfy({ $0.kind == .cosignature }) else { throw .wrongKind }
        let publicKeys = Set([log.publicKey] + cosigners.map { $0.publicKey })
        guard publicKeys.count == cosigners.count + 1 else { throw .keyInTwoRoles }

        guard try note.verifiedSignature(of: log) != nil else { throw .unsigned }
        var cosignatures: [VerifiedSignature] = []
        for cosigner in cosigners {
            if let verified = try note.verifiedSignature(of: cosigner) { cosignatures.append(verified) }
        }
        let checkpoint = try Checkpoint(decoding: note.text)
        guard checkpoint.origin == log.name else { throw .wrongOrigin }
        self.checkpoint = checkpoint
        self.cosignatures = cosignatures
        self.note = note
    }

    private init(_ checkpoint: Checkpoint, _ cosignatures: [VerifiedSignature], _ note: SignedNote) {
        self.checkpoint = checkpoint
        self.cosignatures = cosignatures
        self.note = note
    }

    /// This checkpoint with the cosignatures of `other` too, opened under the same keys; where a key is in
    /// both, the later one. Nil when it is about another tree.
    public func merged(with other: VerifiedCheckpoint) -> VerifiedCheckpoint? {
        guard note.text == other.note.text else { return nil }
        var cosignatures = cosignatures
        var lines = note.signatures
        for newer in other.cosignatures {
            guard let line = other.note.signatures.first(where: { $0.isOf(newer.key) }) else { continue }
            if let index = cosignatures.firstIndex(where: { $0.key == newer.key }) {
                guard (newer.time ?? 0) > (cosignatures[index].time ?? 0) else { continue }
                cosignatures[index] = newer
                lines = lines.map { $0.isOf(newer.key) ? line : $0 }
            } else if lines.count < SignedNote.signaturesMax {
                cosignatures.append(newer)
                lines.append(line)
            }
        }
        return VerifiedCheckpoint(checkpoint, cosignatures, SignedNote(text: note.text, signatures: lines))
    }
}
