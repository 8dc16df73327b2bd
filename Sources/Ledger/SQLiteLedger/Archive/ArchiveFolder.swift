import Glibc
import Ledger

/// A folder of files that are written once, each whole or not at all.
struct ArchiveFolder {
    private let path: String

    init(_ path: String) { self.path = path }

    /// The file's bytes, or nil when there is none.
    func read(_ name: String) throws(LedgerError) -> [UInt8]? {
        let file = open(path + "/" + name, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .failed("reading \(name)")
        }
        defer { close(file) }
        var bytes = [UInt8]()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count >= 0 else { throw .failed("reading \(name)") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Writes the file if its bytes are not there yet; once this returns it survives a power cut. Folders
    /// are made as they are needed.
    func write(_ bytes: [UInt8], to name: String) throws(LedgerError) {
        if try read(name) == bytes { return }
        let folder = try makeFolders(above: name)
        let (file, temporary) = (path + "/" + name, path + "/" + name + ".new")
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .failed("writing \(name)") }
        let isDurable = Self.write(bytes, to: descriptor) && fsync(descriptor) == 0
        let error: LedgerError? = isDurable ? nil : .failed("writing \(name)")
        close(descriptor)
        if let error {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, file) == 0 else { throw .failed("renaming to \(name)") }
        try Self.sync(folder)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Makes the folders on the way to `name`, each durable in the one above it, and returns the last.
    private func makeFolders(above name: String) throws(LedgerError) -> String {
        var folder = path
        try Self.make(folder, in: folder + "/..")
        for element in name.split(separator: "/").dropLast() {
            let parent = folder
            folder += "/" + element
            try Self.make(folder, in: parent)
        }
        return folder
    }

    private static func make(_ folder: String, in parent: String) throws(LedgerError) {
        if mkdir(folder, 0o755) == 0 { return try sync(parent) }
        guard errno == EEXIST else { throw .failed("making \(folder)") }
    }

    private static func sync(_ folder: String) throws(LedgerError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed("opening \(folder)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .failed("syncing \(folder)") }
    }
}
