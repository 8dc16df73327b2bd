import Auditors
import Contract
import Files
import Foundation
import Primitives
import Remote

/// A vault's folder on this machine, read by the auditor itself: `blobs/ab/<64 hexadecimal digits>`. Nothing in it is
/// written or locked.
struct VaultFolder: Sendable {
    private let folder: Folder

    init(_ folder: Folder) { self.folder = folder }

    /// What is in it, each file hashed here. Throws `unreachable` when it cannot be read.
    var inventory: VaultInventory {
        VaultInventory { _ in
            let (blobs, foreign) = try blobs()
            return VaultInventory.Page(blobs: blobs, foreign: foreign, next: nil)
        }
    }

    private func blobs() throws -> (found: [VaultInventory.Blob], foreign: [String]) {
        let blobs = folder.file("blobs")
        let files = FileManager.default
        guard files.fileExists(atPath: folder.path) else {
            throw ClientFailure.unreachable("there is no vault at \(folder.path)")
        }
        guard files.fileExists(atPath: blobs) else { return ([], []) }
        var found = [VaultInventory.Blob]()
        var foreign = [String]()
        for shard in try files.contentsOfDirectory(atPath: blobs).sorted() {
            for name in try files.contentsOfDirectory(atPath: "\(blobs)/\(shard)").sorted() {
                guard let digest = Digest(hex: name), name.hasPrefix(shard), shard.utf8.count == 2 else {
                    foreign.append("\(shard)/\(name)")
                    continue
                }
                let (byteCount, hash) = try hash("\(blobs)/\(shard)/\(name)")
                found.append(.init(digest: digest, byteCount: byteCount, isIntact: hash == digest.bytes))
            }
        }
        return (found, foreign)
    }

    private func hash(_ path: String) throws -> (byteCount: Int, digest: [UInt8]) {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ClientFailure.unreachable("cannot read \(path)")
        }
        defer { try? file.close() }
        var hash = SHA256()
        var byteCount = 0
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            piece.withUnsafeBytes { hash.update($0) }
            byteCount += piece.count
        }
        return (byteCount, hash.finish())
    }
}
