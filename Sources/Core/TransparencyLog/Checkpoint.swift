import Primitives

/// A log's statement about itself: which log, how many entries, which root (c2sp.org/tlog-checkpoint).
///
/// Extension lines, which the specification advises against and no auditor can check, are refused.
public struct Checkpoint: Sendable, Hashable {
    /// The log's name, as in its `VerifierKey`: printable ASCII without space and plus, not empty.
    public let origin: String
    public let head: TreeHead

    /// Throws `malformedName` when `origin` is empty or has other characters.
    public init(origin: String, head: TreeHead) throws(NoteError) {
        guard VerifierKey.isName([UInt8](origin.utf8)) else { throw .malformedName }
        self.origin = origin
        self.head = head
    }

    /// Reads a checkpoint's body, three lines. Throws `malformedCheckpoint`; what it accepts encodes to the
    /// same bytes.
    public init(decoding text: [UInt8]) throws(NoteError) {
        var lines = Lines(text)
        guard let origin = lines.next(), VerifierKey.isName([UInt8](origin)),
            let size = lines.next().flatMap({ UInt64(decimal: $0) }), size <= TreeHead.sizeMax,
            let root = lines.next().flatMap({ Base64.decode($0) }), root.count == Merkle.hashBytes,
            lines.rest.isEmpty
        else { throw .malformedCheckpoint }
        // The root over no entries is known.
        guard size > 0 || root == Merkle.emptyRoot else { throw .malformedCheckpoint }
        self.origin = String(decoding: origin, as: UTF8.self)
        self.head = TreeHead(size: size, root: root)
    }

    /// The body: origin, size in decimal, root in base64, each line ended by a newline.
    public var encoded: [UInt8] {
        [UInt8](origin.utf8) + [Lines.newline] + head.size.decimal + [Lines.newline]
            + Base64.encode(head.root) + [Lines.newline]
    }
}
