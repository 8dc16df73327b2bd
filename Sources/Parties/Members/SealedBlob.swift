import Contract
import Evidence
import Files
import Identity
import Primitives

/// Ciphertext in a working folder, on its way into a vault.
struct SealedBlob: Hashable, Sendable {
    /// The working file's.
    var name: String
    /// What it is to be called in its record.
    var blob: BlobName
    var byteCount: Int

    var digest: Digest { blob.digest }
}

extension SealedBlob {
    var json: JSONValue {
        .object([
            ("name", .text(name)), ("blob", .text(blob.text)), ("byteCount", .number(UInt64(byteCount))),
        ])
    }

    init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        name = try fields.text("name")
        guard let blob = BlobName(try fields.utf8("blob")) else {
            throw JSONValue.Malformed("no blob's name")
        }
        self.blob = blob
        byteCount = try fields.count("byteCount")
        try fields.end()
    }
}

extension Folder {
    /// Keeps a small one here, to be stored as `kind`.
    func keep(_ bytes: [UInt8], as name: String, _ kind: BlobKind) throws -> SealedBlob {
        try write(bytes, as: name)
        return SealedBlob(
            name: name, blob: BlobName(Digest(hashing: bytes), kind), byteCount: bytes.count)
    }
}
