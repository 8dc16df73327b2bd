public import Contract
import Synchronization

/// A vault with a second copy: all that comes is put into both, what is erased is erased in both, and what one has lost the
/// other gives (docs/decisions/0029).
///
/// The second copy may be away: what comes meanwhile is in the first alone, `lag` says why, and `mend` makes up for it.
/// An erasure never leaves it out: it throws, and nothing is erased yet.
public struct MirroredVault: Vault {
    private let vault: any Vault
    private let copy: any Vault
    private let state = State()

    private final class State: Sendable {
        let lag = Mutex<VaultError?>(nil)
    }

    public init(_ vault: any Vault, copiedTo copy: any Vault) {
        self.vault = vault
        self.copy = copy
    }

    /// Why the last blob that came is not in the second copy; nil where it is.
    public var lag: VaultError? { state.lag.withLock { $0 } }

    // MARK: Comparing and mending

    /// How a blob lies in the two.
    public enum Standing: Sendable, Hashable {
        /// In both as it should be.
        case sound
        case onlyInVault
        case onlyInCopy
        /// In neither.
        case lost
    }

    /// Looks at a blob in both places: at every byte, or at its size alone. Throws `unavailable`.
    public func standing(
        of blob: BlobName, in record: RecordHandle, reading: Bool
    ) async throws -> Standing {
        if reading {
            let isSound = try await vault.verify(blob, in: record) == .sound
            return Standing(isSound, try await copy.verify(blob, in: record) == .sound)
        }
        let (size, copySize) = (
            try await Self.size(of: blob, in: record, at: vault),
            try await Self.size(of: blob, in: record, at: copy)
        )
        // Of two sizes one is wrong: only reading tells which.
        if let size, let copySize, size != copySize {
            return try await standing(of: blob, in: record, reading: true)
        }
        return Standing(size != nil, copySize != nil)
    }

    /// Puts the blob where it is not sound, from where it is: read there, and held against its digest. Gives how it stood. To be
    /// called while nothing else brings or takes away what the two have of the record. Throws what both throw.
    public func mend(_ blob: BlobName, in record: RecordHandle) async throws -> Standing {
        let standing = try await standing(of: blob, in: record, reading: true)
        switch standing {
        case .sound, .lost: break
        case .onlyInVault: try await Self.copy(blob, in: record, from: vault, to: copy)
        case .onlyInCopy: try await Self.copy(blob, in: record, from: copy, to: vault)
        }
        return standing
    }

    private static func size(
        of blob: BlobName, in record: RecordHandle, at vault: any Vault
    ) async throws(VaultError) -> Int? {
        do throws(VaultError) {
            return try await vault.size(of: blob, in: record)
        } catch {
            guard error.code == .damaged else { throw error }
            return nil
        }
    }

    private static func copy(
        _ blob: BlobName, in record: RecordHandle, from one: any Vault, to other: any Vault
    ) async throws {
        let incoming = try await other.begin(blob, in: record)
        do {
            let stored = try await one.open(blob, in: record)
            try await stored.read(0..<stored.byteCount) { try await incoming.write($0) }
            try await incoming.finish()
        } catch {
            await incoming.abort()
            throw error
        }
    }

    // MARK: Vault

    public func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob
    {
        Incoming(
            incoming: try await vault.begin(blob, in: record), blob: blob, record: record, mirrored: self)
    }

    public func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob {
        let incoming = try await vault.resume(partial)
        return Resumed(
            incoming: incoming,
            whole: Incoming(
                incoming: incoming, blob: partial.blob, record: partial.record, mirrored: self))
    }

    public func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int {
        try await vault.byteCount(of: partial)
    }

    /// A blob that came is in the vault: now into the second copy, unless that is away.
    fileprivate func copy(_ blob: BlobName, in record: RecordHandle) async {
        var lag: VaultError?
        do {
            try await Self.copy(blob, in: record, from: vault, to: copy)
        } catch {
            lag =
                error as? VaultError
                ?? VaultError(.unavailable, "the second copy cannot be written", cause: error)
        }
        state.lag.withLock { $0 = lag }
    }

