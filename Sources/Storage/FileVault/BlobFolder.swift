import Contract
import Files
import Glibc
import Vault

/// The folder of a `FileVault`; every call waits for the disk.
///
/// `blobs/ab/<64 hexadecimal digits>` are whole files that were durable before they got that name; `incoming/`
/// holds those being written. Folders have mode 0700, files 0600. `sha256sum` of a file prints its name. What
/// adds, renews or removes a file holds its subfolder's lock.
struct BlobFolder: Sendable {
    private let root: OpenFolder
    /// Nil where a vault that was opened for reading only has none yet.
    private let blobs: OpenFolder?
    /// Nil in a vault opened for reading only.
    private let incomingFolder: OpenFolder?

    /// See `FileVault.init`.
    init(path: String, readOnly: Bool) throws {
        if readOnly {
            root = try OpenFolder(path: path)
            blobs = try Self.existing("blobs", in: root)
            incomingFolder = nil
            return
        }
        try Folder(path).makeItself()
        root = try OpenFolder(path: path)
        try root.makeFolder("blobs")
        try root.makeFolder("incoming")
        let blobs = try root.openFolder("blobs")
        incomingFolder = try root.openFolder("incoming")
        // All of them now, so that no deposit depends on a folder whose own name is not yet durable. Synchronised
        // even where nothing was missing: another process may have made them and not have got further.
        for shard in BlobName.shards { try blobs.makeFolder(shard) }
        try blobs.synchronize()
        try root.synchronize()
        self.blobs = blobs
    }

    func begin() throws -> IncomingFile { try IncomingFile(into: self, incoming: incoming()) }

    func size(of name: BlobName) throws -> Int? { try file(of: name)?.byteCount() }

    func renew(_ name: BlobName) throws -> Int? {
        _ = try incoming()
        let shard = try lockedShard(of: name, .shared)
        guard let file = try shard.openFile(name.file) else { return nil }
        try file.touch()
        return try file.byteCount()
    }

    /// The file of that name, nil when there is none.
    func file(of name: BlobName) throws -> OpenFile? { try shard(name.shard)?.openFile(name.file) }

    func erase(_ name: BlobName) throws {
        _ = try incoming()
        let shard = try lockedShard(of: name, .alone)
        try shard.remove(name.file)
        // Also when it was gone: an earlier erasure may have been cut short of this.
        try shard.synchronize()
    }

    func collect(
        _ name: BlobName, putBefore time: Int, unless isReferenced: (Digest) throws -> Bool
    ) throws -> Collected {
        _ = try incoming()
        // Looked at and asked under the lock that deposits and renewals take: one that came between is seen now.
        let shard = try lockedShard(of: name, .alone)
        guard let status = try shard.status(of: name.file) else { return .absent }
        guard Self.isFile(status), status.st_mtim.tv_sec < time, try !isReferenced(name.digest) else {
            return .stays
        }
        try shard.remove(name.file)
        try shard.synchronize()
        return .removed
    }

    func removeLeftovers(begunBefore time: Int) throws -> Leftovers {
        let incoming = try incoming()
        var leftovers = Leftovers()
        for name in try incoming.names() {
            guard let text = IncomingFile.name(name), let status = try incoming.status(of: text),
                Self.isFile(status)
            else {
                leftovers.foreign.append([UInt8]("incoming/".utf8) + name)
                continue
            }
            guard status.st_mtim.tv_sec < time, let file = try incoming.openFile(text), file.tryLock()
            else { continue }
            if try incoming.remove(text) { leftovers.removedCount += 1 }
        }
        return leftovers
    }

    // MARK: Listing

    /// How many names are held at once.
    private static let namesMax = 1_000

    func page(after last: Digest?, limit: Int) throws -> VaultPage {
        var page = VaultPage()
        if last == nil { page.foreign = try strangers() }
        var after = last.map { [UInt8]($0.hex.utf8) }
        for shard in (last?.bytes[0] ?? 0)...UInt8.max {
            if let folder = try self.shard(BlobName.shards[Int(shard)]),
                try !add(folder, shard, after: after, to: &page, limit: limit)
            {
                return page
            }
            after = nil
        }
        return page
    }

    /// Adds what one subfolder holds after the name `last`. Says whether the page has room for more.
    private func add(
        _ folder: OpenFolder, _ shard: UInt8, after last: [UInt8]?, to page: inout VaultPage, limit: Int
    ) throws -> Bool {
        var last = last
        while true {
            let names = try folder.names(after: last, limit: Self.namesMax)
            for name in names {
                let text = String(decoding: name, as: UTF8.self)
                guard let blob = BlobName(name, inShard: shard), let status = try folder.status(of: text),
                    Self.isFile(status)
                else {
                    page.foreign.append([UInt8]("blobs/\(BlobName.shards[Int(shard)])/".utf8) + name)
                    continue
                }
                page.blobs.append(.init(digest: blob.digest, byteCount: Int(status.st_size)))
                guard page.blobs.count < limit else {
                    page.next = blob.digest
                    return false
                }
            }
            if names.count < Self.namesMax { return true }
            last = names.last
        }
    }

    /// Names beside the 256 subfolders and beside `blobs` and `incoming`, as paths below the vault.
    private func strangers() throws -> [[UInt8]] {
        let own = Set(BlobName.shards.map { [UInt8]($0.utf8) })
        let ownAtRoot = ["blobs", "incoming"].map { [UInt8]($0.utf8) }
        return try root.names().filter { !ownAtRoot.contains($0) }
            + (blobs?.names() ?? []).filter { !own.contains($0) }.map { [UInt8]("blobs/".utf8) + $0 }
    }

    private static func isFile(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    // MARK: Folders

    func incoming() throws -> OpenFolder {
        guard let incomingFolder else { throw VaultError.readOnly }
        return incomingFolder
    }

    /// The subfolder with its lock held for as long as the result lives: opened anew, since locks belong to that.
    func lockedShard(of name: BlobName, _ lock: OpenFolder.Lock) throws -> OpenFolder {
        guard let shard = try shard(name.shard) else {
            throw VaultError(.unavailable, "the vault's folder blobs/\(name.shard) is gone")
        }
        try shard.lock(lock)
        return shard
    }

    private func shard(_ name: String) throws -> OpenFolder? {
        guard let blobs else { return nil }
        return try Self.existing(name, in: blobs)
    }

    private static func existing(_ name: String, in folder: OpenFolder) throws -> OpenFolder? {
        do throws(FileError) {
            return try folder.openFolder(name)
        } catch {
            if error.code == .absent { return nil }
            throw error
        }
    }
}
