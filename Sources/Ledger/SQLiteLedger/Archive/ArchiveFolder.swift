import Files
import Ledger

/// A folder of files that are written once, each whole or not at all.
struct ArchiveFolder {
    private let folder: Folder

    init(_ path: String) { folder = Folder(path) }

    /// The file's bytes, or nil when there is none.
    func read(_ name: String) throws(LedgerError) -> [UInt8]? {
        do {
            return try folder.read(name, bytesMax: .max)
        } catch {
            if error.code == .absent || error.code == .otherKind { return nil }
            throw LedgerError(error)
        }
    }

    /// Writes the file if its bytes are not there yet; once this returns it survives a power cut. Folders are
    /// made as they are needed.
    func write(_ bytes: [UInt8], to name: String) throws(LedgerError) {
        if try read(name) == bytes { return }
        let place = Folder(folder.file(name))
        do throws(FileError) {
            try place.parent.make(mode: 0o755)
            let parent = try OpenFolder(path: place.parent.path, followingLink: true)
            var file = try UnpublishedFile(
                place.name, in: parent, mode: 0o644, temporaryName: place.name + ".new")
            try file.file.write(bytes)
            try file.publish()
        } catch { throw LedgerError(error) }
    }
}
