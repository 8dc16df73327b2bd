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

    /// Opens the spool in `folder`, makes that where it does not exist, and sweeps it.
    public init(_ folder: Folder, prefix: String = ".new-") throws(FileError) {
        self.folder = folder
        self.prefix = prefix
        try folder.make()
        sweep()
    }

    /// Removes the parts of processes that have ended.
    public func sweep() {
        for name in folder.names where name.hasPrefix(prefix) {
            guard let lock = try? FolderLock(folder.folder(name)) else { continue }
            withExtendedLifetime(lock) { folder.remove(name) }
        }
    }

    /// A new, empty part. It goes with the value, unless it is kept.
    public func part() throws(FileError) -> SpoolPart {
        while true {
            let part = folder.folder(prefix + lowercaseHex(Random.bytes(8)))
            try part.make()
            // Before it is locked, a sweep may take it away.
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

    init(_ folder: Folder, _ lock: FolderLock) {
        self.folder = folder
        self.lock = lock
    }

    deinit {
        if !isKept.withLock({ $0 }) { folder.parent.remove(folder.name) }
    }

    /// Gives the part another name, where nothing has that, and keeps it. It stays locked for as long as the value
    /// lives. Throws `exists`.
    public func keep(as other: Folder) throws(FileError) {
        try folder.rename(to: other)
        isKept.withLock { $0 = true }
    }
}
