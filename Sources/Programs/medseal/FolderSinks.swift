import Age
import Files
import Foundation
import Glibc
import Homes
import Remote
import Sealing
import Synchronization
import Terminal

/// Files of a record below a path that was typed: in a folder, or under the path itself when there is one file and no
/// folder of that name.
final class FolderSinks: FileSinks {
    private let target: String
    private let replacing: Bool
    private let places = Mutex<[String: String]>([:])

    /// Throws `badInput` where a file is there already, unless it is to be replaced.
    init(_ target: String, replacing: Bool = false) throws {
        self.target = target
        self.replacing = replacing
        // Known before a release is used up for it.
        guard replacing || Folder.isFolder(target) || access(target, F_OK) != 0 else {
            throw Self.exists(target)
        }
    }

    func prepare(_ names: [String]) throws {
        var paths = [target]
        if names.count > 1 || Folder.isFolder(target) || target.hasSuffix("/") {
            let folder = Folder(target)
            try folder.make()
            paths = names.map { folder.file($0) }
        } else if !Folder(target).parent.exists {
            throw PartyError.badInput("the folder \(Folder(target).parent.path) does not exist")
        }
        for path in paths {
            guard replacing || access(path, F_OK) != 0 else { throw Self.exists(path) }
            try OutputPlace.requireReplaceable(path)
        }
        places.withLock { $0 = Dictionary(uniqueKeysWithValues: zip(names, paths)) }
    }

    func begin(_ name: String) throws -> any UnfinishedFile {
        try FileAtPath(path(of: name), replacing: replacing)
    }

    /// Where the file of that name is, or will be.
    func path(of name: String) -> String { places.withLock { $0[name] } ?? Folder(target).file(name) }

    static func exists(_ path: String) -> PartyError {
        .badInput("\(path) exists already; --force replaces it")
    }
}

/// A file (mode 0600) that has no name before it is whole and durable: a process that is killed leaves nothing of it.
private final class FileAtPath: UnfinishedFile {
    private let path: String
    private let replacing: Bool
    private let descriptor: Int32
    /// Where it is on a file system that knows no files without names.
    private var temporaryName: String?
    private var folder: Folder { Folder(path).parent }

    /// `O_TMPFILE`, whose macro Swift does not read.
    private static let withoutName = 0o20000000 | O_DIRECTORY

    init(_ path: String, replacing: Bool) throws {
        self.path = path
        self.replacing = replacing
        let folder = Folder(path).parent
        var descriptor = open(folder.path, O_WRONLY | O_CLOEXEC | Self.withoutName, 0o600)
        if descriptor < 0, [EOPNOTSUPP, EISDIR, ENOENT, EINVAL].contains(errno) {
            let name = Self.newName()
            descriptor = open(folder.file(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            temporaryName = name
        }
        self.descriptor = descriptor
        guard descriptor >= 0 else { throw failure() }
    }

    deinit {
        close(descriptor)
        if let temporaryName { folder.remove(temporaryName) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var sink = FileSink(descriptor: descriptor)
        try sink.write(bytes)
    }

    func commit() throws {
        guard fsync(descriptor) == 0 else { throw failure() }
        if !replacing || access(path, F_OK) != 0 {
            // A link is made only where nothing has the name.
            guard link(as: path) else {
                throw errno == EEXIST ? FolderSinks.exists(path) : failure()
            }
        } else {
            if temporaryName == nil {
                let name = Self.newName()
                guard link(as: folder.file(name)) else { throw failure() }
                temporaryName = name
            }
            guard let name = temporaryName, rename(folder.file(name), path) == 0 else { throw failure() }
            temporaryName = nil
        }
        if let name = temporaryName {
            folder.remove(name)
            temporaryName = nil
        }
        try folder.sync()
    }

    private func link(as path: String) -> Bool {
        if let temporaryName { return Glibc.link(folder.file(temporaryName), path) == 0 }
        return linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0
    }

    private func failure() -> PartyError {
        .unavailable("cannot write \(path): \(String(cString: strerror(errno)))")
    }

    private static func newName() -> String { ".medseal-\(UUID().uuidString).partial" }
}

extension Printed.FetchedRecord {
    init(_ fetched: Fetched, in places: FolderSinks) {
        self.init(
            record: fetched.record, release: fetched.release,
            files: fetched.files.map {
                Printed.OpenedFile(
                    path: places.path(of: $0.name), byteCount: $0.byteCount, sha256: $0.sha256,
                    mediaType: $0.mediaType, holdsProgram: $0.holdsProgram)
            }, additionsLeftOut: fetched.additionsLeftOut)
    }
}

extension OutputOptions {
    /// What was fetched; for people a line for each file.
    func print(_ records: [Printed.FetchedRecord]) throws {
        for file in records.flatMap(\.files) where file.holdsProgram {
            Standard.error(
                "medseal: warning: \(file.path) begins like a program; open it only with a viewer, never run it"
            )
        }
        let short = ShortIDs(records.map(\.record))
        for record in records where record.additionsLeftOut > 0 {
            Standard.error(
                """
                medseal: warning: record \(short(record.record)): what was added while you were given the right to it is not \
                here (\(record.additionsLeftOut)); to have that too, ask again: medseal request
                """)
        }
        try print(records) {
            for record in records {
                Swift.print("Fetched record \(short(record.record))")
                for file in record.files {
                    Swift.print("  \(file.path)  \(file.byteCount) bytes  sha256 \(file.sha256)")
                }
            }
        }
    }
}
