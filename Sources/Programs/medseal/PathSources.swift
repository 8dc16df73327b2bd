import Age
import Files
import Foundation
import Homes
import Remote
import Sealing

extension SourceFile {
    /// The files that `paths` name; a folder stands for all files in it, in the order of their names. Throws
    /// `badInput` when one cannot be read.
    static func at(_ paths: [String]) throws -> [SourceFile] {
        let files = try paths.flatMap { try Folder.isFolder($0) ? Folder($0).files() : [$0] }
        return try files.map { path in
            guard let handle = FileHandle(forReadingAtPath: path) else {
                throw PartyError.badInput("cannot read the file \(path)")
            }
            defer { try? handle.close() }
            return SourceFile(
                name: URL(fileURLWithPath: path).lastPathComponent, byteCount: Int(try handle.seekToEnd())
            ) {
                let open = try OpenFile(path)
                return { try open.source.read(into: $0) }
            }
        }
    }
}

/// A file while it is read.
private final class OpenFile {
    var source: FileSource

    init(_ path: String) throws { source = try FileSource(path: path) }
}

/// What `body` makes of the file at `path`; a failure names the file.
func reading<Value>(_ path: String, _ body: ([UInt8]) throws -> Value) throws -> Value {
    let bytes = try Folder.read(path)
    do { return try body(bytes) } catch let failure as PartyError {
        throw PartyError(failure.code, "\(path): \(failure.message)")
    }
}
