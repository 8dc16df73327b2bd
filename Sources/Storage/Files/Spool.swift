import Contract
import Primitives
import Synchronization

/// A folder for what is on its way. Each use has a part of its own; what a process leaves there that was killed is
/// removed when the spool is next opened.
///
/// Several processes may use one spool: none removes what another one still works with.
public struct Spool: Sendable {
    public let folder: Folder
    /// How the names of its parts begin: the folder may hold other things too.
    private let prefix: String

    /// Opens the spool in `folder`, which need not exist yet, and sweeps it. With an empty `prefix` all that lies in
    /// the folder is the spool's.
    public init(_ folder: Folder, prefix: String = ".new-") {
        self.folder = folder
        self.prefix = prefix
        sweep()
    }

    /// Removes what processes that have ended left here.
    public func sweep() {
        for name in folder.names where name.hasPrefix(prefix) {
            let left = folder.folder(name)
            if left.exists {
                guard let lock = try? FolderLock(left) else { continue }
                withExtendedLifetime(lock) { folder.remove(name) }
            } else {
                folder.remove(name)
            }
        }
    }

    /// A new, empty part. It goes with the value, unless it is kept.
    public func part() throws(FileError) -> SpoolPart {
        try folder.make()
        while true {
            let part = folder.folder(prefix + lowercaseHex(Random.bytes(8)))
            // Before it is locked, a sweep may take it away.
            do throws(FileError) {
                try part.make()
            } catch {
                guard error.code == .absent, folder.exists else { throw error }
                continue
            }
            guard let lock = try? FolderLock(part), part.exists else { continue }
            return SpoolPart(part, lock)
        }
    }
}

/// A folder in a spool that is this process's alone, removed with all that is in it when the value goes.
public final class SpoolPart: Sendable {
    public let folder: Folder
    private let lock: FolderLock
    private let isKept = Mutex(false)
    private let leftover: Leftover

    init(_ folder: Folder, _ lock: FolderLock) {
        self.folder = folder
        self.lock = lock
        leftover = Leftover { folder.parent.remove(folder.name) }
    }

    deinit {
        if !isKept.withLock({ $0 }) { folder.parent.remove(folder.name) }
    }

    /// Gives the part another name, where nothing has that, and keeps it. It stays locked for as long as the value
    /// lives. Throws `exists`.
    public func keep(as other: Folder) throws(FileError) {
        try folder.rename(to: other)
        isKept.withLock { $0 = true }
        leftover.finish()
    }
}
