import Contract
import Files
import Glibc
import Primitives
import Vault

/// One ciphertext on its way into a `BlobFolder`, written in pieces and hashed as it comes. Given up without
/// `finish` it leaves nothing.
final class IncomingFile {
    private let folder: BlobFolder
    private let incoming: OpenFolder
    private let name: String
    /// Nil once finished, aborted or failed.
    private var file: OpenFile?
    private var hash: SHA256?
    private var byteCount = 0

    /// `beforeLock` is for tests: what may happen to the new file before it is locked.
    init(into folder: BlobFolder, incoming: OpenFolder, beforeLock: () throws -> Void = {}) throws {
        self.folder = folder
        self.incoming = incoming
        hash = SHA256()
        // As long as its lock is held, `removeLeftovers` knows that it is still being written. Before, it may take
        // a file away: then there is no name left to it, and another one is made.
        var name: String
        var file: OpenFile
        repeat {
            name = lowercaseHex(Random.bytes(Self.nameBytes))
            file = try incoming.createFile(name)
            try beforeLock()
            try file.lock()
        } while try file.status().st_nlink == 0
        self.name = name
        self.file = file
    }

    deinit { abort() }

    private static let nameBytes = 16

    /// The name of such a file; nil for any other.
    static func name(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 2 * nameBytes, let name = decodeLowercaseHex(bytes) else { return nil }
        return lowercaseHex(name)
    }

    func write(_ bytes: [UInt8]) throws {
        guard let file else { throw VaultError.closed }
        do {
            try file.write(bytes)
        } catch {
            abort()
            throw error
        }
        hash?.update(bytes)
        byteCount += bytes.count
    }

    func finish(expecting blob: BlobName) throws -> Bool {
        guard let file, let hash = hash.take() else { throw VaultError.closed }
        // Whatever happens below, what is still in `incoming` afterwards goes.
        defer { abort() }
        guard hash.finish() == blob.digest.bytes else { throw VaultError.digestMismatch }
        // Bytes first, then the name: a name in `blobs` never stands for bytes that a power cut can take.
        try file.synchronize()
        let shard = try folder.lockedShard(of: blob, .alone)
        let isThere = try renewSound(blob, in: shard)
        if !isThere {
            try incoming.rename(name, to: blob.file, in: shard)
            self.file = nil
        }
        // Also when it was there: who put it may not have got this far.
        try shard.synchronize()
        return isThere
    }

    func abort() {
        guard file != nil else { return }
        file = nil
        hash = nil
        // A file that cannot be removed now is a leftover for `removeLeftovers`.
        _ = try? incoming.remove(name)
    }

    /// Whether a sound ciphertext stands under `blob`; if so it counts as new from now on.
    private func renewSound(_ blob: BlobName, in shard: OpenFolder) throws -> Bool {
        do throws(FileError) {
            guard let existing = try shard.openFile(blob.file), try existing.byteCount() == byteCount,
                try existing.digest() == blob.digest.bytes
            else { return false }
            try existing.touch()
            try existing.synchronize()
            return true
        } catch {
            if error.code == .otherKind || error.code == .damaged { return false }
            throw error
        }
    }
}

extension OpenFile {
    /// The SHA-256 of the whole file: 32 bytes.
    fileprivate func digest() throws(FileError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: blobPieceBytes, alignment: 64)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var offset = 0
        while true {
            let count = try read(into: buffer, at: offset)
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
            if count < buffer.count { return hash.finish() }
        }
    }
}
