import Auditors
import Contract
import FileVault
import Files
import Remote
import Vault

extension VaultInventory {
    /// What lies in a vault's folder on this machine, each ciphertext hashed here by the auditor. Nothing in it is
    /// written or locked.
    static func folder(_ path: String) throws -> VaultInventory {
        guard Folder.isFolder(path) else { throw ClientFailure.unreachable("there is no vault at \(path)") }
        let vault = try FileVault(path: path, readOnly: true)
        return VaultInventory { last in
            let page = try await vault.inspect(after: last, limit: 1_000, bytesMax: 1 << 30)
            return Page(
                blobs: page.blobs.map {
                    Blob(
                        address: $0.address, byteCount: $0.byteCount, isIntact: $0.condition == .sound)
                },
                foreign: page.foreign.map { String(decoding: $0, as: UTF8.self) }, isLast: page.next == nil)
        } manifest: { digest, record in
            let name = BlobName(digest, .manifest)
            guard try await vault.size(of: name, in: record) != nil else { return nil }
            let stored = try await vault.open(name, in: record)
            return try await stored.bytes(0..<stored.byteCount)
        }
    }
}
