public import Contract
import Synchronization
public import Vault

/// A vault in memory, for tests: it promises what every vault does, for as long as it lives.
public final class MemoryVault: Vault {
    private struct Kept {
        var bytes: [UInt8]
        /// When it was put or renewed, in seconds since 1970.
        var time: Int
    }

    private let kept = Mutex<[Digest: Kept]>([:])
    private let clock: @Sendable () -> Int

    public init(clock: @escaping @Sendable () -> Int) { self.clock = clock }

    public func begin() async throws(VaultError) -> any IncomingBlob { Incoming(to: self) }

    public func size(of digest: Digest) async throws(VaultError) -> Int? {
        kept.withLock { $0[digest]?.bytes.count }
    }

    public func renew(_ digest: Digest) async throws(VaultError) -> Int? {
        let now = clock()
        return kept.withLock { kept in
            kept[digest]?.time = now
            return kept[digest]?.bytes.count
        }
    }

    public func open(_ digest: Digest) async throws(VaultError) -> any StoredBlob {
        guard let bytes = kept.withLock({ $0[digest]?.bytes }) else { throw .absent }
        return Stored(stored: bytes)
    }

    public func erase(_ digest: Digest) async throws(VaultError) {
        kept.withLock { $0[digest] = nil }
    }

    public func page(after last: Digest?, limit: Int) async throws(VaultError) -> VaultPage {
        var page = VaultPage()
        let later = kept.withLock { kept in
            kept.filter { blob in last.map { $0 < blob.key } ?? true }.map { blob in
                VaultPage.Blob(digest: blob.key, byteCount: blob.value.bytes.count)
            }
        }
        page.blobs = Array(later.sorted { $0.digest < $1.digest }.prefix(limit))
        if page.blobs.count < later.count { page.next = page.blobs.last?.digest }
        return page
    }

    public func collect(
        _ digest: Digest, putBefore time: Int,
        unless isReferenced: @escaping @Sendable (Digest) throws -> Bool
    ) async throws -> Collected {
        try kept.withLock { kept in
            guard let found = kept[digest] else { return .absent }
            guard found.time < time, try !isReferenced(digest) else { return .stays }
            kept[digest] = nil
            return .removed
        }
    }

    public func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers { Leftovers() }

    /// Says whether a sound one was there already.
    private func put(_ bytes: [UInt8], as digest: Digest) -> Bool {
        let now = clock()
        return kept.withLock { kept in
            let isThere = kept[digest].map { Digest(of: $0.bytes) == digest } ?? false
            kept[digest] = Kept(bytes: bytes, time: now)
            return isThere
        }
    }

    private final class Incoming: IncomingBlob {
        private let vault: MemoryVault
        /// Nil once finished or aborted.
        private let bytes = Mutex<[UInt8]?>([])

        init(to vault: MemoryVault) { self.vault = vault }

        func write(_ piece: [UInt8]) async throws(VaultError) {
            try bytes.withLock { (bytes) throws(VaultError) in
                guard bytes != nil else { throw .closed }
                bytes? += piece
            }
        }

        func finish(expecting digest: Digest) async throws(VaultError) -> Bool {
            guard let whole = bytes.withLock({ $0.take() }) else { throw .closed }
            guard Digest(of: whole) == digest else { throw .digestMismatch }
            return vault.put(whole, as: digest)
        }

        func abort() async { bytes.withLock { $0 = nil } }
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

    public func age(_ digest: Digest, by seconds: Int) { kept.withLock { $0[digest]?.time -= seconds } }

    public func damage(_ digest: Digest) { kept.withLock { $0[digest]?.bytes[5] ^= 0x10 } }
}
