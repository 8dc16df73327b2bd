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

    func path(of name: BlobName) -> String { blobPath(of: name, in: path) }

    /// Makes the folder of `record`, so that something can be planted in it.
    func makeRecordFolder() throws {
        let folder = "\(path)/records/\(record.hex.prefix(2))/\(record.hex)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func reopened() throws -> any Vault { try FileVault(path: path) }

    func age(_ name: BlobName, in record: RecordHandle, by seconds: Int) throws {
        try age(blobPath(of: name, of: record, in: path), by: seconds)
    }

    func damage(_ name: BlobName, in record: RecordHandle) throws {
        try flipBit(at: 5, of: blobPath(of: name, of: record, in: path))
    }

    /// Every file below `records` and `incoming`.
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

    func flipBit(at offset: Int, of path: String) throws {
        var bytes = try bytes(at: path)
        bytes[offset] ^= 0x10
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }
}

/// The record in which these tests keep their blobs.
let record = sampleRecord()

/// Where a blob must lie: written down here a second time, on purpose.
func blobPath(of name: BlobName, of record: RecordHandle = record, in path: String) -> String {
    func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
    let suffix = name.kind == .file ? "" : "." + name.kind.name
    let handle = hex(record.bytes)
    return "\(path)/records/\(handle.prefix(2))/\(handle)/\(hex(name.digest.bytes))\(suffix)"
}

func bytes(at path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

func now() -> Int { Int(Date().timeIntervalSince1970) }
