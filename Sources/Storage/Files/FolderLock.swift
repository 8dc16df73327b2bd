import Glibc

/// Holds a folder for this process alone. It is let go with the value, whatever becomes of the process.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Throws `locked` when another process holds the folder, `absent`, `failed`.
    public init(_ folder: Folder) throws(FileError) {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw FileError(after: "open", "cannot open the folder \(folder.path)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = FileError(after: "flock", "cannot lock \(folder.path)")
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        // Closing alone does not unlock while a child that is just being started has the descriptor too.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
