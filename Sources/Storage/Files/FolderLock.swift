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

    /// Waits until no other process holds the folder: for what each holds it for a moment only. Throws `absent`, `failed`.
    public init(waitingFor folder: Folder) throws(FileError) {
        self.folder = try OpenFolder(path: folder.path, followingLink: true)
        try self.folder.lock()
    }

    deinit { folder.unlock() }
}
