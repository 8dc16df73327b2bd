public import Contract
import Files
import Synchronization
public import Vault

/// A vault in one folder of this machine: `blobs/ab/<64 hexadecimal digits>`, see `BlobFolder`.
///
/// Several processes may use one folder. What waits for the disk waits on `FileThreads`.
public struct FileVault: Vault {
    private let folder: BlobFolder

    /// Opens the vault in the folder at `path`, and makes what is missing of it, durably, unless `readOnly`.
    ///
    /// A vault opened read-only creates, changes and removes nothing. Throws `absent` when there is no folder
    /// then, `damaged` where a folder of the vault is a link or a file, `full`, `unavailable`.
    public init(path: String, readOnly: Bool = false) throws(VaultError) {
        do {
            folder = try BlobFolder(path: path, readOnly: readOnly)
        } catch {
            throw VaultError(error)
        }
    }

    public func begin() async throws(VaultError) -> any IncomingBlob {
        try await Self.onDisk { [folder] in FileIncomingBlob(try folder.begin()) }
    }

    public func size(of digest: Digest) async throws(VaultError) -> Int? {
        try await Self.onDisk { [folder] in try folder.size(of: BlobName(digest)) }
    }

    public func renew(_ digest: Digest) async throws(VaultError) -> Int? {
        try await Self.onDisk { [folder] in try folder.renew(BlobName(digest)) }
    }

    public func open(_ digest: Digest) async throws(VaultError) -> any StoredBlob {
        try await Self.onDisk { [folder] in
            guard let file = try folder.file(of: BlobName(digest)) else { throw VaultError.absent }
            return FileStoredBlob(file: file, byteCount: try file.byteCount())
        }
    }

    /// The blocks on the disk are freed, not overwritten: that is the file system's, or disk encryption's.
    public func erase(_ digest: Digest) async throws(VaultError) {
        try await Self.onDisk { [folder] in try folder.erase(BlobName(digest)) }
    }

    public func page(after last: Digest?, limit: Int) async throws(VaultError) -> VaultPage {
        try await Self.onDisk { [folder] in try folder.page(after: last, limit: limit) }
    }

    public func collect(
        _ digest: Digest, putBefore time: Int,
        unless isReferenced: @escaping @Sendable (Digest) throws -> Bool
    ) async throws -> Collected {
        try await FileThreads.shared.run { [folder] in
            do {
                return try folder.collect(BlobName(digest), putBefore: time, unless: isReferenced)
            } catch let error as FileError {
                throw VaultError(error)
            }
        }
    }

    public func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers {
        try await Self.onDisk { [folder] in try folder.removeLeftovers(begunBefore: time) }
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

private final class FileIncomingBlob: IncomingBlob {
    private let file: Mutex<IncomingFile>

    init(_ file: sending IncomingFile) { self.file = Mutex(file) }

    func write(_ bytes: [UInt8]) async throws(VaultError) {
        try await FileVault.onDisk { try self.file.withLock { try $0.write(bytes) } }
    }

    func finish(expecting digest: Digest) async throws(VaultError) -> Bool {
        try await FileVault.onDisk { try self.file.withLock { try $0.finish(expecting: BlobName(digest)) } }
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
                case .exists, .tooLong, .locked, .exhausted, .failed: .unavailable
                }
            self.init(code, "the vault's folder cannot be used", cause: error)
        default: self.init(.unavailable, "the vault's folder cannot be used", cause: error)
        }
    }
}
