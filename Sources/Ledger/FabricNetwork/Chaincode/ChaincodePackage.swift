import Contract
import Identity
import Primitives

/// What a peer installs to know the chaincode by (Fabric: `peer lifecycle chaincode install`): its type and label,
/// and no code, for each organisation runs its own `medseal-chaincode`.
///
/// The same bytes for every organisation and on every day, for its id is their hash.
public enum ChaincodePackage {
    static let type = "medseal"
    public static let label = "medseal_1"

    /// The package: a tar of `metadata.json` and an empty `code.tar.gz`, gzipped.
    public static let bytes: [UInt8] = {
        let metadata = #"{"type":"\#(type)","label":"\#(label)"}"#
        return Gzip.stored(
            Tar.archive([
                (name: "metadata.json", bytes: Array(metadata.utf8)),
                (name: "code.tar.gz", bytes: Gzip.stored(Tar.archive([]))),
            ]))
    }()

    /// By which peers and `medseal-chaincode` know each other: the label and the package's SHA-256.
    public static let id = "\(label):\(Digest(hashing: bytes).hex)"
}

/// Archives of a few small files (POSIX.1-1988, ustar), owned by nobody and made at no time.
enum Tar {
    private static let blockBytes = 512

    static func archive(_ files: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var archive = [UInt8]()
        for file in files {
            archive += header(name: file.name, count: file.bytes.count) + file.bytes
            archive += [UInt8](repeating: 0, count: (blockBytes - file.bytes.count % blockBytes) % blockBytes)
        }
        return archive + [UInt8](repeating: 0, count: 2 * blockBytes)
    }

    private static func header(name: String, count: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: blockBytes)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ value: Int, digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(count, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        // The sum is taken with spaces in its own place.
        put("        ", at: 148)
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + "\u{0} ", at: 148)
        return header
    }
}

/// The gzip form of a few bytes, not compressed (RFC 1952; RFC 1951, section 3.2.4): the same from every version of
/// every library.
enum Gzip {
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count <= 0xffff, "one block")
        func little(_ value: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
        }
        let count = UInt32(bytes.count)
        // Deflate; no name, no time; no particular system.
        let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        let block = [1] + little(count, 2) + little(~count, 2) + bytes
        return header + block + little(checksum(bytes), 4) + little(count, 4)
    }

    /// CRC-32 (RFC 1952, section 8).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
        }
    }
}