    public func requireRoom(for byteCount: Int) async throws(VaultError) {
        try await vault.requireRoom(for: byteCount)
    }

    public func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int? {
        if let size = try await Self.size(of: blob, in: record, at: vault) { return size }
        return try? await copy.size(of: blob, in: record)
    }

    public func absent(of names: [BlobName], in record: RecordHandle) async throws(VaultError) -> [BlobName] {
        let absent = try await vault.absent(of: names, in: record)
        guard !absent.isEmpty else { return [] }
        // What the second copy has is not gone; where that is away, it is brought again.
        return (try? await copy.absent(of: absent, in: record)) ?? absent
    }

    public func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob {
        do throws(VaultError) {
            return try await vault.open(blob, in: record)
        } catch {
            guard error.code != .readOnly, let stored = try? await copy.open(blob, in: record) else {
                throw error
            }
            return stored
        }
    }

    // The second copy first: where that is away, the first still has what is to be erased, and who asks asks again.

    public func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        do throws(VaultError) {
            try await copy.erase(blob, in: record)
        } catch { throw Self.waits(error) }
        try await vault.erase(blob, in: record)
    }

    public func erase(_ record: RecordHandle) async throws(VaultError) {
        do throws(VaultError) {
            try await copy.erase(record)
        } catch { throw Self.waits(error) }
        try await vault.erase(record)
    }

    private static func waits(_ error: VaultError) -> VaultError {
        VaultError(
            error.code,
            "the second copy cannot erase: nothing was erased; do it again once that copy is there",
            cause: error)
    }

    public func records(
        after last: RecordHandle?, limit: Int
    ) async throws(VaultError) -> VaultPage<RecordHandle> {
        let (copied, own) = (
            try await copy.records(after: last, limit: limit),
            try await vault.records(after: last, limit: limit)
        )
        return VaultPage(copied, own, limit: limit) { $0 }
    }

    public func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob> {
        let (copied, own) = (
            try await copy.blobs(of: record, after: last, limit: limit),
            try await vault.blobs(of: record, after: last, limit: limit)
        )
        return VaultPage(copied, own, limit: limit, by: \.name)
    }

    public func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        var leftovers = try await copy.removeLeftovers(begunBefore: time)
        let own = try await vault.removeLeftovers(begunBefore: time)
        leftovers.removedCount += own.removedCount
        leftovers.foreign += own.foreign
        return leftovers
    }

    /// A blob on its way into both.
    private struct Incoming: IncomingBlob {
        let incoming: any IncomingBlob
        let blob: BlobName
        let record: RecordHandle
        let mirrored: MirroredVault

        func write(_ bytes: [UInt8]) async throws(VaultError) { try await incoming.write(bytes) }

        func finish() async throws(VaultError) {
            try await incoming.finish()
            await mirrored.copy(blob, in: record)
        }

        func abort() async { await incoming.abort() }
    }

    /// The same in several goes.
    private struct Resumed: ResumableBlob {
        let incoming: any ResumableBlob
        let whole: Incoming

        var byteCount: Int { get async { await incoming.byteCount } }

        func keep() async throws(VaultError) { try await incoming.keep() }
        func write(_ bytes: [UInt8]) async throws(VaultError) { try await whole.write(bytes) }
        func finish() async throws(VaultError) { try await whole.finish() }
        func abort() async { await whole.abort() }
    }
}

extension MirroredVault.Standing {
    fileprivate init(_ inVault: Bool, _ inCopy: Bool) {
        switch (inVault, inCopy) {
        case (true, true): self = .sound
        case (true, false): self = .onlyInVault
        case (false, true): self = .onlyInCopy
        case (false, false): self = .lost
        }
    }
}
