public import Contract
public import Files
public import S3
public import Vault

/// A vault in a bucket: each blob is an object of the key `records/<handle>/<blob>`, whole and durable once the store has
/// answered.
///
/// Several processes may use one bucket; nothing locks anything (docs/decisions/0026). What is larger than a part is
/// sent in parts, each spooled as ciphertext first: a slow client holds a file then, neither memory nor a connection.
public struct S3Vault: Vault {
    private let bucket: Bucket
    /// Nil in a vault that is only read.
    private let spool: OpenFolder?
    private let partBytes: Int
    private let uploadSeconds: Int
    private let kept: KeptObjects

    /// Tells whose vault it is.
    static let ownerKey = "OWNER"

    /// Opens the vault of `owner`, and makes it where the bucket's folder is empty. `spool` is a folder of this machine;
    /// it is made if need be, and what is in it has no name.
    ///
    /// Throws `unavailable` when there is no such bucket or it keeps versions, when the folder is another owner's, when
    /// the spool or the store cannot be used.
    ///
    /// `partBytes` is the size of a part. Whether the process of an upload has ended cannot be seen here: it is taken for
    /// ended `uploadSeconds` after it began, and not before.
    public init(
        _ bucket: Bucket, owner: String, spool: Folder, partBytes: Int = 16 << 20, uploadSeconds: Int = 86_400
    ) async throws(VaultError) {
        self.bucket = bucket
        self.partBytes = partBytes
        self.uploadSeconds = uploadSeconds
        kept = KeptObjects { bucket.now }
        do {
            try spool.make()
            self.spool = try OpenFolder(path: spool.path)
        } catch {
            throw VaultError(.unavailable, "the vault's spool cannot be used", cause: error)
        }
        do {
            try await bucket.refuseVersions()
            try await Self.claim(bucket, Array("\(owner)\n".utf8))
        } catch {
            throw VaultError(error)
        }
    }

    /// Opens a vault to read what is in it: nothing is made, put or removed. Throws `absent` where there is none.
    public init(reading bucket: Bucket) async throws(VaultError) {
        self.bucket = bucket
        spool = nil
        partBytes = 0
        uploadSeconds = 0
        kept = KeptObjects { bucket.now }
        do {
            guard try await bucket.size(of: Self.ownerKey) != nil else {
                throw VaultError(.absent, "there is no vault in the bucket's folder")
            }
        } catch {
            throw VaultError(error)
        }
    }

    /// The spool of a vault that takes changes.
    private func writing() throws(VaultError) -> OpenFolder {
        guard let spool else { throw .readOnly }
        return spool
    }

    /// Two organisations that are given one folder by mistake would collect each other's ciphertext.
    private static func claim(_ bucket: Bucket, _ owner: [UInt8]) async throws {
        do throws(BucketError) {
            try await bucket.put(ownerKey, Content(owner), ifAbsent: true)
        } catch {
            guard error.code == .exists else { throw error }
            guard try await bucket.open(ownerKey, first: owner.count + 1).first == owner else {
                throw VaultError(
                    .unavailable,
                    "the bucket's folder is another vault's: name a folder of its own (s3://BUCKET/FOLDER)")
            }
        }
    }

    public func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob
    {
        incoming(blob, in: record, by: try writing())
    }

    private func incoming(
        _ blob: BlobName, in record: RecordHandle, by spool: OpenFolder
    ) -> IncomingObject {
        IncomingObject(
            BlobKey(record, blob).text, digest: blob.digest, into: bucket, spool: spool, partBytes: partBytes)
    }

    /// For as long as this process lives: see `KeptObjects`.
    public func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob {
        let spool = try writing()
        let object = try await kept.resume(partial) { incoming(partial.blob, in: partial.record, by: spool) }
        return ResumableObject(partial, object, in: kept)
    }

    public func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int {
        try kept.byteCount(of: partial)
    }

    /// A store does not tell how much room it has.
    public func requireRoom(for byteCount: Int) async throws(VaultError) {}

    public func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int? {
        do {
            return try await bucket.size(of: BlobKey(record, blob).text)
        } catch {
            throw VaultError(error)
        }
    }

    public func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob {
        do {
            return try await StoredObject(BlobKey(record, blob).text, in: bucket)
        } catch {
            throw VaultError(error)
        }
    }

