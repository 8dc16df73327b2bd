import Contract
import Evidence
import Files
import Identity
import Primitives

/// Ciphertext in a working folder, on its way into a vault.
struct SealedBlob: Hashable, Sendable {
    var name: String
    var digest: Digest
    var byteCount: Int
}

extension SealedBlob {
    var json: JSONValue {
        .object([
            ("name", .text(name)), ("digest", .text(digest.hex)), ("byteCount", .number(UInt64(byteCount))),
        ])
    }

    init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        name = try fields.text("name")
        digest = try fields.bytes32("digest")
        byteCount = try fields.count("byteCount")
        try fields.end()
    }
}

extension Folder {
    /// Keeps a small one here.
    func keep(_ bytes: [UInt8], as name: String) throws -> SealedBlob {
        try write(bytes, as: name)
        return SealedBlob(name: name, digest: Digest(hashing: bytes), byteCount: bytes.count)
    }
}
