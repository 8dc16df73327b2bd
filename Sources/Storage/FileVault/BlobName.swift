import Contract

/// Where the ciphertext of a digest lies: `blobs/<first two digits>/<64 digits>`, lowercase hexadecimal.
struct BlobName: Equatable {
    /// The names of all 256 subfolders, in order.
    static let shards = (0...UInt8.max).map { lowercaseHex([$0]) }

    let digest: Digest

    init(_ digest: Digest) { self.digest = digest }

    /// Reads the name of a file in subfolder `shard`; nil unless it is the one name of a digest that belongs
    /// there.
    init?(_ name: [UInt8], inShard shard: UInt8) {
        guard let bytes = decodeLowercaseHex(name), let digest = Digest(bytes),
            digest.bytes[0] == shard
        else { return nil }
        self.digest = digest
    }

    var shard: String { Self.shards[Int(digest.bytes[0])] }
    var file: String { digest.hex }
}
