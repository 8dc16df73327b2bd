/// Where the ciphertext of a digest lies: `blobs/<first two digits>/<64 digits>`, lowercase hexadecimal.
struct BlobName: Equatable {
    static let digestBytes = 32
    /// The names of all 256 subdirectories, in order.
    static let shards = (0...UInt8.max).map { hex([$0]) }

    let digest: [UInt8]

    init(_ digest: [UInt8]) throws(VaultError) {
        guard digest.count == Self.digestBytes else { throw .malformedDigest }
        self.digest = digest
    }

    /// Reads the name of a file in subdirectory `shard`; nil unless it is the one name of a digest that
    /// belongs there.
    init?(_ name: [UInt8], inShard shard: UInt8) {
        guard name.count == 2 * Self.digestBytes else { return nil }
        var digest: [UInt8] = []
        for place in stride(from: 0, to: name.count, by: 2) {
            guard let high = Self.value(of: name[place]), let low = Self.value(of: name[place + 1]) else {
                return nil
            }
            digest.append(high << 4 | low)
        }
        guard digest[0] == shard else { return nil }
        self.digest = digest
    }

    var shard: String { Self.shards[Int(digest[0])] }
    var file: String { Self.hex(digest) }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = StaticString("0123456789abcdef")
        return String(
            unsafeUninitializedCapacity: 2 * bytes.count,
            initializingUTF8With: { text in
                for (place, byte) in bytes.enumerated() {
                    text[2 * place] = digits.utf8Start[Int(byte >> 4)]
                    text[2 * place + 1] = digits.utf8Start[Int(byte & 15)]
                }
                return 2 * bytes.count
            })
    }

    /// The value of a lowercase hexadecimal digit, nil for any other byte.
    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
