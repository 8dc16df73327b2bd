import Contract
import Files
import Glibc
import Vault

/// The folder of a `FileVault`; every call waits for the disk.
///
/// `records/ab/<handle>/` is a record, `ab` the first two digits of its handle. In it each blob is a whole file of its
/// name (`BlobName.text`), which was durable before it got that name; `incoming/` holds those being written,
/// under names of chance or, where they may be gone on with, under `PartialBlob.fileName`. Folders have mode 0700, files
/// 0600. `sha256sum` of a record's file prints its name.
struct RecordFolders: Sendable {
    private let root: OpenFolder
    /// Nil where a vault that was opened for reading only has none yet.
    private let records: OpenFolder?
    /// Nil in a vault opened for reading only.
    private let incomingFolder: OpenFolder?

    /// The names of all 256 subfolders, in order.
    private static let shards = (0...UInt8.max).map { lowercaseHex([$0]) }

    /// See `FileVault.init`.
    init(path: String, readOnly: Bool) throws {
        if readOnly {
            root = try OpenFolder(path: path)
            records = try Self.existing("records", in: root)
            incomingFolder = nil
            return
        }
        try Folder(path).makeItself()
        root = try OpenFolder(path: path)
        try root.makeFolder("records")
        try root.makeFolder("incoming")
        let records = try root.openFolder("records")
        incomingFolder = try root.openFolder("incoming")
        // All of them now, so that no record depends on a folder whose own name is not yet durable. Synchronised
        // even where nothing was missing: another process may have made them and not have got further.
        for shard in Self.shards { try records.makeFolder(shard) }
        try records.synchronize()
        try root.synchronize()
        self.records = records
    }

    func begin(_ blob: BlobName, in record: RecordHandle) throws -> IncomingFile {
        try IncomingFile(blob, in: record, of: self)
    }

    func resume(_ partial: PartialBlob) throws -> IncomingFile {
        if try incoming().status(of: partial.fileName) == nil {
            for surplus in try keptParts().surplus(for: partial.sender) { try drop(surplus) }
        }
        return try IncomingFile(resuming: partial, of: self)
    }

    func byteCount(of partial: PartialBlob) throws -> Int {
        guard let file = try incoming().openFile(partial.fileName) else { return 0 }
        guard file.tryLock() else { throw VaultError.inUse }
        return try file.byteCount()
    }

    func bytesFree() throws -> Int { try root.bytesFree() }

    private func keptParts() throws -> [KeptPart] {
        let incoming = try incoming()
        return try incoming.names().compactMap { name in
            guard let partial = PartialBlob(fileName: name),
                let status = try incoming.status(of: partial.fileName)
            else { return nil }
            return KeptPart(partial, time: status.st_mtim.tv_sec)
        }
    }

    /// Removes a part that was kept, unless it is being gone on with.
    private func drop(_ partial: PartialBlob) throws {
        guard let file = try incoming().openFile(partial.fileName), file.tryLock() else { return }
        try incoming().remove(partial.fileName)
    }

    /// The file of that name, nil when there is none.
    func file(of blob: BlobName, in record: RecordHandle) throws -> OpenFile? {
        try folder(of: record)?.openFile(blob.text)
    }

    func erase(_ blob: BlobName, in record: RecordHandle) throws {
        try erase(in: record) { folder in
            try folder.remove(blob.text)
            // Also when it was gone: an earlier erasure may have been cut short of this.
            try folder.synchronize()
            if try folder.isEmpty() { try removeFolder(of: record) }
        }
    }

    func erase(_ record: RecordHandle) throws {
        let parts = try keptParts().map(\.partial).filter { $0.record == record }
        for part in parts { try drop(part) }
        if !parts.isEmpty { try incoming().synchronize() }
        try erase(in: record) { folder in
            for name in try folder.names() { try folder.remove(name) }
            try folder.synchronize()
            try removeFolder(of: record)
        }
    }

    private func erase(in record: RecordHandle, _ body: (OpenFolder) throws -> Void) throws {
        _ = try incoming()
        do {
            if let folder = try folder(of: record) { return try body(folder) }
        } catch let error as FileError where error.code == .absent {
            // Another erasure took the folder away meanwhile.
        }
        try shard(of: record).synchronize()
    }