    public func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        _ = try writing()
        let key = BlobKey(record, blob).text
        do {
            try await bucket.delete(key)
            try await abortUploads(key) { $0.upload.key == key }
        } catch {
            throw VaultError(error)
        }
    }

    public func erase(_ record: RecordHandle) async throws(VaultError) {
        _ = try writing()
        let folder = BlobKey.folder(of: record)
        do {
            var after: String?
            while true {
                let listing = try await bucket.list(folder, after: after)
                try await delete(listing.objects)
                guard listing.isCutOff, let last = listing.objects.last else { break }
                after = try Self.text(last.key)
            }
            _ = await kept.drop { partial, _ in partial.record == record }
            try await abortUploads(folder) { _ in true }
        } catch {
            throw VaultError(error)
        }
    }

    /// So many objects are removed at a time.
    private static let deletionsMax = 16

    private func delete(_ objects: [Listing.Object]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, object) in objects.enumerated() {
                if index >= Self.deletionsMax { try await group.next() }
                let key = try Self.text(object.key)
                group.addTask { [bucket] in try await bucket.delete(key) }
            }
            try await group.waitForAll()
        }
    }

    /// A key as the calls take it: keys are UTF-8.
    private static func text(_ key: [UInt8]) throws(VaultError) -> String {
        guard let text = String(validating: key, as: UTF8.self) else {
            throw VaultError(.unavailable, "the store lists a key that is no text")
        }
        return text
    }

    // MARK: Listing

    /// All objects are listed and each record told once: a store may show a folder in which nothing is left. A record of
    /// many blobs is skipped at the end of a page of them.
    public func records(
        after last: RecordHandle?, limit: Int
    ) async throws(VaultError) -> VaultPage<RecordHandle> {
        var page = VaultPage<RecordHandle>()
        do {
            if last == nil { page.foreign = try await strangers() }
            var after = last.map(BlobKey.end)
            while true {
                let listing = try await bucket.list(BlobKey.root, after: after)
                for object in listing.objects {
                    let record = BlobKey.record(of: object.key)
                    if record != nil, record == page.entries.last { continue }
                    guard page.entries.count < limit else {
                        page.hasMore = true
                        return page
                    }
                    if let record {
                        page.entries.append(record)
                    } else {
                        page.foreign.append(object.key)
                    }
                }
                guard listing.isCutOff, let last = listing.objects.last else { return page }
                after = try BlobKey.record(of: last.key).map(BlobKey.end) ?? Self.text(last.key)
            }
        } catch {
            throw VaultError(error)
        }
    }

    public func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob> {
        var page = VaultPage<ListedBlob>()
        let folder = BlobKey.folder(of: record)
        do {
            var after = last.map { folder + $0.text }
            repeat {
                let listing = try await bucket.list(folder, after: after, limit: limit - page.entries.count)
                for object in listing.objects {
                    guard let name = BlobName(object.key.dropFirst(folder.utf8.count)) else {
                        page.foreign.append(object.key)
                        continue
                    }
                    page.entries.append(ListedBlob(name, byteCount: object.byteCount, time: object.time))
                }
                page.hasMore = listing.isCutOff
                if let last = listing.objects.last { after = try Self.text(last.key) }
            } while page.hasMore && page.entries.count < limit
            return page
        } catch {
            throw VaultError(error)
        }
    }

    /// No more foreign names than so many are told.
    private static let strangersMax = 1_000

    /// Keys beside the records.
    private func strangers() async throws(BucketError) -> [[UInt8]] {
        let root = Array(BlobKey.root.utf8)
        let before = try await bucket.list("", limit: Self.strangersMax).objects.map(\.key)
            .prefix { $0.lexicographicallyPrecedes(root) }
        let after = try await bucket.list("", after: BlobKey.rootEnd, limit: Self.strangersMax).objects.map(
            \.key)
        return (before + after).filter { $0 != Array(Self.ownerKey.utf8) }
    }

    // MARK: Leftovers

    public func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        _ = try writing()
        var leftovers = Leftovers()
        let kept = await kept.drop { $1 < time }
        let time = min(time, bucket.now - uploadSeconds)
        do {
            leftovers.removedCount = try await abortUploads(BlobKey.root) { begun in
                guard BlobKey(begun.upload.key) != nil else {
                    leftovers.foreign.append(Array(begun.upload.key.utf8))
                    return false
                }
                return begun.time < time
            }
            leftovers.removedCount += kept
        } catch {
            throw VaultError(error)
        }
        return leftovers
    }

    /// Removes the parts of uploads whose keys begin with `prefix`. Gives their number.
    @discardableResult
    private func abortUploads(
        _ prefix: String, where isWanted: (OpenUploads.Begun) -> Bool
    ) async throws(BucketError) -> Int {
        var count = 0
        var after: OpenUploads.Position?
        repeat {
            let page = try await bucket.uploads(prefix, after: after)
            for begun in page.uploads where isWanted(begun) {
                try await bucket.abort(begun.upload)
                count += 1
            }
            after = page.next
        } while after != nil
        return count
    }
}

extension VaultError {
    /// What a bucket's error, or an error of this module's own, means for a vault.
    init(_ error: any Error) {
        switch error {
        case let error as VaultError: self = error
        case let error as BucketError:
            switch error.code {
            case .absent: self.init(.absent, error.message)
            case .shorter: self.init(.damaged, error.message)
            case .full: self.init(.full, error.message)
            default: self.init(.unavailable, "the vault's bucket cannot be used", cause: error)
            }
        case is CancellationError: self.init(.unavailable, "the call was given up")
        default: self.init(.unavailable, "the vault's spool cannot be used", cause: error)
        }
    }
}
