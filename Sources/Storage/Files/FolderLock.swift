/// Holds a folder for this process alone. It is let go with the value, whatever becomes of the process.
public final class FolderLock: Sendable {
    private let folder: OpenFolder

    /// Throws `locked` when another process holds the folder, `absent`, `failed`.
    public init(_ folder: Folder) throws(FileError) {
        self.folder = try OpenFolder(path: folder.path, followingLink: true)
        guard self.folder.tryLock() else {
            throw FileError(.locked, "another process is using \(folder.path)")
        }
    }

    deinit { folder.unlock() }
}
