import Contract
import Files
import Glibc
import Primitives
import Vault

/// One blob on its way into its record's folder, written in pieces and hashed as it comes. Given up without `finish` or
/// `keep` it leaves nothing.
final class IncomingFile {
    private let blob: BlobName
    private let record: RecordHandle
    private let folders: RecordFolders
    private let incoming: OpenFolder
    private let name: String
    /// Nil once finished, kept, aborted or failed.
    private var file: OpenFile?
    /// Nil until what is there already was read.
    private var hash: SHA256?
    private(set) var byteCount: Int

    /// `beforeLock` is for tests: what may happen to the new file before it is locked.
    init(
        _ blob: BlobName, in record: RecordHandle, of folders: RecordFolders,
        beforeLock: () throws -> Void = {}
    ) throws {
        self.blob = blob
        self.record = record
        self.folders = folders
        incoming = try folders.incoming()
        hash = SHA256()
        byteCount = 0
        // As long as its lock is held, `removeLeftovers` knows that it is still being written. Before, it may take
        // a file away: then there is no name left to it, and another one is made.
        var name: String
        var file: OpenFile
        repeat {
            name = lowercaseHex(Random.bytes(Self.nameBytes))
            file = try incoming.createFile(name)
            try beforeLock()
            try file.lock()
        } while try file.status().st_nlink == 0
        self.name = name
        self.file = file
    }

    /// Goes on with what was kept of a blob, or begins it. Throws `inUse` while another has it open: such a file is
    /// removed and renamed under its lock only, so that the name never stands for another's file.
    init(resuming partial: PartialBlob, of folders: RecordFolders) throws {
        blob = partial.blob
        record = partial.record
        self.folders = folders
        incoming = try folders.incoming()
        name = partial.fileName
        var file: OpenFile
        repeat {
            file = try incoming.extendFile(name)
            guard file.tryLock() else { throw VaultError.inUse }
        } while try file.status().st_nlink == 0
        byteCount = try file.byteCount()
        self.file = file
    }

    deinit { abort() }

    private static let nameBytes = 16

    /// The name of such a file; nil for any other.
    static func name(_ bytes: [UInt8]) -> String? {
        if let partial = PartialBlob(fileName: bytes) { return partial.fileName }
        guard bytes.count == 2 * nameBytes, let name = decodeLowercaseHex(bytes) else { return nil }
        return lowercaseHex(name)
    }

    func write(_ bytes: [UInt8]) throws {
        guard let file else { throw VaultError.closed }
        do {
            try readWhatIsThere(of: file)
            try file.write(bytes)
        } catch {
            abort()
            throw error
        }
        hash?.update(bytes)
        byteCount += bytes.count
    }

    private func readWhatIsThere(of file: OpenFile) throws {
        guard hash == nil else { return }
        var hash = SHA256()
        var offset = 0
        while offset < byteCount {
            let piece = try file.read(min(Self.readBytes, byteCount - offset), at: offset)
            guard !piece.isEmpty else {
                throw VaultError(.damaged, "a part that was kept has become shorter")
            }
            hash.update(piece)
            offset += piece.count
        }
        self.hash = consume hash
    }

    private static let readBytes = 1 << 20

    func finish() throws {
        guard let file else { throw VaultError.closed }
        // Whatever happens below, what is still in `incoming` afterwards goes.
        defer { abort() }
        try readWhatIsThere(of: file)
        guard hash.take()?.finish() == blob.digest.bytes else { throw VaultError.digestMismatch }
        // Bytes first, then the name: a name in a record's folder never stands for bytes that a power cut can take.
        try file.synchronize()
        let folder = try moved()
        self.file = nil
        try folder.synchronize()
    }

    /// Lets go of what is there, for `init(resuming:of:)`: durable, and then its name.
    func keep() throws {
        guard let file else { throw VaultError.closed }
        guard byteCount > 0 else { return abort() }
        do {
            try file.synchronize()
            try incoming.synchronize()
        } catch {
            abort()
            throw error
        }
        self.file = nil
        hash = nil
    }

    /// Gives the file its name; the folder that it has it in.
    private func moved() throws -> OpenFolder {
        while true {
            do {
                let folder = try folders.madeFolder(of: record)
                try incoming.rename(name, to: blob.text, in: folder)
                return folder
            } catch let error as FileError where error.code == .absent {
                // The record was erased at the same moment, and its folder with it: it is made again. But not for
                // ever, where it is the file that is gone.
                guard try incoming.status(of: name) != nil else { throw error }
            }
        }
    }

    func abort() {
        guard let file = file.take() else { return }
        hash = nil
        // Before its lock goes: no other has the name yet. A file that cannot be removed now is a leftover for
        // `removeLeftovers`.
        withExtendedLifetime(file) { _ = try? incoming.remove(name) }
    }
}
