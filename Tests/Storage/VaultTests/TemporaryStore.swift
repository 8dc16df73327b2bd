import Foundation
import Primitives
import Vault

/// A store in a directory of its own that goes with it.
final class TemporaryStore {
    let directory: String
    let store: BlobStore

    /// In memory where that is possible: making and removing 258 directories on a disk takes longer than any
    /// test.
    static let parent =
        FileManager.default.isWritableFile(atPath: "/dev/shm")
        ? "/dev/shm" : FileManager.default.temporaryDirectory.path

    init(in parent: String = TemporaryStore.parent) throws {
        directory = "\(parent)/vault-\(UUID().uuidString)"
        store = try BlobStore(directory: directory)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func path(of digest: [UInt8]) -> String { blobPath(of: digest, in: directory) }

    /// Every file below `blobs` and `incoming`.
    func files() -> [String] {
        (FileManager.default.enumerator(atPath: directory)?.allObjects as? [String] ?? []).filter {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(directory)/\($0)", isDirectory: &isDirectory)
            return !isDirectory.boolValue
        }
    }

    /// Makes a file look as if it was last written `seconds` ago.
    func age(_ path: String, by seconds: Int) throws {
        let date = Date(timeIntervalSinceNow: -Double(seconds))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }

    func flipBit(at offset: Int, of digest: [UInt8]) throws {
        var bytes = try bytes(at: path(of: digest))
        bytes[offset] ^= 0x10
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path(of: digest)))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }
}

/// Where the ciphertext of `digest` must lie: written down here a second time, on purpose.
func blobPath(of digest: [UInt8], in directory: String) -> String {
    let hex = digest.map { String(format: "%02x", $0) }.joined()
    return "\(directory)/blobs/\(hex.prefix(2))/\(hex)"
}

func bytes(at path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

/// A ciphertext and its digest; different for different numbers.
func sample(_ number: Int, count: Int = 1000) -> (bytes: [UInt8], digest: [UInt8]) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number &* 7 &+ $0 / 256) }
    return (bytes, SHA256.digest(bytes))
}

func now() -> Int { Int(Date().timeIntervalSince1970) }