    /// Removes the record's folder unless something came into it meanwhile.
    private func removeFolder(of record: RecordHandle) throws {
        let shard = try shard(of: record)
        do throws(FileError) {
            try shard.removeFolder(record.hex)
        } catch {
            if error.code == .exists { return }
            throw error
        }
        try shard.synchronize()
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

    func records(after last: RecordHandle?, limit: Int) throws -> VaultPage<RecordHandle> {
        var page = VaultPage<RecordHandle>()
        if last == nil { page.foreign = try strangers() }
        var after = last.map { [UInt8]($0.hex.utf8) }
        for first in (last?.bytes[0] ?? 0)...UInt8.max {
            let shard = Self.shards[Int(first)]
            if let records, let folder = try Self.existing(shard, in: records) {
                try add(to: &page, limit, from: folder, "records/\(shard)/", after: after) { name in
                    guard let record = decodeLowercaseHex(name).flatMap({ RecordHandle($0) }),
                        record.bytes[0] == first,
                        let status = try folder.status(of: record.hex), status.st_mode & S_IFMT == S_IFDIR
                    else { return nil }
                    return record
                }
                if page.hasMore { return page }
            }
            after = nil
        }
        return page
    }

    func blobs(of record: RecordHandle, after last: BlobName?, limit: Int) throws -> VaultPage<ListedBlob> {
        var page = VaultPage<ListedBlob>()
        guard let folder = try folder(of: record) else { return page }
        let path = "records/\(record.hex.prefix(2))/\(record.hex)/"
        try add(to: &page, limit, from: folder, path, after: last.map { [UInt8]($0.text.utf8) }) { name in
            guard let blob = BlobName(name), let status = try folder.status(of: blob.text),
                Self.isFile(status)
            else { return nil }
            return ListedBlob(blob, byteCount: Int(status.st_size), time: status.st_mtim.tv_sec)
        }
        return page
    }

    /// Adds what `folder` holds after the name `last` as `entry` reads it, until the page is full.
    private func add<Entry>(
        to page: inout VaultPage<Entry>, _ limit: Int, from folder: OpenFolder, _ path: String,
        after last: [UInt8]?, entry: (_ name: [UInt8]) throws -> Entry?
    ) throws {
        var last = last
        while true {
            let names = try folder.names(after: last, limit: Self.namesMax)
            for name in names {
                guard let entry = try entry(name) else {
                    page.foreign.append([UInt8](path.utf8) + name)
                    continue
                }
                page.entries.append(entry)
                guard page.entries.count < limit else {
                    page.hasMore = true
                    return
                }
            }
            if names.count < Self.namesMax { return }
            last = names.last
        }
    }

    /// Names beside the 256 subfolders and beside `records` and `incoming`, as paths below the vault.
    private func strangers() throws -> [[UInt8]] {
        let own = Set(Self.shards.map { [UInt8]($0.utf8) })
        let ownAtRoot = ["records", "incoming"].map { [UInt8]($0.utf8) }
        return try root.names().filter { !ownAtRoot.contains($0) }
            + (records?.names() ?? []).filter { !own.contains($0) }.map { [UInt8]("records/".utf8) + $0 }
    }

    private static func isFile(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFREG }

    // MARK: Folders

    func incoming() throws -> OpenFolder {
        guard let incomingFolder else { throw VaultError.readOnly }
        return incomingFolder
    }

    /// The record's folder, made where there is none. Its own name is durable before anything is in it, so that what
    /// is in it is reached after a power cut. Throws `absent` when it was removed at the same moment.
    func madeFolder(of record: RecordHandle) throws -> OpenFolder {
        let shard = try shard(of: record)
        try shard.makeFolder(record.hex)
        let folder = try shard.openFolder(record.hex)
        // Where it is empty its maker may not have got further than that.
        if try folder.isEmpty() { try shard.synchronize() }
        return folder
    }

    /// The record's folder, nil when there is none.
    private func folder(of record: RecordHandle) throws -> OpenFolder? {
        guard let records, let shard = try Self.existing(Self.shard(record), in: records) else { return nil }
        return try Self.existing(record.hex, in: shard)
    }

    private func shard(of record: RecordHandle) throws -> OpenFolder {
        guard let records, let shard = try Self.existing(Self.shard(record), in: records) else {
            throw VaultError(.unavailable, "the vault's folder records/\(Self.shard(record)) is gone")
        }
        return shard
    }

    private static func shard(_ record: RecordHandle) -> String { shards[Int(record.bytes[0])] }

    private static func existing(_ name: String, in folder: OpenFolder) throws -> OpenFolder? {
        do throws(FileError) {
            return try folder.openFolder(name)
        } catch {
            if error.code == .absent { return nil }
            throw error
        }
    }
}
