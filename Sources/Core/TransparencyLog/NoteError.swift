/// Why a note, checkpoint, key or proof file is refused.
public enum NoteError: Error, Equatable {
    /// Not a signed note: not UTF-8, control characters, no signature lines, a malformed line, or too large.
    case malformedNote
    /// The note's text is not the one canonical spelling of a checkpoint body.
    case malformedCheckpoint
    /// Not the one canonical spelling of a verifier key, a key ID that is not the key's, or a key that no one
    /// may use.
    case malformedKey
    /// Not the one canonical spelling of a proof file.
    case malformedProof
    /// A name or an origin with characters outside printable ASCII, or none at all.
    case malformedName
    /// Two signature lines of one known key.
    case duplicateSignature
    /// One public key was configured twice: it could count as two signers.
    case keyInTwoRoles
    /// A key was used for a signature of another kind than its own.
    case wrongKind
    /// A known key's signature does not verify: the whole note is refused.
    case badSignature
    /// No signature of the key that had to sign.
    case unsigned
    /// The checkpoint is of another log than the key's.
    case wrongOrigin
    /// The entry is not at that position of the checkpointed tree.
    case notIncluded
}
