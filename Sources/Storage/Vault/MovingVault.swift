public import Contract

/// Two vaults that are one while what lies in `old` moves to `new`: all that comes goes to the new one, what is read is
/// sought there first, what is erased is erased in both.
public struct MovingVault: Vault {
    private let old: any Vault
    private let new: any Vault

    public init(from old: any Vault, to new: any Vault) {
        self.old = old
        self.new = new
    }

    /// What became of one record.
    public struct Moved: Sendable, Equatable {
        public var blobCount = 0
        public var byteCount = 0
        /// Blobs whose bytes do not have their digest: they stay where they are.
        public var damaged: [BlobName] = []

        public init() {}
    }

    /// Moves what the old vault has of a record: each blob is put into the new one, read back there and held against
    /// its digest, and only then erased in the old one. To be called while nothing else brings, names or takes away
    /// what the vault has of the record. Cut off, it may be called again. Throws what both vaults throw.
    public func move(_ record: RecordHandle) async throws -> Moved {
        var moved = Moved()
        for blob in try await old.blobs(of: record) {
            if try await new.verify(blob.name, in: record) != .sound {
                guard try await copy(blob.name, in: record) else {
                    moved.damaged.append(blob.name)
                    continue
                }
                guard try await new.verify(blob.name, in: record) == .sound else {
                    throw VaultError(.unavailable, "the new vault does not give back what it was given")
                }
            }
            try await old.erase(blob.name, in: record)
            moved.blobCount += 1
            moved.byteCount += blob.byteCount
        }
        return moved
    }

    /// Says whether the blob is sound; else nothing was put.
    private func copy(_ blob: BlobName, in record: RecordHandle) async throws -> Bool {
        let incoming = try await new.begin(blob, in: record)
        do {
            let stored = try await old.open(blob, in: record)
            try await stored.read(0..<stored.byteCount) { try await incoming.write($0) }
            try await incoming.finish()
            return true
        } catch let error as VaultError where error.code == .digestMismatch || error.code == .damaged {
            await incoming.abort()
            return false
        } catch {
            await incoming.abort()
            throw error
        }
    }

    /// Hands each record that the old vault has something of to `receive`.
    public func forEachRecordToMove(_ receive: (RecordHandle) async throws -> Void) async throws {
        try await old.forEachRecord(receive)
    }

    // MARK: Vault

    public func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob
    {
        try await new.begin(blob, in: record)
    }

    public func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob {
        try await new.resume(partial)
    }

    public func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int {
        try await new.byteCount(of: partial)
    }

    public func requireRoom(for byteCount: Int) async throws(VaultError) {
        try await new.requireRoom(for: byteCount)
    }

    public func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int? {
        if let size = try await new.size(of: blob, in: record) { return size }
        if let size = try await old.size(of: blob, in: record) { return size }
        // It may have moved between the two looks.
        return try await new.size(of: blob, in: record)
    }

    public func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob {
        do throws(VaultError) {
            return try await new.open(blob, in: record)
        } catch {
            guard error.code == .absent else { throw error }
        }
        do throws(VaultError) {
            return try await old.open(blob, in: record)
        } catch {
            guard error.code == .absent else { throw error }
            return try await new.open(blob, in: record)
        }
    }

    public func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        try await old.erase(blob, in: record)
        try await new.erase(blob, in: record)
    }

    public func erase(_ record: RecordHandle) async throws(VaultError) {
        try await old.erase(record)
        try await new.erase(record)
    }

    public func records(
        after last: RecordHandle?, limit: Int
    ) async throws(VaultError) -> VaultPage<RecordHandle> {
        let (older, newer) = (
            try await old.records(after: last, limit: limit), try await new.records(after: last, limit: limit)
        )
        return VaultPage(older, newer, limit: limit) { $0 }
    }

    public func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob> {
        let (older, newer) = (
            try await old.blobs(of: record, after: last, limit: limit),
            try await new.blobs(of: record, after: last, limit: limit)
        )
        return VaultPage(older, newer, limit: limit, by: \.name)
    }

    public func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        var leftovers = try await old.removeLeftovers(begunBefore: time)
        let newer = try await new.removeLeftovers(begunBefore: time)
        leftovers.removedCount += newer.removedCount
        leftovers.foreign += newer.foreign
        return leftovers
    }
}
