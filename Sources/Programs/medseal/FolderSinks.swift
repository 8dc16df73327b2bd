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
            throw PartyError.badInput(
                "the folder \(Folder(target).parent.path) does not exist: make it first")
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

/// A file that has no name before it is whole and durable.
private final class FileAtPath: UnfinishedFile {
    private let path: String
    private let replacing: Bool
    private var file: Age.UnpublishedFile

    init(_ path: String, replacing: Bool) throws {
        self.path = path
        self.replacing = replacing
        file = try Self.telling(path) { try Age.UnpublishedFile(at: path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var sink = file.sink
        try sink.write(bytes)
    }

    func commit() throws {
        // A name that is free is not taken from another process that is quicker.
        let replacing = replacing && access(path, F_OK) == 0
        try Self.telling(path) { try file.publish(replacing: replacing) }
    }

    private static func telling<Result: ~Copyable>(_ path: String, _ body: () throws -> Result) throws
        -> Result
    {
        do {
            return try body()
        } catch let error as StreamError {
            guard error.code != EEXIST else { throw FolderSinks.exists(path) }
            throw PartyError.unavailable("cannot write \(path)", cause: error)
        }
    }
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
