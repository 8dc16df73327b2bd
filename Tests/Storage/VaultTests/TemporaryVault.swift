import Contract
import FileVault
import Foundation
import Vault
import VaultConformance

/// A vault in a folder of its own that goes with it.
final class TemporaryVault: VaultSubject {
    let path: String
    let vault: any Vault

    /// In memory where that is possible: making and removing 258 folders on a disk takes longer than any test.
    static let parent =
        FileManager.default.isWritableFile(atPath: "/dev/shm")
        ? "/dev/shm" : FileManager.default.temporaryDirectory.path

    init(in parent: String = TemporaryVault.parent) throws {
        path = "\(parent)/vault-\(UUID().uuidString)"
        vault = try FileVault(path: path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(of digest: Digest) -> String { blobPath(of: digest, in: path) }

    func reopened() throws -> any Vault { try FileVault(path: path) }

    func age(_ digest: Digest, by seconds: Int) throws { try age(path(of: digest), by: seconds) }

    func damage(_ digest: Digest) throws { try flipBit(at: 5, of: digest) }

    /// Every file below `blobs` and `incoming`.
    func files() -> [String] {
        (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).filter {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(path)/\($0)", isDirectory: &isFolder)
            return !isFolder.boolValue
        }
    }

    /// Makes a file look as if it was last written `seconds` ago.
    func age(_ path: String, by seconds: Int) throws {
        let date = Date(timeIntervalSinceNow: -Double(seconds))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    func flipBit(at offset: Int, of digest: Digest) throws {
        var bytes = try bytes(at: path(of: digest))
        bytes[offset] ^= 0x10
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path(of: digest)))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }
}

/// Where the ciphertext of `digest` must lie: written down here a second time, on purpose.
func blobPath(of digest: Digest, in path: String) -> String {
    let hex = digest.bytes.map { String(format: "%02x", $0) }.joined()
    return "\(path)/blobs/\(hex.prefix(2))/\(hex)"
}

func bytes(at path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

func now() -> Int { Int(Date().timeIntervalSince1970) }
