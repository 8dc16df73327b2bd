public import Contract
public import TransparencyLog

/// What a record consists of: the digest of each of its ciphertext files, as a text whose lines `sha256sum` writes
/// (docs/format.md, "Manifest").
///
/// The digests rise, so that a set of files has one manifest, none can be in it twice, and one is found in it
/// without reading the others. The ledger holds the Merkle root over them.
public struct Manifest: Hashable, Sendable {
    /// Why bytes are no manifest. `line` counts from 1.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        public let line: Int
        public let reason: String

        public var description: String { "line \(line) of the manifest: \(reason)" }
    }

    /// `<64 hex digits>  <the same>\n`: the name of a file in its record's folder is its digest.
    public static let lineBytes = 64 + 2 + 64 + 1
    /// A study has 20,000 instances; this leaves room.
    public static let filesMax = 50_000
    public static let bytesMax = filesMax * lineBytes

    /// In rising order, one at least.
    public let files: [Digest]

    /// The manifest of these files, in whatever order they come. Nil for none, for more than `filesMax`, and where
    /// one is there twice.
    public init?(of files: some Sequence<Digest>) {
        let sorted = files.sorted()
        guard (1...Self.filesMax).contains(sorted.count),
            zip(sorted, sorted.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.files = sorted
    }

    /// Reads a manifest. Throws for everything but the one spelling of it.
    public init(decoding bytes: [UInt8]) throws(Malformed) {
        var reader = ManifestReader()
        let files = try reader.take(bytes)
        _ = try reader.finish()
        self.files = files
    }

    /// The text.
    public func encoded() -> [UInt8] {
        var text = [UInt8]()
        text.reserveCapacity(files.count * Self.lineBytes)
        for file in files {
            let digits = Array(file.hex.utf8)
            text += digits
            text += Self.separator
            text += digits
            text.append(Self.newline)
        }
        return text
    }

    /// The Merkle tree hash (RFC 6962, section 2.1) whose leaves are the digests' 32 bytes, in their order.
    public var root: Digest { tree.head.digest }

    /// Where the file stands and the way from it to the root; nil where the manifest has it not.
    public func inclusion(of file: Digest) -> (index: Int, proof: InclusionProof)? {
        guard let index = index(of: file),
            let proof = try? tree.inclusion(of: UInt64(index))
        else { return nil }
        return (index, proof)
    }

    public func contains(_ file: Digest) -> Bool { index(of: file) != nil }

    private func index(of file: Digest) -> Int? {
        var (low, high) = (0, files.count)
        while low < high {
            let middle = (low + high) / 2
            if files[middle] < file { low = middle + 1 } else { high = middle }
        }
        return low < files.count && files[low] == file ? low : nil
    }

    private var tree: WholeTree { WholeTree(of: files.map { Merkle.leafHash($0.bytes) }) }

    // MARK: Lines

    static let separator: [UInt8] = [0x20, 0x20]
    static let newline: UInt8 = 0x0a

    /// The digest of one line; nil unless it is written as it must be.
    static func digest(ofLine line: ArraySlice<UInt8>) -> Digest? {
        guard line.count == lineBytes, line.last == newline else { return nil }
        let digits = line.prefix(64)
        let name = line.dropFirst(66).prefix(64)
        guard line.dropFirst(64).prefix(2).elementsEqual(separator), digits.elementsEqual(name),
            let bytes = decodeLowercaseHex(Array(digits))
        else { return nil }
        return Digest(bytes)
    }
}

extension TreeHead {
    var digest: Digest {
        guard let root = Digest(root) else { preconditionFailure("a root has 32 bytes") }
        return root
    }
}
