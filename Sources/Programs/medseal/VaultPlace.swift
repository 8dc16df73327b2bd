import Auditors
import Contract
import FileVault
import Files
import Foundation
import Remote
import S3
import S3Vault
import Vault

extension VaultInventory {
    /// What lies in a vault, each ciphertext hashed here by the auditor: in a folder of this machine, or in a bucket's folder
    /// (`s3://...`), with credentials that may read it. Nothing in it is written or locked.
    static func at(_ place: String) async throws -> VaultInventory {
        let vault: any Vault
        if place.hasPrefix("s3://") {
            do {
                let address = try BucketAddress(place)
                let source = CredentialSource(
                    for: address, environment: ProcessInfo.processInfo.environment)
                vault = try await S3Vault(reading: try Bucket(address, credentials: source))
            } catch {
                throw PartyError.unavailable(
                    "the vault cannot be read, so try again or check its address: \(error)")
            }
        } else {
            guard Folder.isFolder(place) else {
                throw PartyError.unavailable(
                    "there is no vault at \(place): name the folder that has `records` in it")
            }
            vault = try FileVault(path: place, readOnly: true)
        }
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
