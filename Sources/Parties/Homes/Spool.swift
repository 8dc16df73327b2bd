import Contract
import Evidence
package import Files
import Primitives
import Synchronization

/// A folder for work in progress, each piece of work in a folder of its own that one process holds.
///
/// What a process that was killed has left is removed when the spool is opened again; what another process works on
/// stays. Only ciphertext lies here: plaintext goes straight into its sink.
package struct Spool: Sendable {
    private let folder: Folder
    private let prefix: String

    /// Opens the spool in `folder` and sweeps it. Where other things lie in the folder too, its own are those whose
    /// names begin with `prefix`.
    package init(_ folder: Folder, prefix: String = "") {
        self.folder = folder
        self.prefix = prefix
        sweep()
    }

    private func sweep() {
        for name in folder.names where name.hasPrefix(prefix) {
            let left = folder.folder(name)
            guard left.exists else {
                folder.remove(name)
                continue
            }
            guard let lock = try? FolderLock(left) else { continue }
            withExtendedLifetime(lock) { folder.remove(name) }
        }
    }

    /// A fresh working folder. Throws `FileError`, or `unreachable`.
    package func draft() throws -> Draft {
        try folder.make()
        for _ in 0..<Self.triesMax {
            let draft = folder.folder(prefix + lowercaseHex(Random.bytes(8)))
            try draft.make()
            // Another process may have opened the spool between these two, and swept it.
            guard let lock = try? FolderLock(draft), draft.exists else { continue }
            return Draft(draft, lock)
        }
        throw ClientFailure.unreachable("another process sweeps \(folder.path) again and again")
    }

    private static let triesMax = 10

    /// A working folder, gone with the value unless it was kept.
    package final class Draft: Sendable {
        package let folder: Folder
        private let lock: FolderLock
        private let isKept = Mutex(false)

        fileprivate init(_ folder: Folder, _ lock: FolderLock) {
            self.folder = folder
            self.lock = lock
        }

        deinit { if !isKept.withLock({ $0 }) { folder.parent.remove(folder.name) } }

        /// Gives the folder another name, under which it stays. It is this process's alone as long as the value
        /// lives. Throws `FileError`.
        package func keep(as name: Folder) throws {
            try folder.rename(to: name)
            isKept.withLock { $0 = true }
        }
    }
}
