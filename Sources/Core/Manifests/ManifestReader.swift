public import Contract
import TransparencyLog

/// Reads a manifest as its bytes come, and keeps no more of it than the hashes that its root is made of: the one
/// decoder.
public struct ManifestReader: Sendable {
    private var pending: [UInt8] = []
    private var last: Digest?
    private var tree = MerkleTree()
    /// How many lines were read.
    public private(set) var fileCount = 0

    public init() {}

    /// Takes a piece of the text, as long or short as it comes, and gives the files whose lines it completes.
    public mutating func take(_ piece: some Collection<UInt8>) throws(Manifest.Malformed) -> [Digest] {
        pending += piece
        var files = [Digest]()
        files.reserveCapacity(pending.count / Manifest.lineBytes)
        var rest = pending[...]
        while rest.count >= Manifest.lineBytes {
            files.append(try file(rest.prefix(Manifest.lineBytes)))
            rest = rest.dropFirst(Manifest.lineBytes)
        }
        pending = Array(rest)
        return files
    }

    /// The root of the files, once all of the text was taken.
    public func finish() throws(Manifest.Malformed) -> Digest {
        guard pending.isEmpty else { throw malformed("it ends within a line") }
        guard fileCount > 0 else { throw malformed("a manifest has one file at least") }
        return tree.head.digest
    }

    private mutating func file(_ line: ArraySlice<UInt8>) throws(Manifest.Malformed) -> Digest {
        guard fileCount < Manifest.filesMax else {
            throw malformed("a manifest has \(Manifest.filesMax) files at most")
        }
        guard let file = Manifest.digest(ofLine: line) else {
            throw malformed("not a SHA-256 in lowercase hexadecimal, two spaces, and the same again")
        }
        guard last.map({ $0 < file }) ?? true else { throw malformed("the digests do not rise") }
        last = file
        fileCount += 1
        _ = tree.append([Merkle.leafHash(file.bytes)])
        return file
    }

    private func malformed(_ reason: String) -> Manifest.Malformed {
        Manifest.Malformed(line: fileCount + 1, reason: reason)
    }
}
