import ArgumentParser
import Files
import Foundation
import Homes
import Remote
import Sealing
import Terminal

/// The files that a command takes.
struct FileArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The files; a folder stands for all files in it, hidden ones too.", valueName: "file"))
    var files: [String]

    @Flag(
        help:
            "Leave out what cannot be read in a folder, and links and pipes, and say so, instead of refusing it all."
    )
    var skipUnreadable = false

    /// The paths of all files, those of a folder in the order of their names.
    ///
    /// Throws `badInput` when anything in a folder cannot be taken, unless that is to be left out: a record that lacks
    /// a file looks like a whole one.
    func paths() throws -> [String] {
        try files.flatMap { path in
            guard Folder.isFolder(path) else { return [path] }
            let tree = try FolderTree(Folder(path).path)
            if !tree.others.isEmpty {
                let list = tree.others.prefix(20).map { "  \($0.path) \($0.reason)" }.joined(separator: "\n")
                let more = tree.others.count > 20 ? "\n  and \(tree.others.count - 20) more" : ""
                guard skipUnreadable else {
                    throw PartyError.badInput(
                        "not everything in \(path) can be taken; --skip-unreadable leaves out:\n\(list)\(more)"
                    )
                }
                Standard.error("medseal: left out of \(path):\n\(list)\(more)")
            }
            guard !tree.files.isEmpty else {
                throw PartyError.badInput("there is no file in \(path): name a folder that has files")
            }
            return tree.files
        }
    }

    /// Throws `badInput` when one cannot be read.
    func sources() throws -> [SourceFile] {
        try paths().map { path in
            let file: UnchangingFile
            do { file = try UnchangingFile(path) } catch {
                throw PartyError.badInput("\(error)")
            }
            return SourceFile(name: URL(fileURLWithPath: path).lastPathComponent, byteCount: file.byteCount) {
                let file = try UnchangingFile(path, from: $0)
                return { try file.read(into: $0) }
            }
        }
    }
}

/// What `body` makes of the file at `path`; a failure names the file.
func reading<Value>(_ path: String, _ body: ([UInt8]) throws -> Value) throws -> Value {
    let bytes = try Folder.read(path)
    do { return try body(bytes) } catch let failure as PartyError {
        throw PartyError(failure.code, "\(path): \(failure.message)")
    }
}
