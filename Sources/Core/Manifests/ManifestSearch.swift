public import Contract

/// The search for one file in a manifest that lies elsewhere: which bytes to read next, and what to make of them. It
/// reads a few lines of the text, however long that is.
///
/// What it reads it takes for a manifest's: it is for those who have seen the whole of it before.
public struct ManifestSearch: Sendable {
    public enum Step: Equatable, Sendable {
        /// These bytes of the text are to be taken.
        case read(Range<Int>)
        /// Whether the manifest has the file.
        case found(Bool)
    }

    /// Lines that are read at once, when there are no more between which the file can be.
    private static let pageLines = 256

    private let file: Digest
    /// The file's line is one of these, if there is one.
    private var lines: Range<Int>
    private var answer: Bool?

    /// Nil where no manifest has so many bytes.
    public init?(for file: Digest, inManifestOf byteCount: Int) {
        guard byteCount > 0, byteCount % Manifest.lineBytes == 0, byteCount <= Manifest.bytesMax else {
            return nil
        }
        self.file = file
        lines = 0..<byteCount / Manifest.lineBytes
    }

    public var next: Step {
        if let answer { return .found(answer) }
        let wanted = lines.count <= Self.pageLines ? lines : middle..<middle + 1
        return .read(wanted.lowerBound * Manifest.lineBytes..<wanted.upperBound * Manifest.lineBytes)
    }

    /// Takes the bytes that `next` asked for. Throws where they are no lines.
    public mutating func take(_ bytes: [UInt8]) throws(Manifest.Malformed) {
        guard answer == nil else { preconditionFailure("the search is over") }
        if lines.count <= Self.pageLines {
            answer = try digests(in: bytes, count: lines.count, from: lines.lowerBound).contains(file)
            return
        }
        let digest = try digests(in: bytes, count: 1, from: middle)[0]
        if digest == file {
            answer = true
        } else {
            lines = digest < file ? middle + 1..<lines.upperBound : lines.lowerBound..<middle
        }
    }

    private var middle: Int { lines.lowerBound + lines.count / 2 }

    private func digests(
        in bytes: [UInt8], count: Int, from first: Int
    ) throws(Manifest.Malformed) -> [Digest] {
        var digests = [Digest]()
        for line in 0..<count {
            let start = line * Manifest.lineBytes
            guard start + Manifest.lineBytes <= bytes.count,
                let digest = Manifest.digest(ofLine: bytes[start..<start + Manifest.lineBytes])
            else { throw Manifest.Malformed(line: first + line + 1, reason: "it is not what was stored") }
            digests.append(digest)
        }
        return digests
    }
}
