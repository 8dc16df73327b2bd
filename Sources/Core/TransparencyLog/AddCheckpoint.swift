import Primitives

/// What a log asks a witness: to cosign a checkpoint that goes on from the one it cosigned last
/// (c2sp.org/tlog-witness, "add-checkpoint"). Nothing in it may be believed before it is verified.
public struct AddCheckpoint: Sendable, Hashable {
    /// Larger requests are refused unread.
    public static let bytesMax = SignedNote.bytesMax + 4_096
    /// Proofs have no more hashes, says the specification.
    public static let hashesMax = 63

    /// The size of the checkpoint that the witness cosigned last, as the log believes; 0 for none.
    public let oldSize: UInt64
    public let consistency: ConsistencyProof
    public let note: SignedNote

    public init(oldSize: UInt64, consistency: ConsistencyProof, note: SignedNote) {
        self.oldSize = oldSize
        self.consistency = consistency
        self.note = note
    }

    /// Reads a request's body. Throws `malformedProof`, or `malformedNote` for its checkpoint; what it accepts
    /// encodes to the same bytes.
    public init(decoding body: [UInt8]) throws(NoteError) {
        guard body.count <= Self.bytesMax else { throw .malformedProof }
        var lines = Lines(body)
        guard let oldSize = lines.next(after: "old ").flatMap({ UInt64(decimal: $0) }),
            oldSize <= TreeHead.sizeMax
        else { throw .malformedProof }
        var hashes: [[UInt8]] = []
        while true {
            guard let line = lines.next() else { throw .malformedProof }
            if line.isEmpty { break }
            guard hashes.count < Self.hashesMax, let hash = Base64.decode(line),
                hash.count == Merkle.hashBytes
            else { throw .malformedProof }
            hashes.append(hash)
        }
        self.init(
            oldSize: oldSize, consistency: ConsistencyProof(hashes: hashes),
            note: try SignedNote(decoding: [UInt8](lines.rest)))
    }

    /// The request's body.
    public var encoded: [UInt8] {
        var body = StaticString("old ").bytes + oldSize.decimal + [Lines.newline]
        for hash in consistency.hashes { body += Base64.encode(hash) + [Lines.newline] }
        return body + [Lines.newline] + note.encoded
    }
}
