import Auditors
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
            let (page, conditions) = try await vault.inspect(after: last, limit: 1_000, bytesMax: 1 << 30)
            return Page(
                blobs: zip(page.blobs, conditions).map { blob, condition in
                    Blob(digest: blob.digest, byteCount: blob.byteCount, isIntact: condition == .sound)
                },
                foreign: page.foreign.map { String(decoding: $0, as: UTF8.self) }, next: page.next)
        }
    }
}
