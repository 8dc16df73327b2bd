import Contract
import Files
import Identity

/// Ciphertext in a working folder, on its way into a vault.
struct SealedBlob: Codable, Hashable, Sendable {
    var name: String
    var digest: Digest
    var byteCount: Int
}

extension Folder {
    /// Keeps a small one here.
    func keep(_ bytes: [UInt8], as name: String) throws -> SealedBlob {
        try write(bytes, as: name)
        return SealedBlob(name: name, digest: Digest(hashing: bytes), byteCount: bytes.count)
    }
}
