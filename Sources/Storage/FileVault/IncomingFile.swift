import Contract
import Files
import Glibc
import Primitives
import Vault

/// One blob on its way into its record's folder, written in pieces and hashed as it comes. Given up without `finish`
/// it leaves nothing.
final class IncomingFile {
    private let blob: BlobName
    private let record: RecordHandle
    private let folders: RecordFolders
    private let incoming: OpenFolder
    private let name: String
    /// Nil once finished, aborted or failed.
    private var file: OpenFile?
    private var hash: SHA256?

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

    deinit { abort() }

    private static let nameBytes = 16

    /// The name of such a file; nil for any other.
    static func name(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 2 * nameBytes, let name = decodeLowercaseHex(bytes) else { return nil }
        return lowercaseHex(name)
    }

    func write(_ bytes: [UInt8]) throws {
        guard let file else { throw VaultError.closed }
        do {
            try file.write(bytes)
        } catch {
            abort()
            throw error
        }
        hash?.update(bytes)
    }

    func finish() throws {
        guard let file, let hash = hash.take() else { throw VaultError.closed }
        // Whatever happens below, what is still in `incoming` afterwards goes.
        defer { abort() }
        guard hash.finish() == blob.digest.bytes else { throw VaultError.digestMismatch }
        // Bytes first, then the name: a name in a record's folder never stands for bytes that a power cut can take.
        try file.synchronize()
        let folder = try moved()
        self.file = nil
        try folder.synchronize()
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
        guard file != nil else { return }
        file = nil
        hash = nil
        // A file that cannot be removed now is a leftover for `removeLeftovers`.
        _ = try? incoming.remove(name)
    }
}
