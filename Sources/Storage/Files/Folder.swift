import Foundation
import Glibc
public import Primitives

/// A folder on this machine, and files in it that are there whole or not at all.
///
/// What is written is durable when the call returns: file synced, renamed, folder synced. Folders have mode
/// 0700, private files 0600.
public struct Folder: Hashable, Sendable {
    public let path: String

    /// The folder may not exist yet.
    public init(_ path: String) {
        var path = path.isEmpty ? "." : path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// The path of a file in it.
    public func file(_ name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

    public func folder(_ name: String) -> Folder { Folder(file(name)) }

    public var exists: Bool { Self.isFolder(path) }

    public static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    public func has(_ name: String) -> Bool { access(file(name), F_OK) == 0 }

    /// Throws `denied` where this user may not look into the folder, so that nothing can be said of what is in it.
    public func requireAccess() throws(FileError) {
        guard access(path, X_OK) != 0, errno == EACCES else { return }
        throw FileError(after: "access", "cannot look into \(path)")
    }

    /// The folder that it stands in.
    public var parent: Folder {
        guard let slash = path.lastIndex(of: "/") else { return Folder(".") }
        return Folder(slash == path.startIndex ? "/" : String(path[..<slash]))
    }

    /// Its own name.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Throws `exists` where there is a file or folder of this name already: what is to be made new replaces
    /// nothing.
    public func requireNew() throws(FileError) {
        guard !parent.has(name) else { throw FileError(.exists, "\(path) exists already") }
    }

    /// Makes it, and what it stands in, where it does not exist.
    public func make(mode: UInt32 = 0o700) throws(FileError) {
        if exists { return }
        if !parent.exists { try parent.make(mode: mode) }
        try makeItself(mode: mode)
    }

    /// Makes it in a folder that exists, unless it exists, and makes its name durable: another process may have
    /// made it and not have got further.
    public func makeItself(mode: UInt32 = 0o700) throws(FileError) {
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw FileError(after: "mkdir", "cannot make the folder \(path)")
        }
        let parent = open(path + "/..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else {
            // A process that may not read the parent did not make this folder in it.
            if errno == EACCES { return }
            throw FileError(after: "open", "cannot open the folder above \(path)")
        }
        defer { close(parent) }
        guard fsync(parent) == 0 else {
            throw FileError(after: "fsync", "cannot sync the folder above \(path)")
        }
    }

    /// Writes a file in place of what had its name.
    public func write(_ bytes: [UInt8], as name: String, mode: UInt32 = 0o600) throws(FileError) {
        try write(as: name, mode: mode) { (file) throws(FileError) in try file.write(bytes) }
    }

    public func write(_ secret: SecretBytes, as name: String) throws(FileError) {
        try write(as: name, mode: 0o600) { (file) throws(FileError) in
            try secret.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes) }
        }
    }

    private func write(
        as name: String, mode: UInt32, _ write: (OpenFile) throws(FileError) -> Void
    ) throws(FileError) {
        var unpublished = try UnpublishedFile(
            name, in: OpenFolder(path: path, followingLink: true), mode: mode)
        try write(unpublished.file)
        try unpublished.file.setMode(mode)
        try unpublished.publish()
    }

    /// Reads a file of at most `bytesMax` bytes.
    public func read(_ name: String, bytesMax: Int = 4 << 20) throws(FileError) -> [UInt8] {
        try Self.read(file(name), bytesMax: bytesMax)
    }

    public static func read(_ path: String, bytesMax: Int = 4 << 20) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(after: "read", "cannot read \(path)") }
        defer { close(descriptor) }
        var bytes = [UInt8]()
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(after: "read", "cannot read \(path)")
            }
            bytes += chunk[..<count]
            guard bytes.count <= bytesMax else {
                throw FileError(.tooLong, "\(path) is longer than it may be")
            }
        }
    }

    /// The names in it, sorted; none when it does not exist.
    public var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// Runs `body` while no other process does the same for this folder: what it reads there it may write changed. Not for
    /// what takes longer than a moment.
    public func exclusively<Result>(_ body: () throws -> Result) throws -> Result {
        let lock = try FolderLock(waitingFor: self)
        return try withExtendedLifetime(lock) { try body() }
    }

    /// Removes a file or, with everything in it, a folder; what is not there is no error.
    public func remove(_ name: String) {
        let child = folder(name)
        // Of a link it tells the link, so that nothing behind one is touched.
        let kind = try? FileManager.default.attributesOfItem(atPath: child.path)[.type] as? FileAttributeType
        if kind == .typeDirectory {
            for inner in child.names { child.remove(inner) }
            rmdir(child.path)
        } else {
            unlink(child.path)
        }
    }

    /// Gives the folder another name beside it, where nothing has that name.
    public func rename(to other: Folder) throws(FileError) {
        // rename(2) replaces an empty folder and fails for any other.
        guard !other.parent.has(other.name) else { throw FileError(.exists, "\(other.path) exists already") }
        guard Foundation.rename(path, other.path) == 0 else {
            throw FileError(after: "rename", "cannot make \(other.path)")
        }
        try other.parent.sync()
    }

    /// Makes names in it durable.
    public func sync() throws(FileError) {
        try OpenFolder(path: path, followingLink: true).synchronize()
    }

    package static var cause: String { String(cString: strerror(errno)) }
}
