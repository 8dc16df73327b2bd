import Primitives

/// A self-contained proof that an entry is in a log: position, inclusion proof and signed checkpoint in one
/// text (c2sp.org/tlog-proof). Nothing in it may be believed before `verify`.
public struct ProofFile: Sendable, Hashable {
    /// Larger files are refused unread.
    public static let bytesMax = SignedNote.bytesMax + (1 << 20)

    private static let header: StaticString = "c2sp.org/tlog-proof@v1"

    /// Position of the entry in the log, from zero.
    public let index: UInt64
    public let inclusion: InclusionProof
    public let note: SignedNote
    /// Opaque bytes for the application, not authenticated by anything; never empty.
    public let extra: [UInt8]?

    /// A proof for entry `index` of the tree that `checkpoint` is about. An empty `extra` is none.
    public init(index: UInt64, inclusion: InclusionProof, checkpoint: SignedNote, extra: [UInt8]? = nil) {
        self.index = index
        self.inclusion = inclusion
        self.note = checkpoint
        self.extra = extra.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads a proof file. Throws `malformedProof`, or `malformedNote` for its checkpoint; what it accepts
    /// encodes to the same bytes.
    public init(decoding file: [UInt8]) throws(NoteError) {
        guard file.count <= Self.bytesMax else { throw .malformedProof }
        var lines = Lines(file)
        guard lines.next(after: Self.header)?.isEmpty == true else { throw .malformedProof }
        var extra: [UInt8]?
        if let line = lines.next(after: "extra ") {
            guard let bytes = Base64.decode(line), !bytes.isEmpty else { throw .malformedProof }
            extra = bytes
        }
        guard let index = lines.next(after: "index ").flatMap({ UInt64(decimal: $0) }),
            index < TreeHead.sizeMax
        else { throw .malformedProof }
        var hashes: [[UInt8]] = []
        while true {
            guard let line = lines.next() else { throw .malformedProof }
            if line.isEmpty { break }
            guard hashes.count < 63, let hash = Base64.decode(line), hash.count == Merkle.hashBytes else {
                throw .malformedProof
            }
            hashes.append(hash)
        }
        self.init(
            index: index, inclusion: InclusionProof(hashes: hashes),
            checkpoint: try SignedNote(decoding: [UInt8](lines.rest)), extra: extra)
    }

    /// The file's bytes.
    public var encoded: [UInt8] {
        var file = Self.header.bytes + [Lines.newline]
        if let extra { file += StaticString("extra ").bytes + Base64.encode(extra) + [Lines.newline] }
        file += StaticString("index ").bytes + index.decimal + [Lines.newline]
        for hash in inclusion.hashes { file += Base64.encode(hash) + [Lines.newline] }
        return file + [Lines.newline] + note.encoded
    }

    /// The checkpoint, opened under the keys its reader was configured with, once it is sure that the entry
    /// with `leafHash` stands at `index` of its tree ("Verifying a tlog proof").
    ///
    /// Whether the cosignatures suffice is the caller's policy. Throws what `VerifiedCheckpoint` throws, and
    /// `notIncluded`.
    public func verify(
        leafHash: [UInt8], log: VerifierKey, cosigners: [VerifierKey] = []
    ) throws(NoteError) -> VerifiedCheckpoint {
        let verified = try VerifiedCheckpoint(opening: note, log: log, cosigners: cosigners)
        let head = verified.checkpoint.head
        guard inclusion.verify(leafHash: leafHash, index: index, size: head.size, root: head.root) else {
            throw .notIncluded
        }
        return verified
    }
}
