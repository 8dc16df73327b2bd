public import Contract
import Synchronization
public import Vault

/// A vault in memory, for tests: it promises what every vault does, for as long as it lives.
public final class MemoryVault: Vault {
    private struct Kept {
        var bytes: [UInt8]
        /// When it was put, in seconds since 1970.
        var time: Int
    }

    private let records = Mutex<[RecordHandle: [BlobName: Kept]]>([:])
    /// Parts that were kept; those that are being gone on with are in `open`.
    private let parts = Mutex<(kept: [PartialBlob: (bytes: [UInt8], time: Int)], open: Set<PartialBlob>)>(
        ([:], []))
    private let clock: @Sendable () -> Int

    public init(clock: @escaping @Sendable () -> Int) { self.clock = clock }

    public func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob
    {
        Incoming(blob, in: record, of: self)
    }

    public func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob {
        let bytes = try parts.withLock { (parts) throws(VaultError) -> [UInt8] in
            guard !parts.open.contains(partial) else { throw .inUse }
            if parts.kept[partial] == nil {
                let kept = parts.kept.map { KeptPart($0, time: $1.time) }
                for surplus in kept.surplus(for: partial.sender) { parts.kept[surplus] = nil }
            }
            parts.open.insert(partial)
            return parts.kept.removeValue(forKey: partial)?.bytes ?? []
        }
        return Incoming(partial, bytes, of: self)
    }

    public func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int {
        try parts.withLock { (parts) throws(VaultError) in
            guard !parts.open.contains(partial) else { throw .inUse }
            return parts.kept[partial]?.bytes.count ?? 0
        }
    }

    private func close(_ partial: PartialBlob, keeping bytes: [UInt8] = []) {
        let now = clock()
        parts.withLock { parts in
            parts.open.remove(partial)
            if !bytes.isEmpty { parts.kept[partial] = (bytes, now) }
        }
    }

    public func requireRoom(for byteCount: Int) async throws(VaultError) {}

    public func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int? {
        records.withLock { $0[record]?[blob]?.bytes.count }
    }

    public func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob {
        guard let bytes = records.withLock({ $0[record]?[blob]?.bytes }) else { throw .absent }
        return Stored(stored: bytes)
    }

    public func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        records.withLock { records in
            records[record]?[blob] = nil
            if records[record]?.isEmpty == true { records[record] = nil }
        }
    }

    public func erase(_ record: RecordHandle) async throws(VaultError) {
        records.withLock { $0[record] = nil }
        parts.withLock { parts in parts.kept = parts.kept.filter { $0.key.record != record } }
    }

    public func records(
        after last: RecordHandle?, limit: Int
    ) async throws(VaultError) -> VaultPage<RecordHandle> {
        Self.page(
            records.withLock { Array($0.keys) }.filter { record in last.map { $0 < record } ?? true }, limit,
            by: <)
    }

    public func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob> {
        let blobs = records.withLock { $0[record] ?? [:] }
            .map { ListedBlob($0, byteCount: $1.bytes.count, time: $1.time) }
        return Self.page(blobs.filter { blob in last.map { $0 < blob.name } ?? true }, limit) {
            $0.name < $1.name
        }
    }

    private static func page<Entry>(
        _ entries: [Entry], _ limit: Int, by isBefore: (Entry, Entry) -> Bool
    ) -> VaultPage<Entry> {
        var page = VaultPage<Entry>()
        page.entries = Array(entries.sorted(by: isBefore).prefix(limit))
        page.hasMore = page.entries.count < entries.count
        return page
    }

    public func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        var leftovers = Leftovers()
        leftovers.removedCount = parts.withLock { parts in
            let before = parts.kept.count
            parts.kept = parts.kept.filter { $0.value.time >= time }
            return before - parts.kept.count
        }
        return leftovers
    }

    private func keep(_ bytes: [UInt8], as blob: BlobName, in record: RecordHandle) {
        let now = clock()
        records.withLock { $0[record, default: [:]][blob] = Kept(bytes: bytes, time: now) }
    }

    private final class Incoming: ResumableBlob {
        private let blob: BlobName
        private let record: RecordHandle
        private let vault: MemoryVault
        /// Nil for one that cannot be gone on with.
        private let partial: PartialBlob?
        /// Nil once finished, kept or aborted.
        private let bytes: Mutex<[UInt8]?>

        init(_ blob: BlobName, in record: RecordHandle, of vault: MemoryVault) {
            self.blob = blob
            self.record = record
            self.vault = vault
            partial = nil
            bytes = Mutex([])
        }

        init(_ partial: PartialBlob, _ bytes: [UInt8], of vault: MemoryVault) {
            blob = partial.blob
            record = partial.record
            self.vault = vault
            self.partial = partial
            self.bytes = Mutex(bytes)
        }

        deinit { close() }

        var byteCount: Int { bytes.withLock { $0?.count ?? 0 } }

        func write(_ piece: [UInt8]) async throws(VaultError) {
            try bytes.withLock { (bytes) throws(VaultError) in
                guard bytes != nil else { throw .closed }
                bytes? += piece
            }
        }

        func finish() async throws(VaultError) {
            guard let whole = close() else { throw .closed }
            guard Digest(of: whole) == blob.digest else { throw .digestMismatch }
            vault.keep(whole, as: blob, in: record)
        }

        func keep() async throws(VaultError) {
            guard let part = bytes.withLock({ $0.take() }), let partial else { throw .closed }
            vault.close(partial, keeping: part)
        }

        func abort() async { close() }

        /// What there was; nil when it was closed before.
        @discardableResult
        private func close() -> [UInt8]? {
            guard let bytes = bytes.withLock({ $0.take() }) else { return nil }
            if let partial { vault.close(partial) }
            return bytes
        }
    }

    private struct Stored: StoredBlob {
        let stored: [UInt8]
        var byteCount: Int { stored.count }

        func read(_ range: Range<Int>, _ take: (_ piece: [UInt8]) async throws -> Void) async throws {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: blobPieceBytes) {
                try await take(Array(stored[start..<min(start + blobPieceBytes, range.upperBound)]))
            }
        }
    }
}

extension MemoryVault: VaultSubject {
    public var vault: any Vault { self }

    public func reopened() -> any Vault { self }

    public func age(_ blob: BlobName, in record: RecordHandle, by seconds: Int) {
        records.withLock { $0[record]?[blob]?.time -= seconds }
    }

    public func damage(_ blob: BlobName, in record: RecordHandle) {
        records.withLock { $0[record]?[blob]?.bytes[5] ^= 0x10 }
    }
}
