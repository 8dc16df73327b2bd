import Glibc

/// One organisation's vault: ciphertext files by the SHA-256 of their bytes, in one directory.
///
/// `blobs/ab/<64 hexadecimal digits>` are whole files that were durable before they got that name;
/// `incoming/` holds those being written. Directories have mode 0700, files 0600. `sha256sum` of a file
/// prints its name. Several processes may use one store: who adds, renews or removes a file holds its
/// subdirectory's `flock`.
public struct BlobStore: Sendable {
    private let root: FileDescriptor
    private let blobs: FileDescriptor
    /// Nil in a store opened for reading only.
    private let incomingDirectory: FileDescriptor?

    /// Opens the store in `directory`, and makes what is missing of it, durably, unless `readOnly`.
    ///
    /// A store opened read-only creates, changes and removes nothing; it throws `absent` where there is no
    /// store. Throws `notAFile` where a directory of the store is a link or a file, `full`, `system`.
    public init(directory: String, readOnly: Bool = false) throws(VaultError) {
        if readOnly {
            do {
                root = try .openDirectory(path: directory)
                blobs = try root.openDirectory("blobs")
            } catch .system(_, ENOENT) {
                throw .absent
            }
            incomingDirectory = nil
            return
        }
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw .last("mkdir") }
        root = try .openDirectory(path: directory)
        do throws(VaultError) {
            try FileDescriptor.openDirectory(path: directory + "/..").synchronize()
        } catch .system(_, EACCES) {
            // Whoever may not read the parent did not make this directory in it.
        }
        try root.makeDirectory("blobs")
        try root.makeDirectory("incoming")
        blobs = try root.openDirectory("blobs")
        incomingDirectory = try root.openDirectory("incoming")
        // All of them now, so that no deposit depends on a directory whose own name is not yet durable.
        // Synchronised even where nothing was missing: another process may have made them and not have got
        // further.
        for shard in BlobName.shards { try blobs.makeDirectory(shard) }
        try blobs.synchronize()
        try root.synchronize()
    }

    /// Begins to write one ciphertext; it is in the store once `IncomingBlob.finish` returns.
    ///
    /// Throws `readOnly`, `full`, `system`.
    public func begin() throws(VaultError) -> IncomingBlob {
        try IncomingBlob(into: self, incoming: incoming())
    }

    /// Writes `bytes`, whose SHA-256 must be `digest`. Says whether they were there already; see
    /// `IncomingBlob.finish`.
    @discardableResult
    public func put(_ bytes: [UInt8], digest: [UInt8]) throws(VaultError) -> Bool {
        let deposit = try begin()
        try deposit.write(bytes)
        return try deposit.finish(expecting: digest)
    }

    /// Number of bytes of a ciphertext, nil when it is absent. Throws `malformedDigest`, `notAFile`,
    /// `system`.
    ///
    /// The answer may be out of date at once, for `scrub` removes what nothing refers to: who is about to
    /// refer to the ciphertext asks `renew`.
    public func size(of digest: [UInt8]) throws(VaultError) -> Int? {
        let name = try BlobName(digest)
        guard let file = try file(of: name) else { return nil }
        return Int(try file.status().st_size)
    }

    /// Number of bytes of a ciphertext, nil when it is absent, and begins its grace period anew: `scrub`
    /// leaves it in place from now on for as long as it leaves a new one (SECURITY.md, T58).
    ///
    /// To be called for every digest before the statement that refers to it is submitted. Throws
    /// `malformedDigest`, `notAFile`, `readOnly`, `system`.
    public func renew(_ digest: [UInt8]) throws(VaultError) -> Int? {
        let name = try BlobName(digest)
        _ = try incoming()
        let shard = try lockedShard(of: name, LOCK_SH)
        guard let file = try shard.openFile(name.file) else { return nil }
        try file.touch()
        return Int(try file.status().st_size)
    }

    /// Opens a ciphertext for reading in ranges. Throws `absent`, `malformedDigest`, `notAFile`, `system`.
    public func open(_ digest: [UInt8]) throws(VaultError) -> StoredBlob {
        let name = try BlobName(digest)
        guard let file = try file(of: name) else { throw .absent }
        return StoredBlob(file, byteCount: Int(try file.status().st_size))
    }

    /// What a ciphertext looks like when every byte of it is read.
    public enum Condition: Sendable, Hashable {
        /// Its bytes have its digest.
        case sound
        /// They do not, or cannot be read, or something else stands in its place.
        case damaged
        case absent
    }

    /// Hashes a stored ciphertext anew. Throws `malformedDigest`; `system` when the store itself cannot be
    /// read.
    public func verify(_ digest: [UInt8]) throws(VaultError) -> Condition {
        let name = try BlobName(digest)
        do throws(VaultError) {
            guard let file = try file(of: name) else { return .absent }
            return try file.digest() == digest ? .sound : .damaged
        } catch .notAFile {
            return .damaged
        } catch .system(_, EIO) {
            return .damaged
        }
    }

    /// Removes a ciphertext for good, durably; fine when it is absent.
    ///
    /// The blocks on the disk are freed, not overwritten: that is the file system's, or disk encryption's.
    /// Throws `malformedDigest`, `readOnly`, `system`.
    public func erase(_ digest: [UInt8]) throws(VaultError) {
        let name = try BlobName(digest)
        _ = try incoming()
        let shard = try lockedShard(of: name, LOCK_EX)
        try shard.remove(name.file)
        // Also when it was gone: an earlier erasure may have been cut short of this.
        try shard.synchronize()
    }

    /// Every digest in the store, in order. Reads names only; for those that are no digest's see
    /// `foreignNames`.
    public func digests() throws(VaultError) -> [[UInt8]] {
        var digests: [[UInt8]] = []
        for shard in UInt8.min...UInt8.max { digests += try listing(ofShard: shard).digests }
        return digests
    }

    /// Names that do not belong into the store, as paths below it, byte for byte: they may be anything,
    /// control characters included. Deposits under way, in `incoming`, are not looked at.
    public func foreignNames() throws(VaultError) -> [[UInt8]] {
        var names = try strangers()
        for shard in UInt8.min...UInt8.max { names += try listing(ofShard: shard).foreign }
        return names
    }

    // MARK: - For the other files of this module

    /// What one of the 256 subdirectories holds.
    struct Listing {
        var digests: [[UInt8]] = []
        /// Names that are no digest's, as paths below the store.
        var foreign: [[UInt8]] = []
    }

    func listing(ofShard shard: UInt8) throws(VaultError) -> Listing {
        var listing = Listing()
        guard let directory = try existing(shard: BlobName.shards[Int(shard)]) else { return listing }
        for name in try directory.names() {
            if let blob = BlobName(name, inShard: shard) {
                listing.digests.append(blob.digest)
            } else {
                listing.foreign.append([UInt8]("blobs/\(BlobName.shards[Int(shard)])/".utf8) + name)
            }
        }
        return listing
    }

    /// Names beside the 256 subdirectories and beside `blobs` and `incoming`, as paths below the store.
    func strangers() throws(VaultError) -> [[UInt8]] {
        let own = Set(BlobName.shards.map { [UInt8]($0.utf8) })
        let ownAtRoot = ["blobs", "incoming"].map { [UInt8]($0.utf8) }
        return try root.names().filter { !ownAtRoot.contains($0) }
            + blobs.names().filter { !own.contains($0) }.map { [UInt8]("blobs/".utf8) + $0 }
    }

    func incoming() throws(VaultError) -> FileDescriptor {
        guard let incomingDirectory else { throw .readOnly }
        return incomingDirectory
    }

    /// The file of that name, nil when there is none.
    func file(of name: BlobName) throws(VaultError) -> FileDescriptor? {
        guard let shard = try existing(shard: name.shard) else { return nil }
        return try shard.openFile(name.file)
    }

    func shard(of name: BlobName) throws(VaultError) -> FileDescriptor {
        guard let shard = try existing(shard: name.shard) else { throw .absent }
        return shard
    }

    /// The subdirectory with its lock held for as long as the result lives: opened anew, since locks belong
    /// to that.
    func lockedShard(of name: BlobName, _ operation: Int32) throws(VaultError) -> FileDescriptor {
        let shard = try shard(of: name)
        try shard.lock(operation)
        return shard
    }

    private func existing(shard: String) throws(VaultError) -> FileDescriptor? {
        do throws(VaultError) {
            return try blobs.openDirectory(shard)
        } catch .system(_, ENOENT) {
            return nil
        }
    }
}
