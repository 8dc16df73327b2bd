public import Contract
import Files
import Synchronization
public import Vault

/// A vault in one folder of this machine: `records/ab/<handle>/<blob>`, see `RecordFolders`.
///
/// Several processes may use one folder. What waits for the disk waits on `FileThreads`.
public struct FileVault: Vault {
    private let folders: RecordFolders

    /// Opens the vault in the folder at `path`, and makes what is missing of it, durably, unless `readOnly`.
    ///
    /// A vault opened read-only creates, changes and removes nothing. Throws `absent` when there is no folder
    /// then, `damaged` where a folder of the vault is a link or a file, `full`, `unavailable`.
    public init(path: String, readOnly: Bool = false) throws(VaultError) {
        do {
            folders = try RecordFolders(path: path, readOnly: readOnly)
        } catch {
            throw VaultError(error)
        }
    }

    public func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob
    {
        try await Self.onDisk { [folders] in FileIncomingBlob(try folders.begin(blob, in: record)) }
    }

    public func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob {
        try await Self.onDisk { [folders] in FileIncomingBlob(try folders.resume(partial)) }
    }

    public func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int {
        try await Self.onDisk { [folders] in try folders.byteCount(of: partial) }
    }

    /// A little is left for the ledger, which may lie on the same disk.
    private static let reservedBytes = 16 << 20

    public func requireRoom(for byteCount: Int) async throws(VaultError) {
        try await Self.onDisk { [folders] in
            guard try folders.bytesFree() - Self.reservedBytes >= byteCount else { throw VaultError.full }
        }
    }

    public func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int? {
        try await Self.onDisk { [folders] in try folders.file(of: blob, in: record)?.byteCount() }
    }

    public func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob {
        try await Self.onDisk { [folders] in
            guard let file = try folders.file(of: blob, in: record) else { throw VaultError.absent }
            return FileStoredBlob(file: file, byteCount: try file.byteCount())
        }
    }

    /// The blocks on the disk are freed, not overwritten: that is the file system's, or disk encryption's.
    public func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        try await Self.onDisk { [folders] in try folders.erase(blob, in: record) }
    }

    /// See `erase(_:in:)`.
    public func erase(_ record: RecordHandle) async throws(VaultError) {
        try await Self.onDisk { [folders] in try folders.erase(record) }
    }

    public func records(
        after last: RecordHandle?, limit: Int
    ) async throws(VaultError) -> VaultPage<RecordHandle> {
        try await Self.onDisk { [folders] in try folders.records(after: last, limit: limit) }
    }

    public func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob> {
        try await Self.onDisk { [folders] in try folders.blobs(of: record, after: last, limit: limit) }
    }

    public func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        try await Self.onDisk { [folders] in try folders.removeLeftovers(begunBefore: time) }
    }

    /// Does `job` where it may wait for the disk.
    fileprivate static func onDisk<Value: Sendable>(
        _ job: @escaping @Sendable () throws -> Value
    ) async throws(VaultError) -> Value {
        do {
            return try await FileThreads.shared.run(job)
        } catch {
            throw VaultError(error)
        }
    }
}

private final class FileIncomingBlob: ResumableBlob {
    private let file: Mutex<IncomingFile>

    init(_ file: sending IncomingFile) { self.file = Mutex(file) }

    var byteCount: Int { file.withLock { $0.byteCount } }

    func write(_ bytes: [UInt8]) async throws(VaultError) {
        try await FileVault.onDisk { try self.file.withLock { try $0.write(bytes) } }
    }

    func finish() async throws(VaultError) {
        try await FileVault.onDisk { try self.file.withLock { try $0.finish() } }
    }

    func keep() async throws(VaultError) {
        try await FileVault.onDisk { try self.file.withLock { try $0.keep() } }
    }

    func abort() async {
        try? await FileVault.onDisk { self.file.withLock { $0.abort() } }
    }
}

private struct FileStoredBlob: StoredBlob {
    let file: OpenFile
    let byteCount: Int

    func read(_ range: Range<Int>, _ take: (_ piece: [UInt8]) async throws -> Void) async throws {
        precondition(0 <= range.lowerBound && range.upperBound <= byteCount, "the range is not of this blob")
        var offset = range.lowerBound
        while offset < range.upperBound {
            let (start, count) = (offset, min(blobPieceBytes, range.upperBound - offset))
            let piece = try await FileVault.onDisk { [file] in
                let piece = try file.read(count, at: start)
                guard piece.count == count else {
                    throw VaultError(.damaged, "a stored file has become shorter")
                }
                return piece
            }
            try await take(piece)
            offset += count
        }
    }
}

extension VaultError {
    /// What a file error, or an error of this module's own, means for a vault.
    init(_ error: any Error) {
        switch error {
        case let error as VaultError: self = error
        case let error as FileError:
            let code: Code =
                switch error.code {
                case .absent: .absent
                case .full: .full
                case .readOnly: .readOnly
                case .otherKind, .damaged: .damaged
                case .denied, .exists, .tooLong, .locked, .exhausted, .failed: .unavailable
                }
            self.init(code, "the vault's folder cannot be used", cause: error)
        default: self.init(.unavailable, "the vault's folder cannot be used", cause: error)
        }
    }
}
