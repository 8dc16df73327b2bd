import Glibc
internal import Primitives

/// One ciphertext on its way into the store, written in pieces and hashed as it comes.
///
/// Given up without `finish` it leaves nothing. For one task at a time.
public final class IncomingBlob {
    private let store: BlobStore
    private let incoming: FileDescriptor
    private let name: String
    /// Nil once finished, aborted or failed.
    private var file: FileDescriptor?
    private var hash: SHA256?
    /// Bytes written so far.
    public private(set) var byteCount = 0

    /// `beforeLock` is for tests: what may happen to the new file before it is locked.
    init(
        into store: BlobStore, incoming: FileDescriptor, beforeLock: () throws(VaultError) -> Void = {}
    ) throws(VaultError) {
        self.store = store
        self.incoming = incoming
        hash = SHA256()
        // As long as its lock is held, `scrub` knows that someone is still writing. Before, it may take a
        // file away: then there is no name left to it, and another one is made.
        var name: String
        var file: FileDescriptor
        repeat {
            name = BlobName.hex(Random.bytes(16))
            file = try incoming.createFile(name)
            try beforeLock()
            try file.lock(LOCK_EX)
        } while try file.status().st_nlink == 0
        self.name = name
        self.file = file
    }

    deinit { abort() }

    /// Adds bytes at the end. After an error the deposit is aborted.
    ///
    /// Throws `full` when no room is left, `incomingBlobClosed`, `system`.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(VaultError) {
        guard let file else { throw .incomingBlobClosed }
        do throws(VaultError) {
            try file.write(bytes)
        } catch {
            abort()
            throw error
        }
        hash?.update(bytes)
        byteCount += bytes.count
    }

    /// The same for an array.
    public func write(_ bytes: [UInt8]) throws(VaultError) {
        var failure: VaultError?
        bytes.withUnsafeBytes { buffer in
            do throws(VaultError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Puts the ciphertext into its place, durably, and says whether a sound one was there already.
    ///
    /// Where one was, it stays, its grace period begins anew (see `BlobStore.renew`), and what was written
    /// now is dropped; a damaged one is replaced. Throws `digestMismatch` when the bytes do not have
    /// `digest`, `malformedDigest`, `incomingBlobClosed`, `full`, `system`. After an error nothing of the
    /// deposit remains.
    public func finish(expecting digest: [UInt8]) throws(VaultError) -> Bool {
        guard let file, let hash = hash.take() else { throw .incomingBlobClosed }
        // Whatever happens below, what is still in `incoming` afterwards goes.
        defer { abort() }
        let blob = try BlobName(digest)
        guard hash.finish() == digest else { throw .digestMismatch }
        // Bytes first, then the name: a name in `blobs` never stands for bytes that a power cut can take.
        try file.synchronize()
        let shard = try store.lockedShard(of: blob, LOCK_EX)
        let isThere = try renewSound(blob, in: shard)
        if !isThere {
            guard renameat(incoming.number, name, shard.number, blob.file) == 0 else {
                throw .last("renameat")
            }
            self.file = nil
        }
        // Also when it was there: whoever put it may not have got this far.
        try shard.synchronize()
        return isThere
    }

    /// Drops what was written. Fine after `finish`, and more than once.
    public func abort() {
        guard file != nil else { return }
        file = nil
        hash = nil
        // A file that cannot be removed now is a leftover for `scrub`.
        _ = try? incoming.remove(name)
    }

    /// Whether a sound ciphertext stands under `blob`; if so it counts as new from now on.
    private func renewSound(_ blob: BlobName, in shard: FileDescriptor) throws(VaultError) -> Bool {
        do throws(VaultError) {
            guard let existing = try shard.openFile(blob.file),
                Int(try existing.status().st_size) == byteCount,
                try existing.digest() == blob.digest
            else { return false }
            try existing.touch()
            try existing.synchronize()
            return true
        } catch .notAFile {
            return false
        } catch .system(_, EIO) {
            return false
        }
    }
}
